/** Removes the oldest records of a replica on purpose, as retention does, to the batch. */

import { runOf } from './follower.ts';
import type { Replica } from './replica.ts';

/** Most that is read at once. */
const PIECE_BYTES = 33_554_432;

/**
 * Removes committed batches that end at or before `upTo`, and returns the first offset that is left. What follows is written
 * anew, because it may stand in the same file. @throws `storage/io`, `storage/full`
 */
export function evict(replica: Replica, upTo: number): number {
  const committed = replica.highWatermark;
  const wanted = Math.min(upTo, committed);
  replica.removeBefore(wanted);
  if (replica.startOffset >= wanted) return replica.startOffset;
  const kept = [];
  for (let from = wanted; from < replica.endOffset; ) {
    const run = runOf(replica.read({ from, end: replica.endOffset, maxBytes: PIECE_BYTES }));
    kept.push(run);
    const counts = run.batches.reduce((sum, { count }) => sum + count, 0);
    from = (kept.length === 1 ? firstOffset(run.bytes) : from) + counts;
  }
  replica.restartAt(kept[0] === undefined ? wanted : firstOffset(kept[0].bytes));
  for (const run of kept) replica.appendCopy(run);
  replica.learnHighWatermark(committed);
  return replica.startOffset;
}

const firstOffset = (bytes: Uint8Array): number =>
  Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0));
