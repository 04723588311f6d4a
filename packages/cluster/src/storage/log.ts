/**
 * The records of one partition on disk: segments of batches, in Fluvio's format, with offsets that never repeat.
 *
 * Only the last segment takes batches. When the next run of them does not fit, it is closed and a new one begins.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rewriteBatch } from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { Epochs } from '../replication/epochs.ts';
import { NO_EPOCH } from '../replication/epochs.ts';
import type { BatchRun, PlacedBatch } from './batch-run.ts';
import { syncDirectory } from './directories.ts';
import type { ReadRange } from './read-batches.ts';
import { recover } from './recovery.ts';
import type { RetainedLog } from './retention.ts';
import type { ActiveSegment, ClosedSegment, Segment } from './segment.ts';
import { activeSegment, closedSegment, segmentFile } from './segment.ts';
import { readEpochs } from './segment-epochs.ts';

/** Closed segments whose files stay open for the next reader. */
const WARM_SEGMENTS = 4;

/** How a log is opened. */
export interface LogOptions {
  /** Folder of the segments; made when it is missing. */
  readonly dir: string;
  /** Size in bytes above which a segment is closed. */
  readonly segmentBytes: number;
  readonly log: Logger;
}

/** The log of one partition. Offsets are plain numbers in here: they stay exact up to 2⁵³. */
export interface Log extends RetainedLog {
  readonly dir: string;
  /** Offset of the first record that is stored, or where the first will be. */
  readonly startOffset: number;
  /** Offset that the next record gets. */
  readonly endOffset: number;
  /** Bytes on disk: batches, and indexes of closed segments. */
  readonly sizeBytes: number;
  readonly segmentBytes: number;
  /** Which leaders wrote the batches; read from them when it is first asked for. @throws `storage/io`, `storage/corrupt` */
  readonly epochs: Epochs;
  /**
   * Gives the batches their offsets, and their epoch if there is one, and writes them; returns the first offset. After an
   * error nothing of the segment it struck is left half-written: what fitted into an earlier segment stays.
   *
   * @throws `storage/full`, `storage/io`
   */
  append(run: BatchRun, epoch?: number): number;
  /** Writes batches as another log has them, which must go on where this one ends. @throws as {@link Log.append} */
  appendCopy(run: BatchRun): void;
  /** Cuts off every batch that does not end at or before `endOffset`. @throws `storage/corrupt`, `storage/io` */
  truncate(endOffset: number): void;
  /** Removes the closed segments, from the oldest on, that end at or before `offset`. @throws `storage/io` */
  removeBefore(offset: number): void;
  /** Drops everything: the log is empty, and its next record gets `offset`. @throws `storage/io` */
  restartAt(offset: number): void;
  /**
   * Whole batches from the one that contains `from`, of one segment; empty if that one ends behind `end`. `from` must be
   * from the start offset on and before the end offset.
   *
   * @throws `storage/corrupt`, `storage/io`
   */
  read(range: ReadRange): Uint8Array;
  /** Hands everything that was appended to the device. Rejects with `storage/io`. */
  sync(): Promise<void>;
  /** Whether a failed append left something behind that could not be removed, so that appends fail until it is opened again. */
  readonly broken: boolean;
  close(): void;
}

/** Opens the log in a folder and repairs its end. @throws `storage/full`, `storage/io`, `storage/corrupt` */
export function openLog({ dir, segmentBytes, log }: LogOptions): Log {
  const bases = segmentsIn(dir);
  const closed: ClosedSegment[] = bases.slice(0, -1).map((base, i) => closedSegment(dir, base, bases[i + 1] as number));
  let closedBytes = closed.reduce((sum, segment) => sum + segment.sizeBytes + segment.indexBytes, 0);
  const openActive = (baseOffset: number): ActiveSegment => {
    const segment = activeSegment(dir, baseOffset);
    recover(segment.file, segment.baseOffset, segment.recovered, log);
    return segment;
  };
  let active = openActive(bases.at(-1) ?? 0);
  let epochs: Epochs | undefined;
  /** Closed segments whose last bytes, and whether files whose names, may not have reached the device. */
  let unsynced: Segment[] = [];
  let namesUnsynced = bases.length === 0;
  /** Closed segments with open files, the one that was read last at the end. */
  let warm: Segment[] = [];

  const roll = (): void => {
    const next = activeSegment(dir, active.endOffset);
    active.close();
    const full = closedSegment(dir, active.baseOffset, active.endOffset);
    closed.push(full);
    closedBytes += full.sizeBytes + full.indexBytes;
    unsynced.push(full);
    namesUnsynced = true;
    active = next;
  };

  /** Writes batches that carry their offsets, in as many segments as it takes. */
  const write = (run: BatchRun): void => {
    let rest = run.batches;
    while (rest.length > 0) {
      const room = segmentBytes - active.sizeBytes;
      const fits = countThatFits(rest, room);
      if (fits === 0 && active.sizeBytes > 0) {
        roll();
        continue;
      }
      // A batch larger than a segment is refused before it gets here; alone in an empty segment it does no harm.
      const part = rest.slice(0, Math.max(1, fits));
      active.append(pieceOf(run.bytes, part));
      rest = rest.slice(part.length);
    }
  };

  const isClosed = (segment: Segment): boolean => closed.some((one) => one === segment);

  /** Counts a closed segment no more. */
  const forget = (segment: Segment): void => {
    closedBytes -= segment.sizeBytes + segment.indexBytes;
    unsynced = unsynced.filter((other) => other !== segment);
    warm = warm.filter((other) => other !== segment);
    namesUnsynced = true;
  };

  /** Removes the last segment, so that the one before it is the last. */
  const dropActive = (): Segment | undefined => {
    active.close();
    removeSegment(dir, active.baseOffset);
    namesUnsynced = true;
    const before = closed.pop();
    if (before === undefined) return undefined;
    forget(before);
    before.close();
    active = openActive(before.baseOffset);
    return active;
  };

  const restartAt = (offset: number): void => {
    while (dropActive() !== undefined);
    active = openActive(offset);
    epochs?.truncate(0);
  };

  /** Keeps the files of the last few closed segments open. */
  const keepWarm = (segment: Segment): void => {
    if (segment === active || warm.at(-1) === segment) return;
    warm = [...warm.filter((other) => other !== segment), segment];
    if (warm.length > WARM_SEGMENTS) warm.shift()?.close();
  };

  const segmentOf = (offset: number): Segment => {
    if (offset >= active.baseOffset) return active;
    let low = 0;
    let high = closed.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((closed[middle] as Segment).baseOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return closed[low] as Segment;
  };

  return {
    dir,
    segmentBytes,
    get startOffset() {
      return (closed[0] ?? active).baseOffset;
    },
    get endOffset() {
      return active.endOffset;
    },
    get sizeBytes() {
      return closedBytes + active.sizeBytes;
    },
    get closedSegments() {
      return closed.map(({ endOffset, sizeBytes, indexBytes, modifiedMs }) => ({
        endOffset,
        sizeBytes: sizeBytes + indexBytes,
        modifiedMs,
      }));
    },
    get broken() {
      return active.file.broken;
    },
    get epochs() {
      epochs ??= readEpochs([...closed, active], (segment) => {
        if (segment !== active) segment.close();
      });
      return epochs;
    },
    append(run, epoch) {
      const first = active.endOffset;
      stamp(run, first, epoch);
      try {
        write(run);
      } finally {
        if (epoch !== undefined && active.endOffset > first) epochs?.add(epoch, first);
      }
      return first;
    },
    appendCopy(run) {
      const first = active.endOffset;
      try {
        write(run);
      } finally {
        let offset = first;
        for (const { count, epoch = NO_EPOCH } of run.batches) {
          if (offset < active.endOffset) epochs?.add(epoch, offset);
          offset += count;
        }
      }
    },
    truncate(endOffset) {
      if (endOffset >= active.endOffset) return;
      if (endOffset < (closed[0] ?? active).baseOffset) {
        restartAt(endOffset);
        return;
      }
      // A segment that would be left empty goes: its batches may find their place in the one before, as they did elsewhere.
      while (closed.length > 0 && active.baseOffset >= endOffset) dropActive();
      active.cut(endOffset);
      if (active.sizeBytes === 0 && closed.length > 0) dropActive();
      epochs?.truncate(active.endOffset);
    },
    removeBefore(offset) {
      for (let oldest = closed[0]; oldest !== undefined && oldest.endOffset <= offset; oldest = closed[0]) {
        oldest.close();
        removeSegment(dir, oldest.baseOffset);
        forget(oldest);
        closed.shift();
      }
    },
    restartAt,
    read(range) {
      const segment = segmentOf(range.from);
      keepWarm(segment);
      return segment.read(range);
    },
    async sync() {
      const due = [...unsynced, active];
      unsynced = [];
      try {
        // All at once: each keeps its file open from now on, whatever is closed meanwhile.
        await Promise.all(due.map((segment) => segment.file.sync()));
        if (namesUnsynced) await syncDirectory(dir);
        namesUnsynced = false;
      } catch (error) {
        unsynced = [...due.filter((segment) => isClosed(segment)), ...unsynced];
        throw error;
      } finally {
        for (const segment of due) if (isClosed(segment)) keepWarm(segment);
      }
    },
    close() {
      active.close();
      for (const segment of closed) segment.close();
    },
  };
}

/** First offsets of the segments in a folder, in order. */
function segmentsIn(dir: string): number[] {
  try {
    mkdirSync(dir, { recursive: true });
    return readdirSync(dir)
      .filter((name) => /^\d{20}\.log$/.test(name))
      .map((name) => Number(name.slice(0, 20)))
      .sort((a, b) => a - b);
  } catch (error) {
    throw clusterError('storage/io', { path: dir, action: 'open', reason: reasonOf(error) }, error);
  }
}

function removeSegment(dir: string, baseOffset: number): void {
  const path = segmentFile(dir, baseOffset, 'log');
  try {
    rmSync(path, { force: true });
    rmSync(segmentFile(dir, baseOffset, 'index'), { force: true });
  } catch (error) {
    throw clusterError('storage/io', { path, action: 'remove', reason: reasonOf(error) }, error);
  }
}

/** Writes offsets and the epoch into the batches, in place: their checksums do not cover them. */
function stamp({ bytes, batches }: BatchRun, first: number, leaderEpoch: number | undefined): void {
  let next = first;
  const epoch = leaderEpoch === undefined ? {} : { leaderEpoch };
  for (const { position, sizeBytes, count } of batches) {
    rewriteBatch(bytes.subarray(position, position + sizeBytes), { baseOffset: BigInt(next), ...epoch });
    next += count;
  }
}

function countThatFits(batches: readonly PlacedBatch[], room: number): number {
  let used = 0;
  let count = 0;
  for (const batch of batches) {
    used += batch.sizeBytes;
    if (used > room) break;
    count++;
  }
  return count;
}

/** A part of a run as a run of its own. */
function pieceOf(bytes: Uint8Array, batches: readonly PlacedBatch[]): BatchRun {
  const from = batches[0]?.position ?? 0;
  const last = batches.at(-1);
  const to = last === undefined ? from : last.position + last.sizeBytes;
  if (from === 0 && to === bytes.length) return { bytes, batches };
  return {
    bytes: bytes.subarray(from, to),
    batches: batches.map((batch) => ({ ...batch, position: batch.position - from })),
  };
}
