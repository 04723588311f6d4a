/** A stored batch as consumers get it: the records that were asked for, decoded as they are iterated. */
import type { RecordBlock } from '@fluvio-ts/protocol';
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

/** Wraps a block, leaving out what lies before `from` and at or behind `until`. */
export function consumerBatch(
  topic: string,
  partition: number,
  block: RecordBlock,
  nextOffset: bigint,
  from: bigint,
  until: bigint | undefined,
  highWatermark: bigint,
): ConsumerBatch {
  const { baseOffset, firstTimestampMs } = block.origin;
  const origin: BatchOrigin = { topic, partition, baseOffset, firstTimestampMs, payload: block.payload };
  const skip = from > baseOffset ? Math.min(Number(from - baseOffset), block.length) : 0;
  const end =
    until === undefined || until >= baseOffset + BigInt(block.length) ? block.length : Number(until - baseOffset);
  return {
    topic,
    partition,
    firstOffset: baseOffset + BigInt(skip),
    nextOffset: until !== undefined && until < nextOffset ? until : nextOffset,
    length: Math.max(0, end - skip),
    highWatermark,
    [Symbol.iterator]() {
      const cursor = block.cursor();
      for (let i = 0; i < skip; i++) cursor.next();
      // By hand: a generator takes half as long again per record.
      return {
        next: () =>
          cursor.index + 1 < end && cursor.next()
            ? { done: false, value: new ConsumerRecord(origin, cursor) }
            : { done: true, value: undefined },
      };
    },
  };
}
