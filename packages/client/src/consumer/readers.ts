/** The iterators over what a consumer has: by batches and by records. By hand: a generator costs twice as much per record. */
import type { ConsumerBatch } from './batch.ts';
import type { ConsumerRecord } from './record.ts';

type Next = () => Promise<ConsumerBatch | undefined>;
type Close = () => Promise<void>;

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** How far one loop is. What it asks for next says that it is done with what it has. */
export interface Progress {
  /** The batch that is being read. */
  batch: ConsumerBatch | undefined;
  /** The last record of it that is done. */
  done: ConsumerRecord | undefined;
  /** Whether other records have taken its place, so that nobody wants the rest of it. */
  isVoid: boolean;
}

/** How a loop is left. */
const leaving = (close: Close): Pick<Required<AsyncIterator<never, undefined>>, 'return' | 'throw'> => ({
  async return() {
    await close();
    return DONE;
  },
  async throw(error: unknown) {
    await close();
    throw error;
  },
});

/** What a reader tells of its loop. */
export interface Reading {
  readonly next: Next;
  readonly close: Close;
  /** Whether the rest of the batch in hand is not wanted any more. */
  readonly isCut: () => boolean;
  /** Whether the batch in hand may be read on at once: it is not cut, and the consumer is not paused. */
  readonly flows: () => boolean;
  /** Resolves when nothing is held back (any more). */
  readonly resumed: () => Promise<void>;
  readonly progress: Progress;
  /** A batch has been read to its end. */
  readonly finished: (batch: ConsumerBatch) => void;
}

/** Hands out batches. */
export function batchReader({ next, close, progress, finished }: Reading): AsyncIterator<ConsumerBatch, undefined> {
  return {
    async next() {
      if (progress.batch !== undefined && !progress.isVoid) finished(progress.batch);
      progress.batch = undefined;
      const batch = await next();
      if (batch === undefined) return DONE;
      progress.batch = batch;
      progress.isVoid = false;
      return { done: false, value: batch };
    },
    ...leaving(close),
  };
}

/** Hands out records. */
export function recordReader({
  next: nextBatch,
  close,
  isCut,
  flows,
  resumed,
  progress,
  finished,
}: Reading): AsyncIterator<ConsumerRecord, undefined> {
  type Result = IteratorResult<ConsumerRecord, undefined>;
  let records: Iterator<ConsumerRecord> | undefined;
  let inHand: ConsumerRecord | undefined;
  /** The pull that waits for a batch; those that come meanwhile wait behind it, so that no batch is left half-read. */
  let pending: Promise<Result> | undefined;

  const nextRecord = async (): Promise<Result> => {
    for (;;) {
      progress.done = inHand;
      if (!flows()) await resumed();
      try {
        const record = isCut() ? undefined : records?.next();
        if (record !== undefined && record.done !== true) {
          inHand = record.value;
          return record;
        }
      } catch (error) {
        return damaged(error);
      }
      if (records !== undefined && !isCut() && progress.batch !== undefined) finished(progress.batch);
      records = undefined;
      inHand = undefined;
      progress.batch = undefined;
      progress.done = undefined;
      const batch = await nextBatch();
      if (batch === undefined) return DONE;
      progress.batch = batch;
      progress.isVoid = false;
      records = batch[Symbol.iterator]();
    }
  };

  /** A record that cannot be read ends the consumer: loops do not close what has thrown. */
  const damaged = async (error: unknown): Promise<never> => {
    records = undefined;
    await close();
    throw error;
  };

  const queue = (): Promise<Result> => {
    const mine: Promise<Result> = pending === undefined ? nextRecord() : pending.then(nextRecord, nextRecord);
    pending = mine;
    const settled = (): void => {
      if (pending === mine) pending = undefined;
    };
    mine.then(settled, settled);
    return mine;
  };

  return {
    next() {
      if (pending === undefined && records !== undefined && flows()) {
        progress.done = inHand;
        try {
          const record = records.next();
          if (record.done !== true) {
            inHand = record.value;
            return Promise.resolve(record);
          }
        } catch (error) {
          return damaged(error);
        }
      }
      return queue();
    },
    ...leaving(close),
  };
}
