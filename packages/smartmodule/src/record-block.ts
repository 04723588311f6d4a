/** Makes blocks of records by hand, for trying out a module. */
import { BatchBuilder, RecordBlock, readBatches } from '@fluvio-ts/protocol';

/** A record to transform; a bare text or bytes is the value of one without a key. */
export type RecordLike =
  | string
  | Uint8Array
  | {
      readonly key?: string | Uint8Array | null | undefined;
      readonly value: string | Uint8Array;
      /** Unix milliseconds. Default: those of the block. */
      readonly timestampMs?: number | undefined;
    };

/** Settings of {@link recordBlock}. */
export interface RecordBlockOptions {
  /** Offset of the first record. Default 0. */
  readonly baseOffset?: bigint;
  /** Unix milliseconds of records without a time of their own. Default: now. */
  readonly timestampMs?: number;
}

/** A block of these records, at consecutive offsets. Throws `wire/unwritable` for times more than 24 days apart. */
export function recordBlock(records: readonly RecordLike[], options: RecordBlockOptions = {}): RecordBlock {
  const { baseOffset = 0n, timestampMs = Date.now() } = options;
  const origin = { baseOffset, firstTimestampMs: timestampMs };
  if (records.length === 0) return new RecordBlock(new Uint8Array(4), origin);
  const builder = new BatchBuilder({ firstTimestampMs: timestampMs });
  for (const record of records) {
    const plain = typeof record === 'string' || record instanceof Uint8Array ? { value: record } : record;
    builder.add(plain.key ?? null, plain.value, plain.timestampMs ?? timestampMs);
  }
  const payload = readBatches(builder.finish()).batches[0]?.payload ?? new Uint8Array(4);
  return new RecordBlock(payload, origin);
}
