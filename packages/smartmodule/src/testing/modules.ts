/** For tests: the modules under `fixtures/`, which the Rust SDK made, and batches to feed them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type Batch,
  BatchBuilder,
  type Codec,
  type RecordBlock,
  readBatches,
  rewriteBatch,
  type WireRecord,
} from '@fluvio-ts/protocol';
import type { ChainModule } from '../chain.ts';

/** The gzipped payload of a module, as a cluster stores it. */
export const gzippedModule = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(import.meta.dirname, `../../fixtures/${name}.wasm.gz`)));

/** A module, ready for a chain. */
export const module = (name: string, how: Omit<ChainModule, 'wasm' | 'name'> = {}): ChainModule => ({
  ...how,
  name,
  wasm: new Uint8Array(gunzipSync(gzippedModule(name))),
});

/** Values of a block as texts. */
export const texts = (block: Iterable<WireRecord>): string[] => [...block].map((record) => record.text());

/** Offsets of a block's records, by their deltas. */
export const offsets = (block: RecordBlock): bigint[] =>
  [...block].map((record) => block.origin.baseOffset + BigInt(record.offsetDelta));

/** A batch at an offset of a partition. */
export function batchAt(
  baseOffset: bigint,
  values: readonly string[],
  options: { readonly timestampMs?: number; readonly codec?: Codec } = {},
): Batch {
  const builder = new BatchBuilder();
  const timestampMs = options.timestampMs ?? 1_700_000_000_000;
  for (const [i, value] of values.entries()) builder.add(null, value, timestampMs === -1 ? -1 : timestampMs + i);
  const bytes = builder.finish(options.codec) as Uint8Array;
  rewriteBatch(bytes, { baseOffset, crc: 'compute' });
  const [batch] = readBatches(bytes).batches;
  if (batch === undefined) throw new Error('no batch');
  return batch;
}

/** What a batch says, for comparing: its offsets, and of each record offset, time and value. */
export interface BatchSeen {
  readonly base: bigint;
  readonly next: bigint;
  readonly records: readonly (readonly [offset: bigint, timestampMs: number, value: string])[];
}

/** Everything in a record set that is not compressed, or by codecs that answer at once; checksums must be right. */
export function seen(records: Uint8Array, codecs: Parameters<Batch['open']>[0] = {}): BatchSeen[] {
  return readBatches(records).batches.map((batch) => {
    batch.verifyCrc();
    const block = batch.open(codecs) as RecordBlock;
    return {
      base: batch.baseOffset,
      next: batch.nextOffset,
      records: [...block].map(
        (record) => [batch.baseOffset + BigInt(record.offsetDelta), record.timestampMs, record.text()] as const,
      ),
    };
  });
}
