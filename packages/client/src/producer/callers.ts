/**
 * Those who are told what becomes of records: one for each `send`, one for all records of a `sendAll`, one for all that is
 * enqueued. A batch keeps runs of them, so that what costs little is as little as possible for each record.
 */
import type { ProducerRecord, SendResult } from './result.ts';

/** Someone who hands records over. */
export interface Caller {
  /** The record that was just added to a batch, as its `index`th, is this caller's: notes it in the batch's runs. */
  enter(runs: Run[], index: number, timestampMs: number, position: number): void;
  /** A record was given up before it was in a batch. */
  drop(record: ProducerRecord, error: unknown): void;
}

/** Decodes records of a batch by their place in it. */
export type Decode = (first: number, count: number) => Promise<readonly ProducerRecord[]>;

/** Records of one batch that are one caller's. */
export interface Run {
  /** Place of the first in the batch, and how many follow each other from there. */
  readonly first: number;
  readonly count: number;
  /** `base` is the offset of the batch's first record: a number where that is exact, which is cheaper to add to. */
  stored(partition: number, base: number | bigint, mayBeDuplicate: boolean): void;
  refused(error: unknown, decode: Decode): void;
}

type Resolve = (result: SendResult) => void;
type Reject = (error: unknown) => void;

/** The caller of one `send`, and the run of its one record. */
export class SendCaller implements Caller, Run {
  readonly promise: Promise<SendResult>;
  first = 0;
  readonly count = 1;
  private timestampMs = 0;
  private resolve: Resolve | undefined;
  private reject: Reject | undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  enter(runs: Run[], index: number, timestampMs: number): void {
    this.first = index;
    this.timestampMs = timestampMs;
    runs.push(this);
  }

  drop(_: ProducerRecord, error: unknown): void {
    this.fail(error);
  }

  stored(partition: number, base: number | bigint, mayBeDuplicate: boolean): void {
    this.resolve?.({ partition, offset: offsetAt(base, this.first), timestampMs: this.timestampMs, mayBeDuplicate });
  }

  refused(error: unknown): void {
    this.fail(error);
  }

  /** Rejects the promise; without a listener that does not end the process. */
  fail(error: unknown): void {
    this.promise.catch(() => {});
    this.reject?.(error);
  }
}

/** What became of the records of one `sendAll`. */
export interface GroupOutcome {
  /** In the order of the records; undefined for those that failed. */
  readonly results: readonly (SendResult | undefined)[];
  readonly failed: number;
  /** The first failure. */
  readonly error: unknown;
}

/** The caller of one `sendAll` of `count` records; `done` is called when all are settled. */
export function groupCaller(count: number, done: (outcome: GroupOutcome) => void): Caller {
  const results: (SendResult | undefined)[] = new Array(count).fill(undefined);
  let missing = count;
  let failed = 0;
  let first: unknown;

  const settled = (records: number): void => {
    missing -= records;
    if (missing === 0) done({ results, failed, error: first });
  };
  const fail = (records: number, error: unknown): void => {
    if (failed === 0) first = error;
    failed += records;
    settled(records);
  };

  /** Records of the group that follow each other in a batch, at the same time. */
  interface GroupRun extends Run {
    /** A field: a getter for each run would keep it until the next full collection. */
    count: number;
    readonly positions: number[];
    readonly timestampMs: number;
    readonly owner: Caller;
  }
  const runOf = (index: number, timestampMs: number, position: number): GroupRun => {
    const positions = [position];
    return {
      first: index,
      count: 1,
      positions,
      timestampMs,
      owner: caller,
      stored(partition, base, mayBeDuplicate) {
        for (let i = 0; i < positions.length; i++) {
          const offset = offsetAt(base, index + i);
          results[positions[i] as number] = { partition, offset, timestampMs, mayBeDuplicate };
        }
        settled(positions.length);
      },
      refused: (error) => fail(positions.length, error),
    };
  };

  const caller: Caller = {
    enter(runs, index, timestampMs, position) {
      const last = runs[runs.length - 1] as Partial<GroupRun> | undefined;
      if (last?.owner === caller && last.timestampMs === timestampMs && last.count !== undefined) {
        last.positions?.push(position);
        last.count++;
      } else runs.push(runOf(index, timestampMs, position));
    },
    drop: (_, error) => fail(1, error),
  };
  return caller;
}

/** What became of records that nobody waits for. */
export interface LooseFailure {
  readonly error: unknown;
  readonly count: number;
  records(): Promise<readonly ProducerRecord[]>;
}

/** The caller of records that nobody waits for; hears of failures alone. */
export function looseCaller(failed: (failure: LooseFailure) => void): Caller {
  interface LooseRun extends Run {
    readonly owner: Caller;
    count: number;
  }
  const caller: Caller = {
    enter(runs, index) {
      const last = runs[runs.length - 1] as Partial<LooseRun> | undefined;
      if (last?.owner === caller && last.count !== undefined) {
        last.count++;
        return;
      }
      const run: LooseRun = {
        owner: caller,
        first: index,
        count: 1,
        stored() {},
        refused: (error, decode) => failed({ error, count: run.count, records: () => decode(index, run.count) }),
      };
      runs.push(run);
    },
    drop: (record, error) => failed({ error, count: 1, records: async () => [record] }),
  };
  return caller;
}

function offsetAt(base: number | bigint, index: number): bigint {
  return typeof base === 'number' ? BigInt(base + index) : base + BigInt(index);
}
