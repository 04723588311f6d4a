/** Shows modules the records of a replica that they look back on, before they start. */
import type { Batch, Lookback } from '@fluvio-ts/protocol';
import type { SmartModuleChain } from '@fluvio-ts/smartmodule';
import { lookBackRange, lookBackRecords } from '@fluvio-ts/smartmodule';
import { clusterError } from '../errors.ts';
import { batchesOf } from './log-batches.ts';
import type { Replica } from './replica.ts';
import { codecs } from './smartmodules.ts';

/** Records of the past are in memory all at once; more bytes of batches than this are refused. */
const LARGEST_LOOK_BACK_BYTES = 128 << 20;

/**
 * Has a chain look back on what is stored before `end`.
 *
 * @throws `cluster/look-back` if that is too much, and what the chain and the log throw
 */
export function lookBackOn(
  chain: SmartModuleChain,
  replica: Replica,
  end: number,
  signal?: AbortSignal,
): Promise<void> {
  const read = (lookback: Lookback) => {
    const { startOffset } = replica;
    const place = { startOffset: BigInt(startOffset), highWatermark: BigInt(end), nowMs: Date.now() };
    const range = lookBackRange(lookback, place);
    const oldest = Number(range.fromOffset);
    const from =
      range.sinceMs === undefined ? oldest : Math.max(oldest, firstSince(replica, oldest, end, range.sinceMs));
    return lookBackRecords(bounded(batchesOf(replica, { from, end }), replica.name), range, { codecs });
  };
  return chain.lookBack(read, signal === undefined ? {} : { signal });
}

/** Refuses to go on when there was too much. */
function* bounded(batches: Iterable<Batch>, partition: string): Generator<Batch, void> {
  let bytes = 0;
  for (const batch of batches) {
    bytes += batch.size;
    if (bytes > LARGEST_LOOK_BACK_BYTES) {
      throw clusterError('cluster/look-back', { partition, limitBytes: LARGEST_LOOK_BACK_BYTES });
    }
    yield batch;
  }
}

/**
 * An offset before which there is nothing as young as `sinceMs`, as near to the first that is as a few looks can tell:
 * times grow along a log, so it goes back in steps that double until it finds a batch that is too old.
 */
function firstSince(replica: Replica, oldest: number, end: number, sinceMs: number): number {
  for (let step = 1; end - step > oldest; step *= 2) {
    const at = end - step;
    const [batch] = batchesOf(replica, { from: at, end, maxBytes: 1 });
    if (batch !== undefined && Number(batch.maxTimestamp) < sinceMs) return at;
  }
  return oldest;
}
