/** The batches that foreign clients and a real cluster exchanged, and the log files of a real data directory. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { isFluvioError } from '../errors.ts';
import { captured } from '../golden/captured.ts';
import { toHex } from '../golden/vectors.ts';
import { spuApis } from '../messages/spu/apis.ts';
import type { FetchResponse } from '../messages/spu/fetch.ts';
import type { ProduceRequest } from '../messages/spu/produce.ts';
import type { StreamFetchResponse } from '../messages/spu/stream-fetch.ts';
import type { Batch } from './batch.ts';
import { readBatches } from './batch.ts';
import { BatchBuilder } from './batch-builder.ts';
import type { Codec, Codecs } from './codec.ts';
import * as layout from './layout.ts';
import type { RecordBlock } from './record-block.ts';

const gzip: Codec = {
  name: 'gzip',
  compress: (bytes) => bytes,
  decompress: (bytes) => gunzipSync(bytes),
};
/** The other codecs come with a package of their own, and are tested there. */
const codecs: Codecs = { gzip };

/** A record set, and the case it is from. */
interface RecordSet {
  readonly name: string;
  readonly dir: 'req' | 'res';
  readonly bytes: Uint8Array;
}

const { absent, replayed } = captured('spu', spuApis);
const sets: RecordSet[] = replayed.flatMap(({ frame: { name, dir }, api, value }) => {
  const of = (records: Uint8Array): RecordSet => ({ name, dir, bytes: records });
  if (api === 'Produce' && dir === 'req') {
    return (value as ProduceRequest).topics.flatMap((topic) => topic.partitions.map((p) => of(p.records)));
  }
  if (api === 'Fetch' && dir === 'res') {
    return (value as FetchResponse).topics.flatMap((topic) => topic.partitions.map((p) => of(p.records)));
  }
  if (api === 'StreamFetch' && dir === 'res') return [of((value as StreamFetchResponse).partition.records)];
  return [];
});
const batches = sets.flatMap(({ bytes, ...from }) => readBatches(bytes).batches.map((batch) => ({ ...from, batch })));

beforeEach((context) => {
  if (absent !== undefined) context.skip(absent);
});

afterAll(() => {
  process.stdout.write(
    absent === undefined
      ? `captured batches: ${batches.length} in ${sets.length} record sets\n`
      : `captured batches: skipped, ${absent}\n`,
  );
});

const codecOf = (batch: Batch): string => {
  try {
    return batch.codec;
  } catch (error) {
    return isFluvioError(error) ? error.code : String(error);
  }
};

/** The batches whose records can be read here. */
const open = (of: readonly { readonly batch: Batch }[]): { readonly batch: Batch; readonly block: RecordBlock }[] =>
  of
    .filter(({ batch }) => ['none', 'gzip'].includes(codecOf(batch)))
    .map(({ batch }) => ({ batch, block: batch.open(codecs) as RecordBlock }));

/** The same records, put into a new batch one by one. */
const rebuild = (batch: Batch, block: RecordBlock): Uint8Array => {
  const firstTimestampMs = Number(batch.firstTimestamp);
  const builder = new BatchBuilder({ firstTimestampMs });
  const cursor = block.cursor();
  while (cursor.next()) {
    const { keyStart, keyEnd, valueStart, valueEnd, timestampDelta } = cursor;
    const key = keyStart < 0 ? null : block.payload.subarray(keyStart, keyEnd);
    builder.add(key, block.payload.subarray(valueStart, valueEnd), firstTimestampMs + timestampDelta);
  }
  return builder.finish();
};

describe('captured record sets', () => {
  it('consist of whole batches, but for those that a server cut', () => {
    const cut = sets.filter(({ bytes }) => readBatches(bytes).rest.length > 0);
    expect(new Set(cut.map(({ name, dir }) => `${dir} ${name}`))).toEqual(
      new Set(['res raw:spu-fetch', 'res cli:consume-maxbytes', 'res raw:spu-stream-max-bytes-cuts-batch']),
    );
    for (const { bytes } of cut) {
      const { rest, missingBytes } = readBatches(bytes);
      expect(missingBytes).toBe(new DataView(rest.buffer, rest.byteOffset).getInt32(8) + 12 - rest.length);
    }
  });

  it('hold batches of every codec, without a schema', () => {
    expect(new Set(batches.map(({ batch }) => codecOf(batch)))).toEqual(
      // The last is one request that is wrong on purpose.
      new Set(['none', 'gzip', 'snappy', 'lz4', 'zstd', 'wire/invalid']),
    );
    expect(batches.filter(({ batch }) => batch.schemaId !== undefined)).toEqual([]);
  });

  it('carry right checksums, but for a driver that writes 1', () => {
    const wrong = batches.filter(({ batch }) => {
      try {
        batch.verifyCrc();
        return false;
      } catch (error) {
        return isFluvioError(error, 'wire/crc-mismatch');
      }
    });
    expect(new Set(wrong.map(({ name, dir, batch }) => `${dir} ${name.replace(/-[^-]*$/, '')} ${batch.crc}`))).toEqual(
      new Set(['req raw:spu-produce 1']),
    );
  });

  it('are read to their last byte', () => {
    const blocks = open(batches);
    expect(blocks.length).toBeGreaterThan(600);
    for (const { batch, block } of blocks) {
      const records = [...block];
      expect(records.length).toBe(block.length);
      // A SmartModule may leave records out; none adds offsets.
      expect(block.length).toBeLessThanOrEqual(batch.lastOffsetDelta + 1);
    }
  });

  it('are what this package makes of the same records', () => {
    let same = 0;
    for (const { batch, block } of open(batches)) {
      // SmartModules leave gaps in the offset deltas, which no producer does.
      const gaps = [...block].some(({ index, offsetDelta }) => index !== offsetDelta);
      if (gaps || block.length === 0) continue;
      const bytes = rebuild(batch, block);
      expect(toHex(bytes.subarray(layout.BATCH_HEADER_BYTES))).toBe(toHex(block.payload));
      same++;
    }
    expect(same).toBeGreaterThan(600);
  });

  it('of real producers are made bit for bit, header and all', () => {
    const produced = open(
      batches.filter(({ name, dir, batch }) => dir === 'req' && !name.startsWith('raw:') && codecOf(batch) === 'none'),
    );
    expect(produced.length).toBeGreaterThan(200);
    for (const { batch, block } of produced) {
      const bytes = rebuild(batch, block);
      // Their base offset is one less than their number of records, and servers ignore it.
      expect(toHex(bytes.subarray(layout.BATCH_LENGTH_AT))).toBe(toHex(batch.bytes.subarray(layout.BATCH_LENGTH_AT)));
    }
  });
});

/** A record as the official client printed it. */
interface Printed {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string;
}

describe('log files', () => {
  const folder = resolve(process.env.FLUVIO_VECTORS ?? join(import.meta.dirname, '../../../../../shared/vectors'));
  const archive = join(folder, 'real-data-dir.tgz');

  it('hold the records that the official client read from them', (context) => {
    if (!existsSync(archive)) context.skip(`no data directory: ${archive} does not exist (set FLUVIO_VECTORS)`);
    const { topics } = JSON.parse(readFileSync(join(folder, 'real-data-dir.json'), 'utf8')) as {
      readonly topics: Record<string, { readonly records: readonly Printed[] }>;
    };
    let compared = 0;
    const ends = new Map<string, bigint>();
    for (const { path, bytes } of filesOf(gunzipSync(readFileSync(archive)))) {
      const [, topic = '', partition = ''] = /([^/]+)-(\d+)\/\d+\.log$/.exec(path) ?? [];
      if (topic === '' || topics[topic] === undefined) continue;
      const { batches: stored, rest } = readBatches(bytes);
      expect([path, rest.length]).toEqual([path, 0]);
      for (const batch of stored) {
        batch.verifyCrc();
        // Segments follow one another without a gap.
        expect(batch.baseOffset).toBe(ends.get(`${topic}-${partition}`) ?? 0n);
        ends.set(`${topic}-${partition}`, batch.nextOffset);
        for (const { block } of open([{ batch }])) {
          for (const record of block) {
            const printed = topics[topic].records.find(
              ({ partition: p, offset }) => p === Number(partition) && BigInt(offset) === record.offset,
            );
            expect([record.keyText(), record.text()]).toEqual([printed?.key, printed?.value]);
            compared++;
          }
        }
      }
    }
    expect(compared).toBeGreaterThanOrEqual(20 + 80 + 5 + 2);
  });
});

/** The regular files of a tar archive. */
function filesOf(tar: Uint8Array): { readonly path: string; readonly bytes: Uint8Array }[] {
  const text = (from: number, length: number): string =>
    new TextDecoder().decode(tar.subarray(from, from + length)).replace(/\0.*$/s, '');
  const files: { path: string; bytes: Uint8Array }[] = [];
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    if (text(at + 156, 1) === '0') files.push({ path: text(at, 100), bytes: tar.subarray(at + 512, at + 512 + size) });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
