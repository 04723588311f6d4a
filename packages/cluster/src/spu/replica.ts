/** One replica of a partition on this SPU: its log, how much of it is committed, and who waits for more. */
import { rmSync } from 'node:fs';
import type { Isolation, PartitionSpec, ReplicaKey } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { BatchRun } from '../storage/batch-run.ts';
import { readCheckpoint, writeCheckpoint } from '../storage/checkpoint.ts';
import type { FsyncPolicy } from '../storage/fsync.ts';
import { openLog } from '../storage/log.ts';
import type { ReadRange } from '../storage/read-batches.ts';

/** How a replica is opened. */
export interface ReplicaOptions {
  readonly key: ReplicaKey;
  readonly incarnation: string;
  readonly spec: PartitionSpec;
  readonly dir: string;
  readonly fsync: FsyncPolicy;
  readonly log: Logger;
}

/**
 * - `open`: it reads and writes.
 * - `full`: its device had no room for the last append; the next may succeed.
 * - `failed`: a write failed in a way that makes further ones unsafe; it reads, and writes again after a restart.
 * - `gone`: its topic was deleted, or its SPU is stopping.
 */
export type ReplicaState = 'open' | 'full' | 'failed' | 'gone';

/** A replica that this SPU leads. */
export interface Replica {
  readonly key: ReplicaKey;
  readonly incarnation: string;
  readonly spec: PartitionSpec;
  readonly state: ReplicaState;
  /** Batches above this many bytes are refused. */
  readonly largestBatchBytes: number;
  readonly startOffset: number;
  readonly endOffset: number;
  /** Records below it are committed: they are stored as safely as the cluster was told to store them. */
  readonly highWatermark: number;
  readonly sizeBytes: number;
  /** How far a reader sees. */
  limit(isolation: Isolation): number;
  /** Writes batches and returns the first offset. @throws `storage/full`, `storage/io` */
  append(run: BatchRun): number;
  /**
   * Waits until everything below `offset` is committed: undefined when it is already, else whether it was in time. Rejects
   * when the replica fails or goes meanwhile.
   */
  committed(offset: number, timeoutMs: number): Promise<boolean> | undefined;
  /** As {@link Log.read}. */
  read(range: ReadRange): Uint8Array;
  /** Calls `listener` after the replica moved on or went, at most once per turn of the event loop. Returns how to stop. */
  subscribe(listener: () => void): () => void;
  /** Flushes what has not been flushed, when the policy has an interval. */
  flush(): Promise<void>;
  /** Writes the high watermark down, if it moved. */
  checkpoint(): void;
  /** Closes the files; `delete` removes them. Listeners hear of it. */
  close(how: 'keep' | 'delete'): void;
}

/** Segments of topics that say nothing about it. */
const DEFAULT_SEGMENT_BYTES = 1_073_741_824;
/** Upper limit of a batch, whatever the segment size. */
const LARGEST_BATCH_BYTES = 33_554_432;

/** Opens a replica and repairs its end. @throws `storage/full`, `storage/io`, `storage/corrupt` */
export function openReplica({ key, incarnation, spec, dir, fsync, log: report }: ReplicaOptions): Replica {
  const segmentBytes = spec.storage?.segmentSize ?? DEFAULT_SEGMENT_BYTES;
  const log = openLog({ dir, segmentBytes, log: report });
  const name = `${key.topic}-${key.partition}`;
  let state: ReplicaState = 'open';
  // The only replica is all of the in-sync replicas, so what it has stored is committed.
  let highWatermark = log.endOffset;
  let checkpointed = readCheckpoint(dir);
  let flushedTo = log.endOffset;
  let flushing: Promise<void> | undefined;
  let notifying = false;
  const listeners = new Set<() => void>();
  const waiters = new Set<{ readonly offset: number; readonly settle: (outcome: boolean | Error) => void }>();

  const notify = (): void => {
    if (notifying) return;
    notifying = true;
    // After the acknowledgement that the append is about to get: producers do not wait for consumers.
    queueMicrotask(() => {
      notifying = false;
      for (const listener of [...listeners]) listener();
    });
  };

  const settle = (): void => {
    for (const waiter of [...waiters]) {
      if (waiter.offset > highWatermark && state !== 'failed' && state !== 'gone') continue;
      waiter.settle(waiter.offset > highWatermark ? gone() : true);
    }
    notify();
  };

  const gone = (): Error =>
    clusterError('storage/io', { path: dir, action: 'write', reason: `the replica is ${state}` });

  const fail = (error: unknown): void => {
    state = 'failed';
    report('error', 'a partition refuses writes until its SPU restarts', { partition: name, reason: reasonOf(error) });
    settle();
  };

  /** One flush at a time; each takes all that was appended before it began. */
  const flush = async (): Promise<void> => {
    while (flushedTo < log.endOffset && (state === 'open' || state === 'full')) {
      const target = log.endOffset;
      try {
        await log.sync();
      } catch (error) {
        fail(error);
        throw error;
      }
      flushedTo = target;
      if (fsync === 'always' && target > highWatermark) {
        highWatermark = target;
        settle();
      }
    }
  };
  const startFlush = (): Promise<void> => {
    flushing ??= flush().finally(() => {
      flushing = undefined;
    });
    return flushing;
  };

  const advanced = (): void => {
    // A failed flush reaches those who wait, through `fail`.
    if (fsync === 'always') startFlush().catch(() => {});
    else highWatermark = log.endOffset;
    notify();
  };

  const checkpoint = (): void => {
    if (highWatermark === checkpointed) return;
    writeCheckpoint(dir, highWatermark);
    checkpointed = highWatermark;
  };

  return {
    key,
    incarnation,
    spec,
    largestBatchBytes: Math.min(segmentBytes, LARGEST_BATCH_BYTES),
    get state() {
      return state;
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
    get sizeBytes() {
      return log.sizeBytes;
    },
    limit: (isolation) => (isolation === 'read_committed' ? highWatermark : log.endOffset),
    append(run) {
      if (state === 'failed' || state === 'gone') throw gone();
      const before = log.endOffset;
      try {
        const first = log.append(run);
        state = 'open';
        return first;
      } catch (error) {
        if (isFluvioError(error, 'storage/full') && !log.broken) state = 'full';
        else fail(error);
        throw error;
      } finally {
        // Also after an error: a part may have gone into an earlier segment.
        if (log.endOffset > before) advanced();
      }
    },
    committed(offset, timeoutMs) {
      if (highWatermark >= offset) return undefined;
      if (state === 'failed' || state === 'gone') return Promise.reject(gone());
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => waiter.settle(false), timeoutMs);
        const waiter = {
          offset,
          settle(outcome: boolean | Error) {
            clearTimeout(timer);
            waiters.delete(waiter);
            if (outcome instanceof Error) reject(outcome);
            else resolve(outcome);
          },
        };
        waiters.add(waiter);
      });
    },
    read: (range) => log.read(range),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    flush: () => (flushedTo < log.endOffset ? startFlush() : Promise.resolve()),
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
      settle();
    },
  };
}
