/** One replica of a partition on this SPU: its log, how much of it is committed, and who waits for more. */
import { rmSync } from 'node:fs';
import type { Isolation, PartitionSpec, ReplicaKey } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import { CONSUMER_OFFSET_PARTITION } from '../consumer-offset-topic.ts';
import { clusterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { InSyncProposal, Leader, LogShape, Progress, Verdict, Want } from '../replication/leader.ts';
import { createLeader } from '../replication/leader.ts';
import type { Leadership } from '../replication/leadership.ts';
import { isLater } from '../replication/leadership.ts';
import type { BatchRun } from '../storage/batch-run.ts';
import { readCheckpoint, writeCheckpoint } from '../storage/checkpoint.ts';
import type { FsyncPolicy } from '../storage/fsync.ts';
import { openLog } from '../storage/log.ts';
import type { ReadRange } from '../storage/read-batches.ts';
import type { RetentionPolicy } from '../storage/retention.ts';
import { expiredBefore } from '../storage/retention.ts';
import type { Waiters } from './waiters.ts';
import { waiters } from './waiters.ts';

/** How a replica is opened. */
export interface ReplicaOptions {
  /** Id of this SPU. */
  readonly self: number;
  readonly key: ReplicaKey;
  readonly incarnation: string;
  readonly spec: PartitionSpec;
  readonly dir: string;
  readonly fsync: FsyncPolicy;
  readonly replication: ReplicationSettings;
  readonly log: Logger;
}

/** How replicas are kept alike. */
export interface ReplicationSettings {
  /** How many replicas must be in sync for records to be committed. */
  readonly minInSyncReplicas: number;
  /** How long an in-sync follower may lack records, in milliseconds. */
  readonly replicaLagMs: number;
}

/**
 * - `open`: it reads and writes.
 * - `full`: its device had no room for the last append; the next may succeed.
 * - `failed`: a write failed in a way that makes further ones unsafe; it reads, and writes again after a restart. The SC has
 *   another replica lead, where there is one in sync.
 * - `gone`: its topic was deleted, or its SPU is stopping.
 */
export type ReplicaState = 'open' | 'full' | 'failed' | 'gone';

/** A replica. What it does depends on its {@link Leadership}: it takes records of producers, or copies those of a leader. */
export interface Replica {
  readonly key: ReplicaKey;
  /** Topic and number, joined by a hyphen. */
  readonly name: string;
  readonly incarnation: string;
  readonly spec: PartitionSpec;
  readonly state: ReplicaState;
  /** What the SC said last; undefined until it has. */
  readonly leadership: Leadership | undefined;
  /** Whether this SPU leads, in the reign of `epoch` where one is given. */
  leads(epoch?: number): boolean;
  /** Takes what the SC decided, if it is news. Those who wait for records of another reign are sent away. */
  assign(leadership: Leadership): void;
  /** Batches above this many bytes are refused. */
  readonly largestBatchBytes: number;
  readonly startOffset: number;
  readonly endOffset: number;
  /** Records below it are committed: enough replicas have stored them as safely as the cluster was told to. */
  readonly highWatermark: number;
  /** Records below it are as safe on this SPU as its policy says. */
  readonly safeOffset: number;
  readonly sizeBytes: number;
  /** The log, for the rules of replication. */
  readonly shape: LogShape;
  /** How far a reader sees. */
  limit(isolation: Isolation): number;
  /** Writes batches as a leader, and returns the first offset. @throws `storage/full`, `storage/io` */
  append(run: BatchRun): number;
  /** Writes batches as a follower. @throws as {@link Replica.append} */
  appendCopy(run: BatchRun): void;
  /** Takes the leader's word for what is committed. */
  learnHighWatermark(offset: number): void;
  /** Cuts off what the leader does not have. @throws `storage/io`, `storage/corrupt` */
  truncate(endOffset: number): void;
  /** Removes what is committed and lies in closed segments that end at or before `offset`. @throws `storage/io` */
  removeBefore(offset: number): void;
  /** As a leader: removes what retention no longer keeps at this time. @throws `storage/io` */
  retain(nowMs: number): void;
  /** As a follower: takes the leader's word for what is removed. @throws `storage/io` */
  learnStartOffset(offset: number): void;
  /** What the leader of this reign last said of its start. */
  readonly leaderStartOffset: number;
  /** Drops everything and goes on at an offset. @throws `storage/io` */
  restartAt(offset: number): void;
  /** As a leader: what becomes of a follower's want. */
  onWant(want: Want): Verdict;
  /** As a leader: how far the followers are. */
  readonly followers: readonly Progress[];
  /** As a leader: the change of the in-sync set that is due. */
  propose(): InSyncProposal | undefined;
  /**
   * Waits until everything below `offset` is committed: undefined when it is already, else whether it was in time. Rejects
   * when the replica fails, goes, or stops leading meanwhile: with `cluster/deposed` for the last.
   */
  committed(offset: number, timeoutMs: number): Promise<boolean> | undefined;
  /** Waits until {@link Replica.safeOffset} is there; otherwise as {@link Replica.committed}. */
  stored(offset: number, timeoutMs: number): Promise<boolean> | undefined;
  /** As {@link Log.read}. */
  read(range: ReadRange): Uint8Array;
  /** Calls `listener` after the replica moved on or went, at most once per turn of the event loop. Returns how to stop. */
  subscribe(listener: () => void): () => void;
  /** Flushes what has not been flushed, when the policy says so; resolves when it is done. */
  flush(): Promise<void>;
  /** As a follower: flushes if leaders may count a record only when it is on the device. */
  flushForLeader(): Promise<void>;
  /** Writes the high watermark down, if it moved. */
  checkpoint(): void;
  /** Closes the files; `delete` removes them, `abandon` does not even write the high watermark down. Listeners hear of it. */
  close(how: 'keep' | 'delete' | 'abandon'): void;
}

/** Segments of topics that say nothing about it. */
const DEFAULT_SEGMENT_BYTES = 1_073_741_824;
/** Of the log of consumer offsets, which is compacted by dropping segments, whatever its topic says. */
const OFFSETS_SEGMENT_BYTES = 1_048_576;
/** What topics that say nothing about it may keep: a week, and 100 GiB. */
const DEFAULT_RETENTION: RetentionPolicy = { ageMs: 604_800_000, sizeBytes: 107_374_182_400 };
/** Upper limit of a batch, whatever the segment size. */
const LARGEST_BATCH_BYTES = 33_554_432;

/** Opens a replica and repairs its end. @throws `storage/full`, `storage/io`, `storage/corrupt` */
export function openReplica(options: ReplicaOptions): Replica {
  const { self, key, incarnation, spec, dir, fsync, replication, log: report } = options;
  const name = `${key.topic}-${key.partition}`;
  const segmentBytes = spec.storage?.segmentSize ?? DEFAULT_SEGMENT_BYTES;
  /** What is in there may be old, and is removed by those who know what is in there. */
  const compacted = name === CONSUMER_OFFSET_PARTITION;
  const rollBytes = compacted ? OFFSETS_SEGMENT_BYTES : segmentBytes;
  const retention = compacted ? undefined : retentionOf(spec);
  const log = openLog({ dir, segmentBytes: rollBytes, log: report });
  /** With a single replica there is nothing to tell apart, and batches stay as their producers made them. */
  const stamped = spec.replicas.length > 1;
  let state: ReplicaState = 'open';
  let leadership: Leadership | undefined;
  let leader: Leader | undefined;
  let checkpointed = readCheckpoint(dir);
  let highWatermark = Math.min(checkpointed, log.endOffset);
  let flushedTo = log.endOffset;
  let flushing: Promise<void> | undefined;
  let cuts = 0;
  let leaderStartOffset = 0;
  let notifying = false;
  const listeners = new Set<() => void>();
  const waiting: Waiters = waiters();
  const waitingForDevice: Waiters = waiters();

  const notify = (): void => {
    if (notifying) return;
    notifying = true;
    // After the acknowledgement that the append is about to get: producers do not wait for consumers.
    queueMicrotask(() => {
      notifying = false;
      for (const listener of [...listeners]) listener();
    });
  };

  const shape: LogShape = {
    get startOffset() {
      return log.startOffset;
    },
    get endOffset() {
      return log.endOffset;
    },
    get lastEpoch() {
      return log.epochs.last;
    },
    endOf: (epoch) => log.epochs.endOf(epoch, log.endOffset),
  };

  const gone = (): Error =>
    clusterError('storage/io', { path: dir, action: 'write', reason: `the replica is ${state}` });
  const deposed = (): Error => clusterError('cluster/deposed', { partition: name });
  /** Where there are other replicas than one that has failed, one of them is about to lead, and may have what is waited for. */
  const unusable = (): Error =>
    state === 'failed' && leader !== undefined && spec.replicas.length > 1 ? deposed() : gone();
  const safeOffset = (): number => (fsync === 'always' ? flushedTo : log.endOffset);
  const usable = (): boolean => state === 'open' || state === 'full';

  const sendAway = (error: Error): void => {
    waiting.reject(error);
    waitingForDevice.reject(error);
  };

  const fail = (error: unknown): void => {
    state = 'failed';
    report('error', 'a partition refuses writes until its SPU restarts', { partition: name, reason: reasonOf(error) });
    sendAway(unusable());
    notify();
  };

  const moveTo = (offset: number): void => {
    if (offset <= highWatermark) return;
    highWatermark = offset;
    waiting.reached(highWatermark);
    notify();
  };

  /** Tells the rules how far the log is. */
  const recount = (): void => {
    if (leader === undefined) return;
    leader.onAppended(safeOffset(), log.endOffset, performance.now());
    moveTo(leader.highWatermark);
  };

  const flushAll = async (): Promise<void> => {
    try {
      while (flushedTo < log.endOffset && usable()) {
        const target = log.endOffset;
        const before = cuts;
        await log.sync();
        // What was cut off meanwhile and written anew has yet to be flushed.
        if (cuts !== before) continue;
        flushedTo = target;
        waitingForDevice.reached(flushedTo);
        if (fsync === 'always') recount();
      }
    } catch (error) {
      fail(error);
      throw error;
    } finally {
      flushing = undefined;
    }
  };
  /** One flush at a time; each takes all that was appended before it began. */
  const startFlush = (): Promise<void> => {
    if (flushing === undefined && (flushedTo >= log.endOffset || !usable())) return Promise.resolve();
    flushing ??= flushAll();
    return flushing;
  };

  const advanced = (): void => {
    // A failed flush reaches those who wait, through `fail`.
    if (fsync === 'always') startFlush().catch(() => {});
    recount();
    notify();
  };

  const write = <T>(run: () => T): T => {
    if (!usable()) throw gone();
    const before = log.endOffset;
    try {
      const result = run();
      state = 'open';
      return result;
    } catch (error) {
      if (isFluvioError(error, 'storage/full') && !log.broken) {
        state = 'full';
        notify();
      } else fail(error);
      throw error;
    } finally {
      // Also after an error: a part may have gone into an earlier segment.
      if (log.endOffset > before) advanced();
    }
  };

  const cut = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      fail(error);
      throw error;
    }
    cuts++;
    flushedTo = Math.min(flushedTo, log.endOffset);
    highWatermark = Math.min(highWatermark, log.endOffset);
    notify();
  };

  /** Segments that hold what is not committed yet stay. */
  const removeBefore = (offset: number): void => {
    const before = log.startOffset;
    try {
      log.removeBefore(Math.min(offset, highWatermark));
    } finally {
      if (log.startOffset > before) notify();
    }
  };

  const checkpoint = (): void => {
    if (highWatermark === checkpointed) return;
    writeCheckpoint(dir, highWatermark);
    checkpointed = highWatermark;
  };

  const beginReign = (reign: Leadership): void => {
    leader = createLeader({
      self,
      replicas: spec.replicas,
      reign,
      endOffset: log.endOffset,
      safeOffset: safeOffset(),
      highWatermark,
      minInSync: replication.minInSyncReplicas,
      lagMs: replication.replicaLagMs,
      nowMs: performance.now(),
    });
    if (fsync === 'always') startFlush().catch(() => {});
    moveTo(leader.highWatermark);
  };

  return {
    key,
    name,
    incarnation,
    spec,
    shape,
    largestBatchBytes: Math.min(segmentBytes, LARGEST_BATCH_BYTES),
    get state() {
      return state;
    },
    get leadership() {
      return leadership;
    },
    get startOffset() {
      return log.startOffset;
    },
    get endOffset() {
      return log.endOffset;
    },
    get highWatermark() {
      return highWatermark;
    },
    get safeOffset() {
      return safeOffset();
    },
    get sizeBytes() {
      return log.sizeBytes;
    },
    get followers() {
      return leader?.followers ?? [];
    },
    leads: (epoch) => leader !== undefined && (epoch === undefined || leader.epoch === epoch),
    assign(told) {
      if (!isLater(told, leadership)) return;
      leadership = told;
      if (leader !== undefined && told.leader === self && leader.epoch === told.epoch) {
        leader.onReign(told);
        moveTo(leader.highWatermark);
        return;
      }
      if (leader !== undefined) sendAway(deposed());
      leader = undefined;
      leaderStartOffset = 0;
      if (told.leader === self) beginReign(told);
      notify();
    },
    limit: (isolation) => (isolation === 'read_committed' ? highWatermark : log.endOffset),
    append(run) {
      if (leader === undefined) throw deposed();
      const { epoch } = leader;
      return write(() => log.append(run, stamped ? epoch : undefined));
    },
    appendCopy: (run) => write(() => log.appendCopy(run)),
    learnHighWatermark: (offset) => moveTo(Math.min(offset, log.endOffset)),
    truncate: (endOffset) => cut(() => log.truncate(endOffset)),
    removeBefore,
    retain(nowMs) {
      if (retention === undefined || leader === undefined || !usable()) return;
      const expired = expiredBefore(log, retention, nowMs);
      if (expired === undefined) return;
      const before = log.startOffset;
      removeBefore(expired);
      if (log.startOffset > before)
        report('info', 'retention has removed records', { partition: name, before: expired });
    },
    get leaderStartOffset() {
      return leaderStartOffset;
    },
    learnStartOffset(offset) {
      leaderStartOffset = offset;
      removeBefore(offset);
    },
    restartAt: (offset) => cut(() => log.restartAt(offset)),
    onWant(want) {
      if (leader === undefined) throw deposed();
      const verdict = leader.onWant(want, shape, performance.now());
      moveTo(leader.highWatermark);
      return verdict;
    },
    propose: () => (usable() ? leader?.propose(performance.now()) : undefined),
    committed(offset, timeoutMs) {
      if (highWatermark >= offset) return undefined;
      return usable() ? waiting.wait(offset, timeoutMs) : Promise.reject(unusable());
    },
    stored(offset, timeoutMs) {
      if (safeOffset() >= offset) return undefined;
      return usable() ? waitingForDevice.wait(offset, timeoutMs) : Promise.reject(unusable());
    },
    read: (range) => log.read(range),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    flush: startFlush,
    flushForLeader: () => (safeOffset() < log.endOffset ? startFlush() : Promise.resolve()),
    checkpoint,
    close(how) {
      if (state === 'gone') return;
      if (how === 'keep') {
        try {
          checkpoint();
        } catch (error) {
          report('warn', 'the high watermark could not be written down', { partition: name, reason: reasonOf(error) });
        }
      }
      state = 'gone';
      log.close();
      if (how === 'delete') rmSync(dir, { recursive: true, force: true });
      sendAway(gone());
      notify();
    },
  };
}

function retentionOf({ cleanupPolicy, storage }: PartitionSpec): RetentionPolicy {
  const { ageMs, sizeBytes } = DEFAULT_RETENTION;
  return {
    ageMs: cleanupPolicy === undefined ? ageMs : cleanupPolicy.timeInSeconds * 1000,
    sizeBytes: storage?.maxPartitionSize === undefined ? sizeBytes : Number(storage.maxPartitionSize),
  };
}
