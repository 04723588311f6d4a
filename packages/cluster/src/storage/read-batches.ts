/** Reading from a segment: whole batches only, from the one that contains an offset, with one read of the file as a rule. */
import { BATCH_HEADER_BYTES, isFluvioError, readBatchHeader } from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import { reasonOf } from '../logger.ts';
import type { LogFile, ReadMemory } from './log-file.ts';
import type { SparseIndex } from './sparse-index.ts';
import { INDEX_INTERVAL_BYTES } from './sparse-index.ts';

/** Where a reader stopped, so that it goes on without a search. A reader keeps one and hands it to each read. */
export interface ReadCursor {
  offset: number;
  segment: number;
  position: number;
}

/** What to read. */
export interface ReadRange {
  /** Offset of the first record wanted; the batch that contains it comes whole. */
  readonly from: number;
  /** Batches that do not end at or before this offset are left out. */
  readonly end: number;
  /** As many whole batches as fit, and at least one. */
  readonly maxBytes: number;
  readonly cursor?: ReadCursor | undefined;
  /** Default: memory of its own. One read may ask more than once; what it got before is then not looked at again. */
  readonly memory?: ReadMemory | undefined;
}

/** A segment's two files. */
export interface SegmentFiles {
  readonly file: LogFile;
  readonly index: SparseIndex;
  readonly baseOffset: number;
}

/** One batch in the file. */
interface Place {
  readonly position: number;
  /** Position behind it. */
  readonly end: number;
  readonly nextOffset: number;
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** Whole batches of one segment, back to back; empty if the first one ends behind `range.end`. @throws `storage/corrupt`, `storage/io` */
export function readBatches(segment: SegmentFiles, range: ReadRange): Uint8Array {
  const { from, end, maxBytes, cursor, memory } = range;
  const { file, baseOffset } = segment;
  const known = cursor !== undefined && cursor.segment === baseOffset && cursor.offset === from;
  const start = known ? cursor.position : startOf(segment, from);
  const window = windowOver(file, known ? maxBytes : maxBytes + INDEX_INTERVAL_BYTES, memory);

  let first = window.place(start);
  while (first.nextOffset <= from) first = window.place(first.end);
  if (first.nextOffset > end) return NOTHING;
  let last = first;
  for (;;) {
    const next = window.placeAtHand(last.end);
    if (next === undefined || next.nextOffset > end || next.end - first.position > maxBytes) break;
    last = next;
  }
  if (cursor !== undefined) {
    cursor.segment = baseOffset;
    cursor.offset = last.nextOffset;
    cursor.position = last.end;
  }
  return window.bytes(first.position, last.end);
}

/** A place at or before the batch that contains `from`, where a batch begins. */
function startOf({ file, index, baseOffset }: SegmentFiles, from: number): number {
  const position = index.lookup(from - baseOffset);
  if (position === 0) return 0;
  // The index is a hint: a wrong one may cost time, and must not give wrong records.
  try {
    const header = readBatchHeader(file.read(position, BATCH_HEADER_BYTES));
    const base = Number(header?.baseOffset ?? -1n);
    if (baseOffset <= base && base <= from) return position;
  } catch (error) {
    if (!isFluvioError(error, 'wire/invalid')) throw error;
  }
  return 0;
}

/** A piece of the file in memory, which moves on when something behind it is asked for. */
function windowOver(file: LogFile, sizeBytes: number, memory: ReadMemory | undefined) {
  let start = 0;
  let held: Uint8Array = NOTHING;

  const placeIn = (position: number): Place | undefined => {
    const at = position - start;
    if (at < 0 || at + BATCH_HEADER_BYTES > held.length) return undefined;
    try {
      const header = readBatchHeader(held, at);
      if (header === undefined) return undefined;
      return { position, end: position + header.size, nextOffset: Number(header.nextOffset) };
    } catch (error) {
      throw corrupt(file, position, reasonOf(error));
    }
  };

  return {
    /** The batch at `position`. */
    place(position: number): Place {
      let place = placeIn(position);
      if (place === undefined) {
        start = position;
        held = file.read(position, Math.max(sizeBytes, BATCH_HEADER_BYTES), memory);
        place = placeIn(position);
      }
      if (place === undefined || place.end > file.sizeBytes) {
        throw corrupt(file, position, 'a whole batch should begin here');
      }
      return place;
    },
    /** The batch at `position`, if all of it is in memory. */
    placeAtHand(position: number): Place | undefined {
      const place = placeIn(position);
      return place !== undefined && place.end <= start + held.length ? place : undefined;
    },
    bytes(from: number, to: number): Uint8Array {
      if (from >= start && to <= start + held.length) return held.subarray(from - start, to - start);
      return file.read(from, to - from, memory);
    },
  };
}

function corrupt(file: LogFile, position: number, reason: string): Error {
  return clusterError('storage/corrupt', { path: file.path, position, reason });
}
