/** A stored batch as consumers get it: the records that were asked for, decoded as they are iterated. */
import type { Batch, RecordBlock } from '@fluvio-ts/protocol';
import type { BatchOrigin } from './record.ts';
import { ConsumerRecord } from './record.ts';

/** Records of one partition that were stored together. Iterating is synchronous and may be repeated. */
export interface ConsumerBatch extends Iterable<ConsumerRecord> {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first record of this batch that is handed out. */
  readonly firstOffset: bigint;
  /** Offset behind the last one: where a reader goes on. */
  readonly nextOffset: bigint;
  /** How many records are handed out. */
  readonly length: number;
  /** The partition's high watermark when the batch was sent. */
  readonly highWatermark: bigint;
}

/** Which records of a batch are wanted. */
export interface Cut {
  /** First offset wanted. */
  readonly from: bigint;
  /** Offset from which on none is wanted. */
  readonly until: bigint | undefined;
  /** Records older than this are left out until the first that is not. */
  readonly sinceMs: number | undefined;
  /** The first record of this time or a later one is not wanted, nor what follows. */
  readonly untilMs: number | undefined;
  /** Whether a SmartModule made the batch, so that numbers which do not fit are not to be trusted. */
  readonly isTransformed: boolean;
}

/** What is left of a batch. */
export interface CutBatch {
  readonly batch: ConsumerBatch;
  /** Whether nothing behind it is wanted because of `untilMs`. */
  readonly reachedTime: boolean;
}

/** Cuts a batch to what is wanted. `nextOffset` is where the reader goes on when it has all of it. */
export function cutBatch(
  { topic, partition, highWatermark }: Pick<ConsumerBatch, 'topic' | 'partition' | 'highWatermark'>,
  stored: Batch,
  block: RecordBlock,
  cut: Cut,
): CutBatch {
  const { baseOffset, firstTimestampMs } = block.origin;
  const isDense = block.length === stored.lastOffsetDelta + 1;
  const hasDeltas = !isDense && deltasHold(block, stored.lastOffsetDelta);
  const origin: BatchOrigin = {
    topic,
    partition,
    baseOffset,
    firstTimestampMs,
    payload: block.payload,
    hasDeltas,
    isApproximate: cut.isTransformed && !isDense && !hasDeltas,
  };
  const { skip, end, reachedTime } = placesOf(block, origin, cut, isDense);
  const length = Math.max(0, end - skip);
  const { nextOffset } = stored;
  const cutNext = cut.until !== undefined && cut.until < nextOffset ? cut.until : nextOffset;
  const iterate = (): Iterator<ConsumerRecord, undefined> => {
    const cursor = block.cursor();
    for (let i = 0; i < skip; i++) cursor.next();
    // By hand: a generator takes half as long again per record.
    return {
      next: () =>
        cursor.index + 1 < end && cursor.next()
          ? { done: false, value: new ConsumerRecord(origin, cursor) }
          : { done: true, value: undefined },
    };
  };
  const firstOffset = (): bigint => (isDense ? baseOffset + BigInt(skip) : (iterate().next().value?.offset ?? cutNext));
  const lastOffset = (): bigint => {
    const cursor = block.cursor();
    while (cursor.index + 1 < end) cursor.next();
    return baseOffset + BigInt(hasDeltas ? cursor.offsetDelta : cursor.index);
  };
  const batch: ConsumerBatch = {
    topic,
    partition,
    firstOffset: length === 0 ? cutNext : firstOffset(),
    nextOffset: reachedTime && length > 0 ? lastOffset() + 1n : cutNext,
    length,
    highWatermark,
    [Symbol.iterator]: iterate,
  };
  return { batch, reachedTime };
}

/** The first `count` records of a batch. */
export function headOf(batch: ConsumerBatch, count: number): ConsumerBatch {
  if (count >= batch.length) return batch;
  const records: ConsumerRecord[] = [];
  for (const record of batch) {
    if (records.length === count) break;
    records.push(record);
  }
  return batchOf(batch, records);
}

/** Some records of a batch, next to each other. */
export function batchOf(batch: ConsumerBatch, records: readonly ConsumerRecord[]): ConsumerBatch {
  const last = records.at(-1);
  return {
    topic: batch.topic,
    partition: batch.partition,
    firstOffset: records[0]?.offset ?? batch.firstOffset,
    nextOffset: last === undefined ? batch.firstOffset : last.offset + 1n,
    length: records.length,
    highWatermark: batch.highWatermark,
    [Symbol.iterator]: () => records[Symbol.iterator](),
  };
}

/** Whether the stored deltas can be right: they rise, and stay within the batch. SmartModules of SPUs may shift them. */
function deltasHold(block: RecordBlock, lastOffsetDelta: number): boolean {
  const cursor = block.cursor();
  let last = -1;
  while (cursor.next()) {
    if (cursor.offsetDelta <= last || cursor.offsetDelta > lastOffsetDelta) return false;
    last = cursor.offsetDelta;
  }
  return true;
}

interface Places {
  /** Records at the beginning that are not wanted. */
  readonly skip: number;
  /** Place behind the last one that is. */
  readonly end: number;
  readonly reachedTime: boolean;
}

function placesOf(block: RecordBlock, origin: BatchOrigin, cut: Cut, isDense: boolean): Places {
  const { from, until, sinceMs, untilMs } = cut;
  const { baseOffset } = origin;
  if (isDense && sinceMs === undefined && untilMs === undefined) {
    return {
      skip: from > baseOffset ? Math.min(Number(from - baseOffset), block.length) : 0,
      end:
        until === undefined || until >= baseOffset + BigInt(block.length) ? block.length : Number(until - baseOffset),
      reachedTime: false,
    };
  }
  // Numbers that are too low would leave out records that nobody has seen.
  const counts = !origin.isApproximate;
  const first = counts && from > baseOffset ? Number(from - baseOffset) : 0;
  const limit = counts && until !== undefined ? Number(until - baseOffset) : Number.POSITIVE_INFINITY;
  const cursor = block.cursor();
  let skip = 0;
  let begun = false;
  let end = 0;
  while (cursor.next()) {
    const delta = origin.hasDeltas ? cursor.offsetDelta : cursor.index;
    const time = origin.firstTimestampMs > 0 ? origin.firstTimestampMs + cursor.timestampDelta : -1;
    if (delta >= limit) break;
    if (!begun && (delta < first || (sinceMs !== undefined && time >= 0 && time < sinceMs))) {
      skip = cursor.index + 1;
      end = skip;
      continue;
    }
    begun = true;
    if (untilMs !== undefined && time >= untilMs) return { skip, end, reachedTime: true };
    end = cursor.index + 1;
  }
  return { skip, end, reachedTime: false };
}
