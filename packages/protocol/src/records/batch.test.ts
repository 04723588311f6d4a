import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFluvioError } from '../errors.ts';
import { fromHex, toHex } from '../golden/vectors.ts';
import type { Batch } from './batch.ts';
import { readBatches } from './batch.ts';
import { BatchBuilder } from './batch-builder.ts';
import type { Codec, Codecs } from './codec.ts';
import type { RecordBlock } from './record-block.ts';

const now = 1_700_000_000_000;
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

const gzipCodec: Codec = {
  name: 'gzip',
  compress: (bytes) => gzipSync(bytes),
  decompress: (bytes, { maxBytes }) => gunzipSync(bytes, { maxOutputLength: maxBytes }),
};

const build = (values: readonly string[], codec?: Codec): Uint8Array => {
  const builder = new BatchBuilder({ firstTimestampMs: now });
  for (const value of values) builder.add(null, value, now);
  return builder.finish(codec) as Uint8Array;
};

const only = (bytes: Uint8Array): Batch => {
  const { batches } = readBatches(bytes);
  expect(batches).toHaveLength(1);
  return batches[0] as Batch;
};

const texts = (batch: Batch, codecs?: Codecs): string[] =>
  [...(batch.open(codecs) as RecordBlock)].map((record) => record.text());

describe('readBatches', () => {
  it('reads the batch that the Rust tests assert', () => {
    const bytes = fromHex(`0000000000000000 0000003c ffffffff 02 554a8968
      0000 ffffffff 0000016a29be3e1b 0000016a29be3e1b ffffffffffffffff ffff ffffffff
      00000001 14 00 00 00 00 0874657374 00`);
    const batch = only(bytes);
    batch.verifyCrc();
    expect(batch).toMatchObject({
      size: 72,
      baseOffset: 0n,
      lastOffsetDelta: -1,
      nextOffset: 0n,
      leaderEpoch: -1,
      firstTimestamp: 1555478494747n,
      maxTimestamp: 1555478494747n,
      codec: 'none',
      schemaId: undefined,
      crc: 0x554a_8968,
    });
    expect(toHex(batch.bytes)).toBe(toHex(bytes));
    expect(texts(batch)).toEqual(['test']);
  });

  it('reads the same batch with a schema id', () => {
    const batch = only(
      fromHex(`0000000000000000 00000040 ffffffff 02 af730785
        0010 ffffffff 0000016a29be3e1b 0000016a29be3e1b ffffffffffffffff ffff ffffffff
        0000002a 00000001 14 00 00 00 00 0874657374 00`),
    );
    batch.verifyCrc();
    expect([batch.schemaId, batch.codec, batch.payload.length]).toEqual([42, 'none', 15]);
    expect(texts(batch)).toEqual(['test']);
  });

  it('reads batches back to back, also from a view and from a Buffer', () => {
    const parts = [build(['a']), build(['b', 'c']), build(['d'])];
    const set = Buffer.concat([Buffer.from('junk'), ...parts]).subarray(4);
    const { batches, rest, missingBytes } = readBatches(set);
    expect(batches.flatMap((batch) => texts(batch))).toEqual(['a', 'b', 'c', 'd']);
    expect([rest.length, missingBytes]).toEqual([0, 0]);
    expect(batches.map((batch) => toHex(batch.bytes))).toEqual(parts.map(toHex));
    expect(Buffer.isBuffer(batches[0]?.bytes)).toBe(false);
  });

  it('finds nothing in an empty set', () => {
    expect(readBatches(new Uint8Array(0))).toEqual({ batches: [], rest: new Uint8Array(0), missingBytes: 0 });
  });

  it('reads a batch without records, which a server may store', () => {
    const empty = fromHex(
      `0000000000000005 00000031 ffffffff 02 00000000 0000 ffffffff 0000000000000000 0000000000000000
       ffffffffffffffff ffff ffffffff 00000000`,
    );
    const batch = only(empty);
    expect([batch.baseOffset, batch.lastOffsetDelta, batch.nextOffset]).toEqual([5n, -1, 5n]);
    expect(texts(batch)).toEqual([]);
  });

  it('leaves a cut batch in the rest, wherever it is cut', () => {
    const [first, second] = [build(['a', 'b']), build(['c'])];
    const set = Uint8Array.from([...first, ...second]);
    for (let length = 0; length <= set.length; length++) {
      const { batches, rest, missingBytes } = readBatches(set.subarray(0, length));
      const complete = length === set.length ? 2 : length >= first.length ? 1 : 0;
      const end = [0, first.length, set.length][complete] as number;
      const size = [first.length, second.length, 0][complete] as number;
      const cut = length - end;
      expect(batches.flatMap((batch) => texts(batch))).toEqual([[], ['a', 'b'], ['a', 'b', 'c']][complete]);
      expect(toHex(rest)).toBe(toHex(set.subarray(end, length)));
      expect(missingBytes).toBe(cut === 0 ? 0 : (cut < 12 ? 57 : size) - cut);
    }
  });

  it('refuses lengths that cannot be, even of a cut batch', () => {
    for (const length of [44, 0, -1, -(2 ** 31), 2 ** 31 - 1]) {
      const bytes = build(['a']);
      new DataView(bytes.buffer, bytes.byteOffset).setInt32(8, length);
      expect(() => readBatches(bytes)).toThrow(code('wire/invalid'));
      expect(() => readBatches(bytes.subarray(0, 12))).toThrow(code('wire/invalid'));
    }
  });
});

describe('Batch', () => {
  it('notices a flipped bit anywhere in what the checksum covers', () => {
    const bytes = build(['some value']);
    for (let at = 17; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ 0x40;
      expect(() => only(damaged).verifyCrc()).toThrow(code('wire/crc-mismatch'));
    }
  });

  it('says which batch is damaged and how', () => {
    const bytes = build(['some value']);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setBigInt64(0, 77n);
    const computed = view.getUint32(17);
    view.setUint32(17, 1);
    expect(() => only(bytes).verifyCrc()).toThrow(
      expect.objectContaining({ context: { baseOffset: 77n, stored: 1, computed } }),
    );
  });

  it.each([5, 6, 7])('refuses codec %d when asked for it', (number) => {
    const bytes = build(['a']);
    bytes[22] = number;
    const batch = only(bytes);
    expect(() => batch.codec).toThrow(code('wire/invalid'));
    expect(() => batch.open()).toThrow(code('wire/invalid'));
  });

  it('opens compressed batches with a codec that answers at once or later', async () => {
    const values = Array.from({ length: 100 }, (_, i) => `value ${i}`);
    const batch = only(build(values, gzipCodec));
    expect(batch.codec).toBe('gzip');
    batch.verifyCrc();
    expect(texts(batch, { gzip: gzipCodec })).toEqual(values);
    const later: Codec = { ...gzipCodec, decompress: async (bytes, options) => gzipCodec.decompress(bytes, options) };
    const block = batch.open({ gzip: later });
    expect(block).toBeInstanceOf(Promise);
    expect([...(await block)].map((record) => record.text())).toEqual(values);
  });

  it('gives plain byte arrays of a payload that is a Buffer', () => {
    const [record] = only(build(['value'], gzipCodec)).open({ gzip: gzipCodec }) as RecordBlock;
    expect(Buffer.isBuffer(record?.value)).toBe(false);
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('names %s if its codec is missing', (name) => {
    const batch = only(build(['a'], { ...gzipCodec, name }));
    expect(() => batch.open()).toThrow(expect.objectContaining({ code: 'codec/missing', context: { codec: name } }));
  });

  it('refuses a payload that does not decompress, with the reason', async () => {
    const bytes = build(['a'.repeat(1000)], gzipCodec);
    bytes[60] = 0xff;
    const batch = only(bytes);
    expect(() => batch.open({ gzip: gzipCodec })).toThrow(
      expect.objectContaining({ code: 'wire/invalid', cause: expect.any(Error) }),
    );
    const later: Codec = { ...gzipCodec, decompress: (bytes) => Promise.reject(new Error(`not ${bytes.length}`)) };
    await expect(batch.open({ gzip: later })).rejects.toThrow(code('wire/invalid'));
  });

  it('refuses a payload that decompresses into more than allowed, whether the codec looks or not', () => {
    const batch = only(build(['a'.repeat(100_000)], gzipCodec));
    const careless: Codec = { ...gzipCodec, decompress: (bytes) => gunzipSync(bytes) };
    for (const gzip of [gzipCodec, careless]) {
      expect(() => batch.open({ gzip }, { maxPayloadBytes: 50_000 })).toThrow(code('wire/invalid'));
      expect((batch.open({ gzip }, { maxPayloadBytes: 200_000 }) as RecordBlock).length).toBe(1);
    }
  });

  it('gives records or a FluvioError for damaged bytes', () => {
    const builder = new BatchBuilder();
    for (let i = 0; i < 6; i++) builder.add(i % 2 ? `key ${i}` : null, 'x'.repeat(i * 30), now + i);
    const original = Uint8Array.from([...builder.finish(), ...build(['a', 'b'], gzipCodec)]);
    const damage = fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(damage, fc.nat(original.length), (changes, length) => {
        const bytes = original.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        attempt(() => {
          for (const batch of readBatches(bytes.subarray(0, length)).batches) {
            attempt(() => batch.verifyCrc());
            attempt(() => {
              for (const record of batch.open({ gzip: gzipCodec }) as RecordBlock) {
                void record.offset;
                void record.copy();
                attempt(() => record.text());
                attempt(() => record.keyText());
              }
            });
          }
        });
      }),
      { numRuns: 3000 },
    );
  });
});

/** Fails the test for any error but ours. */
function attempt(what: () => void): void {
  try {
    what();
  } catch (error) {
    if (!isFluvioError(error)) throw error;
  }
}
