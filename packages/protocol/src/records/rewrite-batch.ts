/** Rewrites the header fields that a server assigns when it stores a batch. */
import { protocolError } from '../errors.ts';
import { readBatchHeader } from './batch-header.ts';
import { crc32c } from './crc32c.ts';
import * as layout from './layout.ts';

/** What {@link rewriteBatch} changes. */
export interface BatchRewrite {
  /** Offset of the first record. */
  readonly baseOffset: bigint;
  /** Epoch of the leader that stores the batch. Default: stays as it is. */
  readonly leaderEpoch?: number;
  /**
   * `keep` the checksum, which covers neither offset nor epoch, or `compute` it from the bytes, for batches of producers
   * that may have written a wrong one. Default `keep`.
   */
  readonly crc?: 'keep' | 'compute';
}

/**
 * Changes the header of one complete batch in place.
 *
 * @throws `wire/invalid` if `batch` is not exactly one batch; it is then unchanged
 */
export function rewriteBatch(batch: Uint8Array, rewrite: BatchRewrite): void {
  const header = readBatchHeader(batch);
  if (header?.size !== batch.length) {
    throw protocolError('wire/invalid', { what: 'these bytes are not exactly one batch', at: 0 });
  }
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  view.setBigInt64(layout.BASE_OFFSET_AT, rewrite.baseOffset);
  if (rewrite.leaderEpoch !== undefined) view.setInt32(layout.LEADER_EPOCH_AT, rewrite.leaderEpoch);
  if (rewrite.crc === 'compute') view.setUint32(layout.CRC_AT, crc32c(batch, layout.ATTRIBUTES_AT));
}
