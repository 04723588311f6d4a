/** Finds where records of a time begin: by halving the partition, looking at the headers of single batches. */
import { readBatchHeader } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import type { Purpose } from '../connection/spu-pool.ts';
import { serverError } from '../errors.ts';
import { ask } from './fetch.ts';
import type { PartitionOffsets } from './position.ts';

/** Bytes of a batch's header, which is all that is looked at; SPUs of Fluvio cut there, ours send one whole batch. */
const HEADER_BYTES = 57;
/** Batches without a time that are passed over one by one before the search gives up on them. */
const MOST_UNTIMED = 64;

interface Where {
  readonly topic: string;
  readonly partition: number;
  readonly purpose: Purpose;
}

/**
 * Offset of the first batch that ends at `timeMs` or later; the high watermark if there is none. Exact where times rise; they
 * are the producers', so nothing makes them. Batches without times are passed over.
 */
export async function offsetOfTime(
  cluster: Cluster,
  where: Where,
  timeMs: number,
  { start, highWatermark }: PartitionOffsets,
  signal: StopSignal,
): Promise<bigint> {
  let low = start;
  let high = highWatermark;
  while (low < high) {
    const middle = low + (high - low) / 2n;
    let found = await headerAt(cluster, where, middle, signal);
    for (let i = 0; i < MOST_UNTIMED && found !== undefined && found.maxTimestamp < 0n; i++) {
      if (found.nextOffset >= high) break;
      found = await headerAt(cluster, where, found.nextOffset, signal);
    }
    if (found === undefined || found.nextOffset <= low) return low;
    // Without a time to compare, the earlier half is the safe one.
    if (found.maxTimestamp >= 0n && Number(found.maxTimestamp) < timeMs) low = found.nextOffset;
    else high = found.baseOffset < high && middle < high ? min(found.baseOffset, middle) : middle;
  }
  return low;
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

async function headerAt(cluster: Cluster, { topic, partition, purpose }: Where, offset: bigint, signal: StopSignal) {
  const session = await cluster.leader(topic, partition, purpose, signal);
  const data = await ask(session, topic, partition, { offset }, HEADER_BYTES, signal);
  if (data.errorCode.kind !== 'None') throw serverError(`searching ${topic}-${partition} by time`, data.errorCode);
  return readBatchHeader(data.records);
}
