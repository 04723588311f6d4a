/** The batches of a replica one after another, read in pieces as they are taken. */
import type { Batch } from '@fluvio-ts/protocol';
import { readBatches } from '@fluvio-ts/protocol';
import type { ReadCursor } from '../storage/read-batches.ts';
import type { Replica } from './replica.ts';

/** Which batches. */
export interface BatchRange {
  /** The batch that contains it is the first. */
  readonly from: number;
  /** Batches that do not end at or before it are left out. */
  readonly end: number;
  /** Bytes after which no more is read. Default: no limit. */
  readonly maxBytes?: number;
  readonly cursor?: ReadCursor;
}

/** Bytes that are read at once. */
const PIECE_BYTES = 1 << 20;

/** Reads batches. Throws `storage/io` and `storage/corrupt` as the log does. */
export function* batchesOf(replica: Replica, range: BatchRange): Generator<Batch, void> {
  const { end, cursor, maxBytes = Number.POSITIVE_INFINITY } = range;
  let at = range.from;
  let left = maxBytes;
  while (at < end && left > 0) {
    const bytes = replica.read({ from: at, end, maxBytes: Math.min(left, PIECE_BYTES), cursor });
    if (bytes.length === 0) return;
    left -= bytes.length;
    for (const batch of readBatches(bytes).batches) {
      at = Number(batch.nextOffset);
      yield batch;
    }
  }
}
