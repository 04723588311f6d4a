import { describe, expect, it } from 'vitest';
import { Reader } from './reader.ts';
import type { Infer, Type } from './schema.ts';
import {
  bool,
  bytes,
  byVersion,
  choice,
  i32,
  labelled,
  list,
  map,
  mapped,
  openLabelled,
  openUnion,
  option,
  since,
  string,
  struct,
  u8,
  u16,
  u31,
  u32,
  union,
  variant,
  worded,
} from './schema.ts';
import { Writer } from './writer.ts';

const write = <T>(type: Type<T>, value: T, version = 0): number[] => {
  const writer = new Writer();
  type.at(version).write(writer, value);
  return [...writer.finish()];
};
const read = <T>(type: Type<T>, body: readonly number[], version = 0): T =>
  type.at(version).read(new Reader(Uint8Array.from(body)));
const failing = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

describe('primitives', () => {
  it('take only 0 and 1 for a boolean', () => {
    expect([read(bool, [0]), read(bool, [1])]).toEqual([false, true]);
    expect(() => read(bool, [2])).toThrow(failing('wire/invalid', '2 is not a boolean (0 or 1) at byte 0'));
  });

  it('take a negative length or count for nothing, as servers do', () => {
    expect(read(string, [0xff, 0xff])).toBe('');
    expect(read(bytes, [0xff, 0xff, 0xff, 0xff])).toEqual(new Uint8Array(0));
    expect(read(list(u8), [0x80, 0, 0, 0])).toEqual([]);
  });

  it('that must not be negative are neither read nor written so', () => {
    expect(read(u31, [0x7f, 0xff, 0xff, 0xff])).toBe(0x7fff_ffff);
    expect(() => read(u31, [0xff, 0xff, 0xff, 0xff])).toThrow(failing('wire/invalid', '-1 where a negative number'));
    expect(() => write(u31, -1)).toThrow(failing('wire/unwritable', '-1 is negative'));
    expect(() => write(u31, 2 ** 31)).toThrow(failing('wire/unwritable'));
  });

  it('want UTF-8', () => {
    expect(() => read(string, [0, 2, 0xc3, 0x28])).toThrow(failing('wire/invalid', 'UTF-8'));
    expect(read(string, [0, 3, 0xef, 0xbb, 0xbf])).toBe('\ufeff');
  });
});

describe('what cannot be written', () => {
  const message = struct({
    name: string,
    parts: list(struct({ size: u8, note: option(string) })),
    sizes: map(string, u8),
  });
  const whole = { name: 'a', parts: [{ size: 1, note: undefined }], sizes: new Map() };

  it.each<[string, unknown, string]>([
    [
      'a number that does not fit',
      { ...whole, parts: [...whole.parts, { size: 256 }] },
      'parts[1].size: 256 does not fit',
    ],
    ['a missing field', { parts: [], sizes: new Map() }, 'name: a text is missing'],
    ['a missing item', { ...whole, parts: [undefined] }, 'parts[0]: an object is missing'],
    ['a field of another type', { ...whole, name: 5 }, 'name: number where the wire wants a text'],
    ['a list of another type', { ...whole, parts: 5 }, 'parts: number where the wire wants a list'],
    ['a value in a map', { ...whole, sizes: new Map([['x', -1]]) }, 'sizes.get("x"): -1 does not fit'],
    ['no object at all', 'text', 'string where the wire wants an object'],
  ])('is refused with its place: %s', (_what, value, text) => {
    expect(() => write(message, value as Infer<typeof message>)).toThrow(failing('wire/unwritable', text));
  });

  it('is refused with its place inside labels and unions', () => {
    const body = labelled({ A: union({ one: variant(0, { size: u8 }) }) });
    expect(() => write(body, { label: 'A', body: { kind: 'one', size: 300 } }, 19)).toThrow(
      failing('wire/unwritable', 'body.size: 300 does not fit into u8'),
    );
    expect(() => write(body, { label: 'A', body: { kind: 'two' } as never }, 19)).toThrow(
      failing('wire/unwritable', "body: 'two' is none of one"),
    );
  });
});

describe('versions', () => {
  it('below 0 and above every gate keep no codecs of their own', () => {
    const gated = struct({ a: since(1, u8, 9) });
    expect(gated.at(-32_768)).toBe(gated.at(0));
    expect(gated.at(32_767)).toBe(gated.at(127));
    expect(gated.at(25)).toBe(gated.at(25));
    expect(read(gated, [], -1)).toEqual({ a: 9 });
  });
});

describe('collections', () => {
  it('stop at a count that no bytes can back', () => {
    expect(() => read(list(struct({})), [0x7f, 0xff, 0xff, 0xff])).toThrow(failing('wire/invalid', 'without bytes'));
    expect(() => read(list(u16), [0x7f, 0xff, 0xff, 0xff, 0, 1])).toThrow(failing('wire/truncated'));
  });

  it('write maps in the order of their keys: numbers by value, texts by code point', () => {
    const numbers = new Map([
      [10, 1],
      [9, 2],
    ]);
    expect(write(map(u16, u8), numbers)).toEqual([0, 2, 0, 9, 2, 0, 10, 1]);
    // U+FF61 is before U+1F600, although its UTF-16 unit is after the other's first.
    const texts = new Map([
      ['\u{1f600}', 1],
      ['\uff61', 2],
      ['ab', 3],
      ['a', 4],
    ]);
    const order = [...read(map(string, u8), write(map(string, u8), texts)).keys()];
    expect(order).toEqual(['a', 'ab', '\uff61', '\u{1f600}']);
  });

  it('tell an absent value from an empty one', () => {
    expect(write(option(string), undefined)).toEqual([0]);
    expect(write(option(string), '')).toEqual([1, 0, 0]);
  });
});

describe('gates', () => {
  const gated = struct({ a: u8, b: since(2, u8, 7, 3), c: since(3, option(u8), undefined) });

  it('leave fields out below and above their versions, and read them as absent', () => {
    const value = { a: 1, b: 2, c: 3 };
    expect([1, 2, 3, 4].map((version) => write(gated, value, version))).toEqual([[1], [1, 2], [1, 2, 1, 3], [1, 1, 3]]);
    expect(read(gated, [1], 1)).toEqual({ a: 1, b: 7, c: undefined });
    expect(read(gated, [1, 1, 3], 4)).toEqual({ a: 1, b: 7, c: 3 });
  });

  it('hold inside a struct that is a variant', () => {
    const either = union({ plain: variant(0, { a: u8 }), gated: variant(1, gated) });
    expect(write(either, { kind: 'gated', a: 1, b: 2, c: undefined }, 1)).toEqual([1, 1]);
    expect(read(either, [1, 1], 1)).toEqual({ kind: 'gated', a: 1, b: 7, c: undefined });
    expect(() => variant(0, u8)).toThrow('not a primitive');
  });

  it('choose between layouts', () => {
    const either = byVersion(
      10,
      mapped(
        u8,
        (small) => small * 100,
        (large) => large / 100,
      ),
      u32,
    );
    expect([write(either, 300, 9), write(either, 300, 10)]).toEqual([[3], [0, 0, 1, 44]]);
    expect([read(either, [3], 9), read(either, [0, 0, 1, 44], 10)]).toEqual([300, 300]);
  });
});

describe('enums', () => {
  const letters = choice({ A: 0, B: 5 });
  const open = openUnion({ None: variant(0), Other: variant(2, { text: string }) }, 'i16');

  it('refuse what they do not know', () => {
    expect(() => read(letters, [1])).toThrow(failing('wire/invalid', 'unknown tag 1 (known: A, B) at byte 0'));
    expect(() => write(letters, 'C' as 'A')).toThrow(failing('wire/unwritable', "'C' is none of A, B"));
    expect(() => read(union({ A: variant(0) }), [1])).toThrow(failing('wire/invalid', 'unknown tag 1'));
  });

  it('keep it when they are open', () => {
    expect(read(open, [0xff, 0xff])).toEqual({ kind: 'Unknown', tag: -1 });
    expect(write(open, { kind: 'Unknown', tag: 77 })).toEqual([0, 77]);
    expect(write(open, { kind: 'Other', text: 'x' })).toEqual([0, 2, 0, 1, 0x78]);
  });
});

describe('labelled bodies', () => {
  const bodies = { A: u8, B: struct({ x: i32 }) };
  const closed = labelled(bodies);
  const open = openLabelled(bodies);

  it('have a length from version 11 on', () => {
    expect(write(closed, { label: 'A', body: 9 }, 10)).toEqual([0, 1, 0x41, 9]);
    expect(write(closed, { label: 'A', body: 9 }, 11)).toEqual([0, 1, 0x41, 0, 0, 0, 1, 9]);
    expect(write(worded(bodies), { label: 'A', body: 9 }, 11)).toEqual([0, 1, 0x41, 9]);
  });

  it('skip what they do not know of a body, and go on behind it', () => {
    const twice = struct({ first: closed, second: u8 });
    expect(read(twice, [0, 1, 0x41, 0, 0, 0, 3, 9, 8, 7, 6], 11)).toEqual({
      first: { label: 'A', body: 9 },
      second: 6,
    });
  });

  it('never read beyond the length of a body', () => {
    const twice = struct({ first: closed, second: i32 });
    const body = [0, 1, 0x42, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0];
    expect(() => read(twice, body, 11)).toThrow(failing('wire/truncated', 'ends at byte 9'));
  });

  it('refuse other labels, or keep them with their bytes', () => {
    const other = [0, 1, 0x43, 0, 0, 0, 2, 1, 2];
    expect(() => read(closed, other, 11)).toThrow(failing('wire/invalid', "unknown object 'C' (known: A, B)"));
    const kept = read(open, other, 11);
    expect(kept).toEqual({ label: 'Unknown', name: 'C', body: Uint8Array.of(1, 2) });
    expect(write(open, kept, 11)).toEqual(other);
    // Without a length there is no telling where it ends.
    expect(() => read(open, [0, 1, 0x43, 1, 2], 10)).toThrow(failing('wire/invalid'));
    expect(() => write(open, kept, 10)).toThrow(failing('wire/unwritable'));
  });
});
