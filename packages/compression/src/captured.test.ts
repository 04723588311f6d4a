/** Batches that the official clients compressed, and a real cluster stored and sent. */
import type { Batch, CodecName, RecordBlock } from '@fluvio-ts/protocol';
import { BatchBuilder, readBatches } from '@fluvio-ts/protocol';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import * as web from './browser.ts';
import * as node from './index.ts';
import type { CapturedBatch } from './testing/captured.ts';
import { absent, capturedBatches, storedBatches } from './testing/captured.ts';
import { toHex } from './testing/samples.ts';

const builds = [
  ['in Node', node.codecs()],
  ['in browsers', { gzip: web.gzip, snappy: web.snappy, lz4: web.lz4, zstd: web.zstd }],
] as const;

const codecOf = (batch: Batch): CodecName | 'unknown' => {
  try {
    return batch.codec;
  } catch {
    return 'unknown';
  }
};
const captured = capturedBatches().filter(({ batch }) => codecOf(batch) !== 'unknown');
const compressed = captured.filter(({ batch }) => batch.codec !== 'none');

beforeEach(({ skip }) => {
  if (absent !== undefined) skip(absent);
});

afterAll(() => {
  const counts = (['gzip', 'snappy', 'lz4', 'zstd'] as const).map(
    (name) => `${name} ${compressed.filter(({ batch }) => batch.codec === name).length}`,
  );
  process.stdout.write(
    `captured compressed batches: ${absent === undefined ? counts.join(', ') : `skipped, ${absent}`}\n`,
  );
});

type Records = readonly (readonly [key: string | null, value: string])[];
const recordsOf = (block: RecordBlock): Records => [...block].map((record) => [record.keyText(), record.text()]);

describe.each(builds)('captured batches, %s', (_, codecs) => {
  const open = (batch: Batch): RecordBlock => batch.open(codecs) as RecordBlock;

  it('are there in every codec', () => {
    expect(new Set(compressed.map(({ batch }) => batch.codec))).toEqual(new Set(['gzip', 'snappy', 'lz4', 'zstd']));
    expect(compressed.length).toBeGreaterThanOrEqual(42);
  });

  it('hold the records that were sent without compression in the same flow', () => {
    let compared = 0;
    for (const flow of ['raw:spu-produce-', 'cli:produce-compression-']) {
      for (const dir of ['req', 'res']) {
        const sent = captured.filter((entry) => entry.name === `${flow}none` && entry.dir === dir);
        for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) {
          const of = compressed.filter((entry) => entry.name === flow + codec && entry.dir === dir);
          // The CLI has no flag for snappy.
          expect(of.length).toBe(flow.startsWith('cli') && codec === 'snappy' ? 0 : sent.length);
          for (const [i, { name, batch }] of of.entries()) {
            expect(batch.codec).toBe(codec);
            const wanted = recordsOf(open((sent[i] as CapturedBatch).batch));
            expect(recordsOf(open(batch)), `${dir} ${name}`).toEqual(wanted);
            compared += wanted.length;
          }
        }
      }
    }
    expect(compared).toBe(2 * 4 * (3 + 1 + 3) + 2 * 3 * 300);
  });

  it('hold what the Python client was told to send', () => {
    const of = compressed.filter(({ name }) => name.startsWith('python:produce-codec-'));
    expect(of.length).toBe(12);
    for (const { name, batch } of of) {
      const records = recordsOf(open(batch));
      expect(records.length, name).toBeGreaterThan(80);
      const first = Number(records[0]?.[0]?.slice(4));
      expect(records).toEqual(records.map((_, i) => [`key-${first + i}`, `${first + i}-${'abc'.repeat(200)}`]));
    }
  });

  it('hold the lines that were stored in a real data directory', () => {
    const stored = storedBatches('codecs');
    expect(stored.map((batch) => batch.codec)).toEqual(['none', 'gzip', 'snappy', 'lz4', 'zstd']);
    for (const batch of stored) {
      batch.verifyCrc();
      const lines = Array.from({ length: 40 }, (_, i) => [null, `${batch.codec} line ${i + 1}`]);
      expect(recordsOf(open(batch))).toEqual(lines);
    }
  });

  it('come out the same from batches that are compressed here', async () => {
    for (const { name, batch } of compressed) {
      if (batch.codec === 'none') continue;
      // Browsers do not write zstd.
      const codec = node.codecs()[batch.codec];
      const block = open(batch);
      const builder = new BatchBuilder({ firstTimestampMs: Number(batch.firstTimestamp) });
      for (const record of block) {
        builder.add(record.key, record.value, Number(batch.firstTimestamp) + (record.index & 1));
      }
      const [again] = readBatches(await builder.finish(codec)).batches;
      again?.verifyCrc();
      expect(again?.codec).toBe(batch.codec);
      expect(recordsOf(open(again as Batch)), name).toEqual(recordsOf(block));
    }
  });

  it('in snappy, of the Rust client, are byte for byte what is made here', () => {
    const batch = storedBatches('codecs').find((stored) => stored.codec === 'snappy') as Batch;
    expect(toHex(codecs.snappy.compress(open(batch).payload) as Uint8Array)).toBe(toHex(batch.payload));
  });
});
