import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../golden/vectors.ts';
import { readBatches } from './batch.ts';
import { BatchBuilder, recordSize } from './batch-builder.ts';
import type { Codec } from './codec.ts';
import type { RecordBlock } from './record-block.ts';

const utf8 = new TextEncoder();
const now = 1_700_000_000_000;

/** Key "k" and value "hello"; no key and value "world", one millisecond later. */
const twoRecords = (): BatchBuilder => {
  const builder = new BatchBuilder({ firstTimestampMs: now });
  builder.add('k', 'hello', now);
  builder.add(null, 'world', now + 1);
  return builder;
};

const block = (bytes: Uint8Array): RecordBlock => {
  const { batches, rest } = readBatches(bytes);
  expect([batches.length, rest.length]).toEqual([1, 0]);
  batches[0]?.verifyCrc();
  return batches[0]?.open() as RecordBlock;
};

const refused = (what: RegExp): unknown =>
  expect.objectContaining({ code: 'wire/unwritable', message: expect.stringMatching(what) });

describe('BatchBuilder', () => {
  it('writes the batch of the protocol document', () => {
    const builder = twoRecords();
    expect([builder.count, builder.size]).toEqual([2, 87]);
    expect(toHex(builder.finish())).toBe(
      toHex(
        fromHex(`0000000000000000 0000004b ffffffff 02 686b2d63 0000 00000001 0000018bcfe56800 0000018bcfe56801
          ffffffffffffffff ffff ffffffff 00000002
          1a 00 00 00 01 026b 0a68656c6c6f 00
          16 00 02 02 00 0a776f726c64 00`),
      ),
    );
  });

  it('writes the same records from bytes as from texts', () => {
    const builder = new BatchBuilder({ firstTimestampMs: now });
    builder.add(utf8.encode('k'), utf8.encode('hello'), now);
    builder.add(null, utf8.encode('world'), now + 1);
    expect(builder.finish()).toEqual(twoRecords().finish());
  });

  it.each([
    [
      'gzip',
      1,
      '1f8b08000000000000ff63606060926260606064cae6ca48cdc9c9671063606262e02acf2fca4961000085b2eb711e000000',
      0x6c0e_e719,
    ],
    [
      'snappy',
      2,
      'ff060000734e61507059 01 220000 a0518d78 000000021a00000001026b0a68656c6c6f0016000202000a776f726c6400',
      0x51b9_db05,
    ],
    [
      'lz4',
      3,
      '04224d18 60 40 82 1e000080 000000021a00000001026b0a68656c6c6f0016000202000a776f726c6400 00000000',
      0xb6b2_065f,
    ],
    ['zstd', 4, '28b52ffd 00 48 f10000 000000021a00000001026b0a68656c6c6f0016000202000a776f726c6400', 0x0032_8638],
  ] as const)('hands the payload to %s and seals what comes back', async (name, attributes, hex, crc) => {
    const seen: string[] = [];
    const codec = (wrap: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>): Codec => ({
      name,
      compress: (bytes) => {
        seen.push(toHex(bytes));
        return wrap(fromHex(hex));
      },
      decompress: (bytes) => bytes,
    });
    const atOnce = twoRecords().finish(codec((bytes) => bytes)) as Uint8Array;
    const later = twoRecords().finish(codec(async (bytes) => bytes));
    expect(later).toBeInstanceOf(Promise);
    expect(await later).toEqual(atOnce);
    expect(seen[0]).toBe('000000021a00000001026b0a68656c6c6f0016000202000a776f726c6400');

    expect(atOnce.length).toBe(57 + fromHex(hex).length);
    const view = new DataView(atOnce.buffer, atOnce.byteOffset);
    expect(view.getUint32(17)).toBe(crc);
    expect(view.getInt16(21)).toBe(attributes);
    expect(view.getInt32(23)).toBe(1);
    expect(toHex(atOnce.subarray(57))).toBe(toHex(fromHex(hex)));
  });

  it('copies at once, so that buffers can be reused', () => {
    const builder = new BatchBuilder();
    const buffer = utf8.encode('first, longer than what a loop copies');
    builder.add(buffer.subarray(0, 5), buffer, now);
    buffer.fill(0);
    builder.add(buffer, buffer.subarray(0, 5), now);
    expect([...block(builder.finish())].map((record) => [record.keyText(), record.text()])).toEqual([
      ['first', 'first, longer than what a loop copies'],
      ['\0'.repeat(37), '\0\0\0\0\0'],
    ]);
  });

  it('makes the same batch in a buffer that was used before, grown or not', () => {
    for (const buffer of [
      new Uint8Array(4_096).fill(0xaa),
      new Uint8Array(80).fill(0xaa).subarray(3),
      new Uint8Array(5),
    ]) {
      const builder = new BatchBuilder({ firstTimestampMs: now, buffer });
      builder.add('k', 'hello', now);
      builder.add(null, 'world', now + 1);
      const bytes = builder.finish();
      expect(toHex(bytes)).toBe(toHex(twoRecords().finish()));
      expect(bytes.buffer === buffer.buffer).toBe(buffer.length > 100);
    }
  });

  it('tells no key from an empty key', () => {
    const builder = new BatchBuilder();
    builder.add(null, '', now);
    builder.add('', '', now);
    builder.add(new Uint8Array(0), '', now);
    const bytes = builder.finish();
    expect(toHex(bytes.subarray(61))).toBe(`${'0c000000000000'}${'0e00000201000000'}${'0e00000401000000'}`);
    expect([...block(bytes)].map((record) => record.key)).toEqual([null, new Uint8Array(0), new Uint8Array(0)]);
  });

  // Lengths at which a length or the number of its bytes changes, in characters of one, two, three and four bytes.
  it.each(['x', 'é', '語', '😀', '\ud800'])('writes texts of %j of any length as UTF-8', (unit) => {
    for (const count of [1, 15, 16, 21, 22, 31, 32, 48, 49, 63, 64, 2047, 2048, 2730, 2731, 4096, 8191, 8192, 30_000]) {
      const text = unit.repeat(count);
      const fromText = new BatchBuilder({ capacityBytes: 64 });
      const fromBytes = new BatchBuilder();
      for (const [key, value] of [
        [text, 'v'],
        ['k', text],
        [text, text],
      ] as const) {
        const sizes = [fromText.sizeWith(key, value, now), fromBytes.sizeWith(key, value, now)];
        fromText.add(key, value, now);
        fromBytes.add(utf8.encode(key), utf8.encode(value), now);
        expect([...sizes, fromText.size]).toEqual(Array(3).fill(fromBytes.size));
      }
      const bytes = fromText.finish();
      expect(Buffer.compare(bytes, fromBytes.finish())).toBe(0);
      expect([...block(bytes)].map((record) => record.text())).toEqual(['v', text, text].map(utf8Round));
    }
  });

  it('refuses what would go over a limit, and stays as it was', () => {
    const builder = new BatchBuilder({ firstTimestampMs: now });
    const first = builder.sizeWith('key', 'value', now);
    expect(builder.tryAdd('key', 'value', now, first - 1)).toBe(-1);
    expect(builder.tryAdd('key', 'value', now, first)).toBe(0);
    expect(builder.size).toBe(first);
    for (const value of ['value', 'é'.repeat(80), 'x'.repeat(100_000), new Uint8Array(100_000)]) {
      const size = builder.sizeWith(null, value, now + 100);
      expect(builder.tryAdd(null, value, now + 100, size - 1)).toBe(-1);
      expect([builder.count, builder.size]).toEqual([1, first]);
    }
    const alone = new BatchBuilder({ firstTimestampMs: now });
    alone.add('key', 'value', now);
    expect(builder.finish()).toEqual(alone.finish());
  });

  it('takes its first timestamp from the first record, and its last from the last', () => {
    const builder = new BatchBuilder();
    builder.add(null, 'a', now);
    builder.add(null, 'b', now + 5000);
    builder.add(null, 'c', now - 1000);
    const bytes = builder.finish();
    const [batch] = readBatches(bytes).batches;
    expect([batch?.firstTimestamp, batch?.maxTimestamp]).toEqual([BigInt(now), BigInt(now - 1000)]);
    expect([...block(bytes)].map((record) => record.timestampMs)).toEqual([now, now + 5000, now - 1000]);
  });

  it('writes batches without times', () => {
    const builder = new BatchBuilder({ firstTimestampMs: -1 });
    builder.add(null, 'a', -1);
    const bytes = builder.finish();
    expect(readBatches(bytes).batches[0]?.maxTimestamp).toBe(-1n);
    expect([...block(bytes)].map((record) => record.timestampMs)).toEqual([-1]);
  });

  it('takes timestamps as far as servers read them, and refuses others without a trace', () => {
    const builder = new BatchBuilder({ firstTimestampMs: now });
    const far = [now + 2 ** 31 - 1, now - 2 ** 31];
    for (const timestampMs of far) builder.add(null, 'far', timestampMs);
    const { size } = builder;
    for (const timestampMs of [now + 2 ** 31, now - 2 ** 31 - 1, now + 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(builder.takesTimestamp(timestampMs)).toBe(false);
      expect(() => builder.add(null, 'x', timestampMs)).toThrow(refused(/begin a new batch/));
    }
    expect([builder.count, builder.size]).toEqual([2, size]);
    expect([...block(builder.finish())].map((record) => record.timestampMs)).toEqual(far);
  });

  it.each([Number.NaN, 1.5])('refuses to begin at %s', (timestampMs) => {
    expect(() => new BatchBuilder().add(null, 'x', timestampMs)).toThrow(refused(/not a whole number/));
    expect(() => new BatchBuilder({ firstTimestampMs: timestampMs })).toThrow(refused(/not a whole number/));
  });

  it('makes one batch, of at least one record', () => {
    const builder = new BatchBuilder();
    expect(() => builder.finish()).toThrow(refused(/at least one record/));
    builder.add(null, 'x', now);
    const bytes = builder.finish();
    const before = bytes.slice();
    expect(() => builder.finish()).toThrow(refused(/already finished/));
    expect(() => builder.add(null, '', now)).toThrow(refused(/already finished/));
    expect(() => builder.tryAdd(null, '', now, 1000)).toThrow(refused(/already finished/));
    expect(bytes).toEqual(before);
  });

  it('gives back what was put in, whatever it is', () => {
    const content = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 100 }));
    const record = fc.record({
      key: fc.option(content),
      value: content,
      timestampMs: fc.integer({ min: now - 2 ** 30, max: now + 2 ** 30 }),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 40 }), fc.nat(500), (records, capacityBytes) => {
        const builder = new BatchBuilder({ capacityBytes });
        let size = 61;
        for (const [index, { key, value, timestampMs }] of records.entries()) {
          const delta = timestampMs - (records[0]?.timestampMs ?? 0);
          size += recordSize(key, value, delta, index);
          expect(builder.add(key, value, timestampMs)).toBe(index);
          expect(builder.size).toBe(size);
        }
        const bytes = builder.finish();
        expect(bytes.length).toBe(size);
        const asBytes = (c: Uint8Array | string): Uint8Array => (typeof c === 'string' ? utf8.encode(c) : c);
        expect(
          [...block(bytes)].map(({ key, value, timestampMs, index, offsetDelta }) => ({
            key,
            value,
            timestampMs,
            index,
            offsetDelta,
          })),
        ).toEqual(
          records.map(({ key, value, timestampMs }, index) => ({
            key: key === null ? null : asBytes(key),
            value: asBytes(value),
            timestampMs,
            index,
            offsetDelta: index,
          })),
        );
      }),
      { numRuns: 60 },
    );
  });
});

/** What UTF-8 makes of a text. */
function utf8Round(text: string): string {
  return new TextDecoder().decode(utf8.encode(text));
}
