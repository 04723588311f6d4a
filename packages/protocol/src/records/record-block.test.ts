import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFluvioError } from '../errors.ts';
import { fromHex } from '../golden/vectors.ts';
import type { WireRecord } from './record.ts';
import { RecordBlock } from './record-block.ts';

const origin = { baseOffset: 100n, firstTimestampMs: 1_700_000_000_000 };

const block = (hex: string): RecordBlock => new RecordBlock(fromHex(hex), origin);

/** What reading everything comes to: the number of records, or the code of the error. */
const outcome = (bytes: Uint8Array): number | string => {
  try {
    const cursor = new RecordBlock(bytes, origin).cursor();
    while (cursor.next());
    return cursor.index + 1;
  } catch (error) {
    if (isFluvioError(error)) return error.code;
    throw error;
  }
};

const first = (hex: string): WireRecord => [...block(hex)][0] as WireRecord;

describe('RecordBlock', () => {
  it('reads the records of the protocol document', () => {
    expect(first('00000001 12 00 00 02 00 06646f67 00')).toMatchObject({ offsetDelta: 1, index: 0, key: null });
    expect(first('00000001 20 00 00 00 00 14 56565656565656565656 00').text()).toBe('VVVVVVVVVV');
    expect(first('00000001 0c 00 00 00 00 00 00').value).toEqual(new Uint8Array(0));
  });

  it('has as many records as it says, and none without', () => {
    expect([...block('00000000')]).toEqual([]);
    const two = block('00000002 1a 00 00 00 01 026b 0a68656c6c6f 00 16 00 02 02 00 0a776f726c64 00');
    expect(two.length).toBe(2);
    expect([...two].map((r) => [r.offset, r.timestampMs, r.keyText(), r.text(), r.size])).toEqual([
      [100n, origin.firstTimestampMs, 'k', 'hello', 6],
      [101n, origin.firstTimestampMs + 1, null, 'world', 5],
    ]);
    expect([...two]).toEqual([...two]);
  });

  it('counts offsets by index, because SmartModules write deltas that mean nothing', () => {
    const [a, b] = block('00000002 0c 00 00 08 00 00 00 0c 00 00 05 00 00 00');
    expect([a?.offset, a?.offsetDelta, b?.offset, b?.offsetDelta]).toEqual([100n, 4, 101n, -3]);
  });

  it.each([0, -1, -1_700_000_000_000])('knows no times if the first timestamp is %d', (firstTimestampMs) => {
    const [record] = new RecordBlock(fromHex('00000001 0c 00 0e 00 00 00 00'), { baseOffset: 0n, firstTimestampMs });
    expect(record?.timestampMs).toBe(-1);
  });

  it('reads numbers of up to ten bytes, as far as they are exact', () => {
    // 2³³ − 1 ms as a timestamp delta, then the widest form of a zero.
    expect(first('00000001 14 00 feffffff3f 00 00 00 00').timestampMs).toBe(origin.firstTimestampMs + 2 ** 33 - 1);
    expect(first('00000001 1e 00 80808080808080808000 00 00 00 00').timestampMs).toBe(origin.firstTimestampMs);
    expect(outcome(fromHex('00000001 1e 00 ffffffffffffffffff01 00 00 00 00'))).toBe('wire/invalid');
    expect(outcome(fromHex('00000001 20 00 8080808080808080808000 00 00 00 00'))).toBe('wire/invalid');
  });

  it.each([
    ['no count', '000000', 'wire/truncated'],
    ['more records than can fit', '00000002 0c 00 00 00 00 00 00', 'wire/invalid'],
    ['four billion records', 'ffffffff 0c 00 00 00 00 00 00', 'wire/invalid'],
    ['bytes behind the last record', '00000001 0c 00 00 00 00 00 00 00', 'wire/invalid'],
    ['bytes behind no records', '00000000 00', 'wire/invalid'],
    ['a negative record length', '00000001 0b 00 00 00 00 00 00', 'wire/invalid'],
    ['a record length of zero', '00000001 00 00 00 00 00 00 00', 'wire/truncated'],
    ['a record longer than the payload', '00000001 0e 00 00 00 00 00 00', 'wire/truncated'],
    ['a record longer than its parts', '00000001 0e 00 00 00 00 00 00 00', 'wire/invalid'],
    ['a record shorter than its parts', '00000001 0a 00 00 00 00 00 00', 'wire/truncated'],
    ['a key flag of 2', '00000001 0c 00 00 00 02 00 00', 'wire/invalid'],
    ['a negative key length', '00000001 0e 00 00 00 01 01 00 00', 'wire/invalid'],
    ['a negative value length', '00000001 0c 00 00 00 00 01 00', 'wire/invalid'],
    ['a value longer than its record', '00000001 0e 00 00 00 00 04 61 00', 'wire/truncated'],
    ['a value that takes the place of the header count', '00000001 0e 00 00 00 00 04 61 61', 'wire/truncated'],
    [
      'a value that reaches into the next record',
      '00000002 0c 00 00 00 00 02 00 0c 00 00 02 00 00 00',
      'wire/truncated',
    ],
    ['a record that ends in a number', '00000001 0c 00 00 00 00 00 80', 'wire/truncated'],
  ])('refuses %s', (_, hex, code) => {
    expect(outcome(fromHex(hex))).toBe(code);
  });

  it('accepts any header count, which is a bare number', () => {
    expect(outcome(fromHex('00000001 0e 00 00 00 00 00 8001'))).toBe(1);
  });

  it('hands out what comes before the damage, and then throws for good', () => {
    const cursor = block('00000002 0c 00 00 00 00 00 00 0c 00 00 02 07 00 00').cursor();
    expect(cursor.next()).toBe(true);
    for (let i = 0; i < 2; i++) {
      expect(() => cursor.next()).toThrow(expect.objectContaining({ message: expect.stringMatching(/record 1 of 2/) }));
    }
    expect(cursor.index).toBe(0);
  });

  it('stays at the end', () => {
    const cursor = block('00000001 0c 00 00 00 00 00 00').cursor();
    expect([cursor.next(), cursor.next(), cursor.next()]).toEqual([true, false, false]);
  });

  it('throws a FluvioError wherever the payload is cut', () => {
    const whole = fromHex('00000002 1a 00 00 00 01 026b 0a68656c6c6f 00 16 00 02 02 00 0a776f726c64 00');
    for (let length = 0; length < whole.length; length++) {
      expect(outcome(whole.slice(0, length))).toMatch(/^wire\/(truncated|invalid)$/);
      // The same inside a larger buffer, whose other bytes must not be read.
      expect(outcome(whole.subarray(0, length))).toBe(outcome(whole.slice(0, length)));
    }
  });

  it('gives records or a FluvioError for any bytes', () => {
    const count = fc.integer({ min: 0, max: 4 }).map((n) => [0, 0, 0, n]);
    const small = fc.oneof({ weight: 3, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.nat(255) });
    fc.assert(
      fc.property(count, fc.array(small, { maxLength: 60 }), (head, body) => {
        expect(outcome(Uint8Array.from([...head, ...body]))).toBeDefined();
      }),
      { numRuns: 5000 },
    );
  });
});

describe('WireRecord', () => {
  it('copies into memory of its own', () => {
    const payload = fromHex('00000002 1a 00 00 00 01 026b 0a68656c6c6f 00 16 00 02 02 00 0a776f726c64 00');
    const copies = [...new RecordBlock(payload, origin)].map((record) => record.copy());
    payload.fill(0xff);
    expect(copies.map((r) => [r.offset, r.index, r.offsetDelta, r.timestampMs, r.keyText(), r.text(), r.size])).toEqual(
      [
        [100n, 0, 0, origin.firstTimestampMs, 'k', 'hello', 6],
        [101n, 1, 1, origin.firstTimestampMs + 1, null, 'world', 5],
      ],
    );
    expect(copies[0]?.value.buffer.byteLength).toBe(6);
    expect(copies[0]?.copy()).toEqual(copies[0]);
  });

  it('tells no key from an empty key, copied or not', () => {
    const records = [...block('00000002 0c 00 00 00 00 00 00 0e 00 00 02 01 00 00 00')];
    for (const [none, empty] of [records, records.map((record) => record.copy())]) {
      expect([none?.key, none?.keyText()]).toEqual([null, null]);
      expect([empty?.key, empty?.keyText()]).toEqual([new Uint8Array(0), '']);
    }
  });

  it('reads text of any length strictly, and keeps a byte order mark', () => {
    const text = (hex: string): string => {
      const value = fromHex(hex);
      const bytes = [0, 0, 0, 1, (6 + value.length) * 2, 0, 0, 0, 0, value.length * 2, ...value, 0];
      return [...new RecordBlock(Uint8Array.from(bytes), origin)][0]?.text() ?? '';
    };
    expect(text('efbbbf c3a9')).toBe('\ufeffé');
    expect(text('61'.repeat(40))).toBe('a'.repeat(40));
    for (const wrong of ['ff', 'c3', 'eda080', `${'61'.repeat(40)}80`]) {
      expect(() => text(wrong)).toThrow(expect.objectContaining({ code: 'wire/invalid' }));
    }
  });
});
