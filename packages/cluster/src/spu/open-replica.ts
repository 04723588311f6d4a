/** Opens a replica of a partition on this SPU: its log, how much of it is committed, and who waits for more. */
import { rmSync } from 'node:fs';
import type { PartitionSpec, ReplicaKey } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { Leader, LogShape } from '../replication/leader.ts';
import { createLeader } from '../replication/leader.ts';
import type { Leadership } from '../replication/leadership.ts';
import { isLater } from '../replication/leadership.ts';
import { readCheckpoint, writeCheckpoint } from '../storage/checkpoint.ts';
import type { FsyncPolicy } from '../storage/fsync.ts';
import { openLog } from '../storage/log.ts';
import { expiredBefore } from '../storage/retention.ts';
import { keptOf } from './kept.ts';
import type { Replica, ReplicaState, ReplicationSettings } from './replica.ts';
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

/** Opens a replica and repairs its end. @throws `storage/full`, `storage/io`, `storage/corrupt` */
export function openReplica(options: ReplicaOptions): Replica {
  const { self, key, incarnation, spec, dir, fsync, replication, log: report } = options;
  const name = `${key.topic}-${key.partition}`;
  const { segmentBytes, largestBatchBytes, retention } = keptOf(name, spec);
  const log = openLog({ dir, segmentBytes, log: report });
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
    largestBatchBytes,
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
