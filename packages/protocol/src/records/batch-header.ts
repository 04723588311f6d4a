/** Finds batches in a run of bytes by their headers alone: for recovery, for indexes, and below the reader of batches. */
import { protocolError } from '../errors.ts';
import * as layout from './layout.ts';

/** No server stores a batch anywhere near this large, so a larger length is damage. */
const LARGEST_BATCH_BYTES = 128 * 1024 * 1024;

/** What a batch's header says about it. */
export interface BatchHeader {
  /** Where the batch begins in the bytes that were scanned. */
  readonly position: number;
  /** Bytes of the whole batch, header included. */
  readonly size: number;
  /** Offset of its first record. */
  readonly baseOffset: bigint;
  /** How many offsets it takes, minus one; −1 for a batch without records. */
  readonly lastOffsetDelta: number;
  /** Offset behind its last record. */
  readonly nextOffset: bigint;
  /** Epoch of the leader that wrote it; −1 where epochs are not used. */
  readonly leaderEpoch: number;
  /** Unix milliseconds of its last record; −1 for none. */
  readonly maxTimestamp: bigint;
  /** The checksum as stored, unsigned. */
  readonly crc: number;
}

/** How far a run of bytes consists of complete batches. */
export interface BatchScan {
  /** Where the last complete batch ends. */
  readonly end: number;
  /** Bytes that the incomplete batch at {@link end} lacks; 0 if none begins there, a lower bound while its length is not known. */
  readonly missingBytes: number;
}

/**
 * Visits the header of every complete batch in `bytes`, without looking at payloads; returning `false` stops after that batch.
 *
 * @throws `wire/invalid` for a header that cannot be, with `at` where that batch begins: all before it was visited
 */
export function scanBatches(bytes: Uint8Array, visit: (header: BatchHeader) => unknown): BatchScan {
  const view = viewOf(bytes);
  return walkBatches(view, (position, size) => visit(headerAt(view, position, size)));
}

/**
 * The header of the batch at `at`, or `undefined` where fewer than 57 bytes follow.
 *
 * The payload need not be there, so a file can be walked by its headers: the next one is at `at + size`.
 *
 * @throws `wire/invalid` for a header that cannot be
 */
export function readBatchHeader(bytes: Uint8Array, at = 0): BatchHeader | undefined {
  if (bytes.length - at < layout.BATCH_HEADER_BYTES) return undefined;
  const view = viewOf(bytes);
  const size = sizeAt(view, at);
  checkHeader(view, at, size);
  return headerAt(view, at, size);
}

/** @internal Calls `visit` with the place and the size of every complete batch, its header checked, until it returns `false`. */
export function walkBatches(view: DataView, visit: (position: number, size: number) => unknown): BatchScan {
  const end = view.byteLength;
  let at = 0;
  while (at < end) {
    const left = end - at;
    if (left < layout.UNCOUNTED_BYTES) {
      return { end: at, missingBytes: layout.BATCH_HEADER_BYTES - left };
    }
    const size = sizeAt(view, at);
    if (size > left) return { end: at, missingBytes: size - left };
    checkHeader(view, at, size);
    const position = at;
    at += size;
    if (visit(position, size) === false) break;
  }
  return { end: at, missingBytes: 0 };
}

function headerAt(view: DataView, position: number, size: number): BatchHeader {
  const baseOffset = view.getBigInt64(position + layout.BASE_OFFSET_AT);
  const lastOffsetDelta = view.getInt32(position + layout.LAST_OFFSET_DELTA_AT);
  return {
    position,
    size,
    baseOffset,
    lastOffsetDelta,
    nextOffset: baseOffset + BigInt(lastOffsetDelta + 1),
    leaderEpoch: view.getInt32(position + layout.LEADER_EPOCH_AT),
    maxTimestamp: view.getBigInt64(position + layout.MAX_TIMESTAMP_AT),
    crc: view.getUint32(position + layout.CRC_AT),
  };
}

/** Bytes of the batch at `at`, whose first twelve are there. */
function sizeAt(view: DataView, at: number): number {
  const length = view.getInt32(at + layout.BATCH_LENGTH_AT);
  const size = layout.UNCOUNTED_BYTES + length;
  if (size < layout.BATCH_HEADER_BYTES || size > LARGEST_BATCH_BYTES) {
    throw protocolError('wire/invalid', { what: `a batch length of ${length} cannot be`, at });
  }
  return size;
}

/** Refuses what would lead readers astray: a schema id without room for it, and a next offset before the first. */
function checkHeader(view: DataView, at: number, size: number): void {
  const schemaBytes = view.getInt16(at + layout.ATTRIBUTES_AT) & layout.SCHEMA_BIT ? layout.SCHEMA_ID_BYTES : 0;
  if (size < layout.BATCH_HEADER_BYTES + schemaBytes) {
    throw protocolError('wire/invalid', { what: 'a batch is too short for its schema id', at });
  }
  const lastOffsetDelta = view.getInt32(at + layout.LAST_OFFSET_DELTA_AT);
  if (lastOffsetDelta < -1) {
    throw protocolError('wire/invalid', { what: `a last offset delta of ${lastOffsetDelta} cannot be`, at });
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
