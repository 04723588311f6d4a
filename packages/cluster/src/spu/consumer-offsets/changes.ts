/**
 * Changes of stored consumer offsets as records of their topic, in Fluvio's format: either side reads what the other wrote.
 *
 * The value of a record is one change. A checkpoint says that the records behind it are everything, so what is before it
 * need not be read. Keys of records are not used by Fluvio: here they hold the life of the partition, so that what is stored
 * for a topic does not turn up in a later one of the same name.
 */
import type { RecordBlock, Type } from '@fluvio-ts/protocol';
import { BatchBuilder, type Infer, isFluvioError, Reader, readBatches, schema, Writer } from '@fluvio-ts/protocol';
import type { BatchRun } from '../../storage/batch-run.ts';

const { bytes, i64, string, struct, u32, u64, union, variant } = schema;

/** Whose offset it is. */
export const OffsetKey = struct({ topic: string, partition: u32, consumerId: string });
export interface OffsetKey extends Infer<typeof OffsetKey> {}

const OffsetValue = struct({ offset: i64, modifiedTime: u64 });

const RecordValue = union({
  updated: variant(0, { key: bytes, value: bytes }),
  deleted: variant(1, { key: bytes }),
  checkpoint: variant(2),
});

/** What is stored for one consumer and partition. */
export interface StoredOffset {
  readonly key: OffsetKey;
  /** The last processed offset. */
  readonly offset: bigint;
  /** Unix seconds. */
  readonly modifiedTime: bigint;
  /** The life of the partition; undefined if a Fluvio SPU stored it. */
  readonly incarnation: string | undefined;
}

/** One change. */
export type OffsetChange =
  | { readonly kind: 'updated'; readonly stored: StoredOffset }
  | { readonly kind: 'deleted'; readonly key: OffsetKey }
  | { readonly kind: 'checkpoint' };

/** Fluvio's version of the records. */
const VERSION = 0;
/** The batches have no times, as Fluvio's. */
const NO_TIME = -1;

/** One batch of changes. */
export function runOfChanges(changes: readonly OffsetChange[]): BatchRun {
  const builder = new BatchBuilder({ firstTimestampMs: NO_TIME, capacityBytes: 256 });
  for (const change of changes) {
    const incarnation = change.kind === 'updated' ? change.stored.incarnation : undefined;
    builder.add(incarnation ?? null, written(RecordValue, recordValueOf(change)), NO_TIME);
  }
  const batch = builder.finish();
  return { bytes: batch, batches: [{ position: 0, sizeBytes: batch.length, count: changes.length }] };
}

/** Calls `visit` with every change in whole batches, and `skipped` for each record that is none: anyone may write to the topic. */
export function eachChange(
  batches: Uint8Array,
  visit: (change: OffsetChange) => void,
  skipped: (offset: bigint) => void,
): void {
  for (const batch of readBatches(batches).batches) {
    try {
      for (const record of batch.open() as RecordBlock) {
        const change = changeOf(record.key, record.value);
        if (change === undefined) skipped(record.offset);
        else visit(change);
      }
    } catch (error) {
      if (!isFluvioError(error)) throw error;
      skipped(batch.baseOffset);
    }
  }
}

function recordValueOf(change: OffsetChange): Infer<typeof RecordValue> {
  switch (change.kind) {
    case 'updated': {
      const { key, offset, modifiedTime } = change.stored;
      return {
        kind: 'updated',
        key: written(OffsetKey, key),
        value: written(OffsetValue, { offset, modifiedTime }),
      };
    }
    case 'deleted':
      return { kind: 'deleted', key: written(OffsetKey, change.key) };
    case 'checkpoint':
      return change;
  }
}

function changeOf(key: Uint8Array | null, value: Uint8Array): OffsetChange | undefined {
  try {
    const record = RecordValue.at(VERSION).read(new Reader(value));
    if (record.kind === 'checkpoint') return record;
    const of = OffsetKey.at(VERSION).read(new Reader(record.key));
    if (record.kind === 'deleted') return { kind: 'deleted', key: of };
    const { offset, modifiedTime } = OffsetValue.at(VERSION).read(new Reader(record.value));
    const incarnation = key === null ? undefined : new TextDecoder().decode(key);
    return { kind: 'updated', stored: { key: of, offset, modifiedTime, incarnation } };
  } catch (error) {
    if (isFluvioError(error)) return undefined;
    throw error;
  }
}

/** The text by which a table finds a key; no topic has a space in its name. */
export const textOf = ({ topic, partition, consumerId }: OffsetKey): string => `${topic} ${partition} ${consumerId}`;

function written<T>(type: Type<T>, value: T): Uint8Array {
  const writer = new Writer(64);
  type.at(VERSION).write(writer, value);
  return writer.finish();
}
