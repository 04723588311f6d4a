/**
 * The rules of a partition's leader: what a follower gets, which records are committed, and who is in sync. No clocks, no
 * sockets, no files: the model checker runs these rules as they are.
 *
 * A record is committed when every in-sync replica has it, and there are enough of them. The in-sync set is kept by the SC,
 * which elects leaders from it alone. So whatever set the SC may hold at any moment must be covered: a replica counts from
 * the moment when its admission is proposed, and until its removal is confirmed.
 */
import type { EpochEnd } from './epochs.ts';
import { NO_BATCHES, NO_EPOCH } from './epochs.ts';

/** A log, as far as the rules look at it. */
export interface LogShape {
  readonly startOffset: number;
  readonly endOffset: number;
  /** Epoch of the last batch; {@link NO_BATCHES} without one. */
  readonly lastEpoch: number;
  endOf(epoch: number): EpochEnd;
}

/** What a follower asks for, and by that says what it has: everything before `offset`, the last batch of epoch `lastEpoch`. */
export interface Want {
  readonly spu: number;
  readonly offset: number;
  readonly lastEpoch: number;
}

/** What becomes of a want. */
export type Verdict =
  /** The follower's log is the beginning of the leader's: it gets what follows. */
  | { readonly kind: 'send' }
  /** The follower has records that the leader does not have: it keeps what the two have in common, see {@link cutFor}. */
  | ({ readonly kind: 'diverged' } & EpochEnd)
  /** The leader no longer has what the follower lacks, or what would show where the two part: it begins anew at `startOffset`. */
  | { readonly kind: 'restart'; readonly startOffset: number };

/** What the SC has decided about a partition's leadership. */
export interface Reign {
  readonly epoch: number;
  /** Grows with every change of the leadership, of the in-sync set too. */
  readonly version: number;
  readonly inSync: readonly number[];
}

/** A change of the in-sync set that the leader asks the SC for. */
export interface InSyncProposal {
  readonly version: number;
  readonly inSync: readonly number[];
}

/** How far a follower is, as its leader knows. */
export interface Progress {
  readonly spu: number;
  readonly endOffset: number;
}

/** What a leader begins with. */
export interface LeaderOptions {
  readonly self: number;
  /** All replicas, the leader's included. */
  readonly replicas: readonly number[];
  readonly reign: Reign;
  /** Where the log ends when the reign begins. */
  readonly endOffset: number;
  /** How much of it is safe on this replica's device, where that matters. Default: all. */
  readonly safeOffset?: number;
  /** What is known to be committed. */
  readonly highWatermark: number;
  /** How many replicas must be in sync for records to be committed. */
  readonly minInSync: number;
  /** How long an in-sync follower may lack records. */
  readonly lagMs: number;
  readonly nowMs: number;
}

/** The leader's side of one reign. */
export interface Leader {
  readonly epoch: number;
  readonly version: number;
  readonly highWatermark: number;
  readonly followers: readonly Progress[];
  /** A follower asks. A follower whose log diverges has nothing that counts. */
  onWant(want: Want, log: LogShape, nowMs: number): Verdict;
  /** The leader's own log is safe up to `safeOffset`, and ends at `endOffset`. */
  onAppended(safeOffset: number, endOffset: number, nowMs: number): void;
  /** The SC has decided on another in-sync set of this reign. */
  onReign(reign: Reign): void;
  /** The change of the in-sync set that is due; undefined where there is none. What it proposes counts from now on. */
  propose(nowMs: number): InSyncProposal | undefined;
}

interface Follower {
  endOffset: number;
  /** Whether it has asked since the SC's last decision: one that has not may be gone, and is not proposed. */
  asked: boolean;
  caughtUpAtMs: number;
}

/** Begins a reign. */
export function createLeader(options: LeaderOptions): Leader {
  const { self, lagMs } = options;
  const { epoch } = options.reign;
  const beganAt = options.endOffset;
  const needed = Math.min(options.minInSync, options.replicas.length);
  let { version, inSync } = options.reign;
  /** Every set that the SC may hold, together. */
  let maximal = new Set([...inSync, self]);
  let safeOffset = options.safeOffset ?? options.endOffset;
  let endOffset = options.endOffset;
  let highWatermark = Math.min(options.highWatermark, endOffset);
  // Nothing is known of followers until they ask: not even that they have what was committed before.
  const followers = new Map<number, Follower>(
    options.replicas
      .filter((id) => id !== self)
      .map((id) => [id, { endOffset: NO_EPOCH, asked: false, caughtUpAtMs: options.nowMs }]),
  );

  const commit = (): void => {
    if (inSync.length < needed) return;
    let committed = safeOffset;
    for (const id of maximal) {
      if (id !== self) committed = Math.min(committed, followers.get(id)?.endOffset ?? 0);
    }
    if (committed > highWatermark) highWatermark = committed;
  };
  commit();

  return {
    epoch,
    get version() {
      return version;
    },
    get highWatermark() {
      return highWatermark;
    },
    get followers() {
      return [...followers].map(([spu, follower]) => ({ spu, endOffset: follower.endOffset }));
    },
    onWant({ spu, offset, lastEpoch }, log, nowMs) {
      const verdict = judge(offset, lastEpoch, log);
      const follower = followers.get(spu);
      if (verdict.kind !== 'send' || follower === undefined) return verdict;
      follower.endOffset = offset;
      follower.asked = true;
      if (offset >= endOffset) follower.caughtUpAtMs = nowMs;
      commit();
      return verdict;
    },
    onAppended(safe, end, nowMs) {
      if (end > endOffset) {
        // Until this moment they lacked nothing.
        for (const follower of followers.values()) if (follower.endOffset >= endOffset) follower.caughtUpAtMs = nowMs;
      }
      safeOffset = safe;
      endOffset = end;
      commit();
    },
    onReign(reign) {
      if (reign.version <= version) return;
      ({ version, inSync } = reign);
      // Proposals of older versions can no longer be accepted.
      maximal = new Set([...inSync, self]);
      for (const follower of followers.values()) follower.asked = false;
      commit();
    },
    propose(nowMs) {
      const wanted = options.replicas.filter((id) => {
        const follower = followers.get(id);
        if (follower === undefined) return true;
        if (inSync.includes(id)) return follower.endOffset >= endOffset || nowMs - follower.caughtUpAtMs <= lagMs;
        // It must have all that any earlier leader committed, which this one had when it began.
        return follower.asked && follower.endOffset >= highWatermark && follower.endOffset >= beganAt;
      });
      if (wanted.length === inSync.length && wanted.every((id) => inSync.includes(id))) return undefined;
      for (const id of wanted) maximal.add(id);
      return { version, inSync: wanted };
    },
  };
}

function judge(offset: number, lastEpoch: number, log: LogShape): Verdict {
  if (offset < log.startOffset) return { kind: 'restart', startOffset: log.startOffset };
  // It has nothing that the leader's log could contradict.
  if (lastEpoch === NO_BATCHES && offset <= log.endOffset) return { kind: 'send' };
  const end = log.endOf(lastEpoch);
  if (end.epoch === lastEpoch && end.endOffset >= offset) return { kind: 'send' };
  // Where the two part lies in what the leader has removed.
  if (end.endOffset <= log.startOffset && log.startOffset > 0) return { kind: 'restart', startOffset: log.startOffset };
  return { kind: 'diverged', ...end };
}

/** Where a follower cuts its log after a {@link Verdict} of `diverged`: it keeps what the two logs may have in common. */
export function cutFor(end: EpochEnd, log: LogShape): number {
  return Math.min(end.endOffset, log.endOf(end.epoch).endOffset);
}

/** Whether what was answered to a want is about the follower's log as it is now. Anything else is out of date, and ignored. */
export function isCurrent(want: Omit<Want, 'spu'>, log: LogShape): boolean {
  return want.offset === log.endOffset && want.lastEpoch === log.lastEpoch;
}
