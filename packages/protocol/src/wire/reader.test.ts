import { describe, expect, it } from 'vitest';
import { varints } from '../golden/varints.ts';
import { fromHex } from '../golden/vectors.ts';
import { Reader } from './reader.ts';

const reading = (hex: string): Reader => new Reader(fromHex(hex));
const failing = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

describe('numbers', () => {
  it('are big-endian, signed and unsigned', () => {
    const reader = reading('ff ff ffff ffff ffffffff ffffffff ffffffffffffffff fffffffffffffffe');
    expect([reader.u8(), reader.i8(), reader.u16(), reader.i16(), reader.u32(), reader.i32()]).toEqual([
      255, -1, 65_535, -1, 4_294_967_295, -1,
    ]);
    expect([reader.u64(), reader.i64()]).toEqual([2n ** 64n - 1n, -2n]);
    expect(reader.remaining).toBe(0);
  });

  it('end with the message', () => {
    const reader = reading('000102');
    reader.u16();
    expect(() => reader.u16()).toThrow(
      failing('wire/truncated', 'the message ends at byte 3, but 2 more were expected at byte 2'),
    );
    expect(reader.at).toBe(2);
  });
});

describe('varints', () => {
  it.each(varints)('%d', (value, hex) => {
    const reader = reading(hex);
    expect(reader.varint()).toBe(value);
    expect(reader.remaining).toBe(0);
  });

  it('are read beyond what Fluvio can write, as far as a double is exact', () => {
    expect(reading('8080808010').varint()).toBe(2 ** 31);
    expect(reading('feffffffffffff0f').varint()).toBe(2 ** 52 - 1);
    expect(reading('ffffffffffffff0f').varint()).toBe(-(2 ** 52));
    expect(() => reading('ffffffffffffffffff01').varint()).toThrow(failing('wire/invalid', 'longer than 53 bits'));
  });

  it('end after ten bytes', () => {
    expect(reading('80808080808080808000').varint()).toBe(0);
    expect(() => reading('8080808080808080808000').varint()).toThrow(failing('wire/invalid', 'longer than 53 bits'));
  });
});

describe('texts', () => {
  it('have at most 32,767 bytes: above, Rust writes a length that it reads as negative', () => {
    const reader = reading(`9c40${'61'.repeat(4)}`);
    expect(reader.string()).toBe('');
    expect(reader.remaining).toBe(4);
  });

  it.each([
    ['a byte that begins nothing', '0001 ff'],
    ['half of a surrogate pair', '0003 eda080'],
    ['an overlong form', '0002 c0af'],
    ['a cut character behind thirty letters', `0020 ${'61'.repeat(31)}e2`],
  ])('refuse %s', (_what, hex) => {
    expect(() => reading(hex).string()).toThrow(failing('wire/invalid', 'a text is not UTF-8 at byte 2'));
  });
});

describe('a narrowed reader', () => {
  it('ends with its part, and goes on behind it whatever was read', () => {
    const reader = reading('01020304');
    reader.within(3, () => {
      expect(reader.u8()).toBe(1);
      expect(() => reader.u32()).toThrow(failing('wire/truncated', 'ends at byte 3'));
    });
    expect(reader.u8()).toBe(4);
    expect(() => reading('0102').within(3, () => {})).toThrow(failing('wire/truncated', '3 more'));
  });

  it('knows where it is in a view of a larger buffer', () => {
    const reader = new Reader(fromHex('0001020304').subarray(1, 4));
    expect([reader.u8(), reader.u16()]).toEqual([1, 0x0203]);
    expect(() => reader.u8()).toThrow(failing('wire/truncated', 'ends at byte 3'));
  });
});
