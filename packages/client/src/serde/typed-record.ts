/** A record with its key and value decoded. */
import type { ConsumerRecord } from '../consumer/record.ts';

/** One record of a typed consumer. The bytes that it came from stay in memory for as long as `raw` does. */
export interface TypedRecord<V, K = Uint8Array> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Unix milliseconds by the producer's clock; −1 if its batch has no times. */
  readonly timestampMs: number;
  /** `null` for none, which is not the same as an empty key. */
  readonly key: K | null;
  readonly value: V;
  /** The record with its bytes. */
  readonly raw: ConsumerRecord;
}

/** Records of one partition that were stored together, without those that could not be decoded. */
export interface TypedBatch<V, K = Uint8Array> extends Iterable<TypedRecord<V, K>> {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first record that was asked for. */
  readonly firstOffset: bigint;
  /** Offset behind the last one: where a reader goes on. */
  readonly nextOffset: bigint;
  /** How many records are handed out. */
  readonly length: number;
  /** The partition's high watermark when the batch was sent. */
  readonly highWatermark: bigint;
}
