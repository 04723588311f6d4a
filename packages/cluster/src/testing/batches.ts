/** For tests: batches as a producer would send them, and what is in batches that came back. */
import { BatchBuilder, type RecordBlock, readBatches } from '@fluvio-ts/protocol';
import type { BatchRun } from '../storage/batch-run.ts';

/** One batch with the given values. */
export function batchOf(...values: readonly string[]): Uint8Array {
  const builder = new BatchBuilder();
  for (const value of values) builder.add(null, value, 1_700_000_000_000);
  return builder.finish() as Uint8Array;
}

/** Batches back to back. */
export function joined(...batches: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(batches.reduce((sum, batch) => sum + batch.length, 0));
  let at = 0;
  for (const batch of batches) {
    bytes.set(batch, at);
    at += batch.length;
  }
  return bytes;
}

/** A run that a log can append. */
export function runOf(...batches: readonly Uint8Array[]): BatchRun {
  const bytes = joined(...batches);
  let position = 0;
  return {
    bytes,
    batches: readBatches(bytes).batches.map((batch) => {
      const placed = { position, sizeBytes: batch.size, count: batch.lastOffsetDelta + 1 };
      position += batch.size;
      return placed;
    }),
  };
}

/** Offsets and values of every record in `bytes`, which must be whole batches. */
export function recordsIn(bytes: Uint8Array): { readonly offset: number; readonly value: string }[] {
  const { batches, rest } = readBatches(bytes);
  if (rest.length > 0) throw new Error(`${rest.length} bytes of an incomplete batch`);
  return batches.flatMap((batch) => {
    batch.verifyCrc();
    const records: { offset: number; value: string }[] = [];
    for (const record of batch.open() as RecordBlock) {
      records.push({ offset: Number(record.offset), value: new TextDecoder().decode(record.value) });
    }
    return records;
  });
}
