import { describe, expect, it } from 'vitest';
import { varints } from '../golden/varints.ts';
import { toHex } from '../golden/vectors.ts';
import { Writer } from './writer.ts';

/** One step of every kind, with text and bytes long enough to outgrow any small buffer. */
const steps: Readonly<Record<string, (writer: Writer) => void>> = {
  u8: (w) => w.u8(0x12),
  i8: (w) => w.i8(-2),
  u16: (w) => w.u16(0x1234),
  i16: (w) => w.i16(-0x1234),
  u32: (w) => w.u32(0xfedc_ba98),
  i32: (w) => w.i32(-0x1234_5678),
  u64: (w) => w.u64(0xfedc_ba98_7654_3210n),
  i64: (w) => w.i64(-0x1234_5678_9abc_def0n),
  bool: (w) => w.bool(true),
  'short text': (w) => w.string('abc'),
  'long text': (w) => w.string('abc'.repeat(40)),
  'text beyond ASCII': (w) => w.string('a\u00e9\u{1f600}'),
  bytes: (w) => w.bytes(Uint8Array.of(1, 2, 3)),
  varint: (w) => w.varint(-123_456),
  size: (w) => {
    const place = w.reserveSize();
    w.u16(7);
    w.patchSize(place);
  },
};

const written = (capacity: number, ...wanted: ((writer: Writer) => void)[]): number[] => {
  const writer = new Writer(capacity);
  for (const step of wanted) step(writer);
  return [...writer.finish()];
};

describe('a writer that outgrows its buffer', () => {
  it.each(Object.entries(steps))('loses nothing of a %s', (_name, step) => {
    const roomy = written(1024, step, step);
    for (let capacity = 0; capacity < roomy.length; capacity++) {
      expect(written(capacity, step, step), `capacity ${capacity}`).toEqual(roomy);
    }
  });
});

describe('a writer refuses', () => {
  it.each<[string, (writer: Writer) => void]>([
    ['a u8 of 256', (w) => w.u8(256)],
    ['a u16 of -1', (w) => w.u16(-1)],
    ['an i32 of 2^31', (w) => w.i32(2 ** 31)],
    ['a u32 of 0.5', (w) => w.u32(0.5)],
    ['a u64 of 2^64', (w) => w.u64(2n ** 64n)],
    ['an i64 of 2^63', (w) => w.i64(2n ** 63n)],
    ['a varint of 2^31', (w) => w.varint(2 ** 31)],
    ['a text of 32,768 bytes', (w) => w.string('x'.repeat(32_768))],
    ['a text of 10,923 characters that are 32,769 bytes', (w) => w.string('\u20ac'.repeat(10_923))],
    ['half of a surrogate pair', (w) => w.string('a\ud83d')],
  ])('%s', (_name, step) => {
    expect(() => step(new Writer())).toThrow(expect.objectContaining({ code: 'wire/unwritable' }));
  });
});

describe('a writer refuses values of other types, which may be forgotten fields', () => {
  const wrong = (value: unknown) => value as never;
  it.each<[string, (writer: Writer) => void, string]>([
    ['no boolean', (w) => w.bool(wrong(undefined)), 'a boolean is missing'],
    ['no text', (w) => w.string(wrong(undefined)), 'a text is missing'],
    ['a number for a text', (w) => w.string(wrong(5)), 'number where the wire wants a text'],
    ['a text for bytes', (w) => w.bytes(wrong('abc')), 'string where the wire wants bytes'],
    ['wide integers for bytes', (w) => w.bytes(wrong(new Int32Array(2))), 'object where the wire wants bytes'],
    ['no number', (w) => w.i32(wrong(undefined)), 'a number is missing'],
    ['a number for a bigint', (w) => w.i64(wrong(5)), 'number where the wire wants a bigint'],
    ['a bigint for a number', (w) => w.u16(wrong(5n)), 'bigint where the wire wants a number'],
  ])('%s', (_name, step, message) => {
    expect(() => step(new Writer())).toThrow(expect.objectContaining({ code: 'wire/unwritable', message }));
  });

  it('but takes bytes of any kind', () => {
    const writer = new Writer();
    writer.bytes(Buffer.from([1, 2]));
    writer.bytes(new Uint8ClampedArray([3]) as never);
    expect([...writer.finish()]).toEqual([1, 2, 3]);
  });
});

describe('a writer takes', () => {
  it('the longest text', () => {
    const writer = new Writer();
    writer.string('x'.repeat(32_767));
    expect([...writer.finish().subarray(0, 3)]).toEqual([0x7f, 0xff, 0x78]);
  });

  it.each<[number, string]>(varints)('the varint %d', (value, hex) => {
    const writer = new Writer();
    writer.varint(value);
    expect(toHex(writer.finish())).toBe(hex);
  });
});

describe('large values', () => {
  const large = (fill: number): Uint8Array => new Uint8Array(5_000).fill(fill);

  it('are handed on as they are, in their place, and are counted in every size around them', () => {
    const [a, b] = [large(1), large(2)];
    const writer = new Writer(8);
    writer.u8(7);
    const outer = writer.reserveSize();
    writer.bytes(a);
    const inner = writer.reserveSize();
    writer.string('between');
    writer.bytes(b);
    writer.patchSize(inner);
    writer.patchSize(outer);
    writer.u8(9);
    const chunks = writer.chunks();
    expect(chunks.map((chunk) => chunk.length)).toEqual([5, 5_000, 13, 5_000, 1]);
    expect(chunks[1]).toBe(a);
    expect(chunks[3]).toBe(b);
    expect(writer.length).toBe(10_019);
    const whole = new Writer(8);
    whole.u8(7);
    whole.u32(5_000 + 4 + 9 + 5_000);
    for (const byte of a) whole.u8(byte);
    whole.u32(9 + 5_000);
    whole.string('between');
    for (const byte of b) whole.u8(byte);
    whole.u8(9);
    expect(Buffer.from(writer.finish())).toEqual(Buffer.from(whole.finish()));
  });

  it('at the beginning and at the end leave no empty chunk', () => {
    const writer = new Writer();
    writer.bytes(large(1));
    expect(writer.chunks()).toHaveLength(1);
    expect(writer.finish()).toHaveLength(5_000);
  });
});
