import fc from 'fast-check';
import { expect, test } from 'vitest';
import { int64FromJson, int64ToJson } from './json.ts';

test('numbers up to 2^53 - 1 in both directions, digits beyond', () => {
  expect(int64ToJson(0n)).toBe(0);
  expect(int64ToJson(-2n)).toBe(-2);
  expect(int64ToJson(9_007_199_254_740_991n)).toBe(9_007_199_254_740_991);
  expect(int64ToJson(-9_007_199_254_740_991n)).toBe(-9_007_199_254_740_991);
  expect(int64ToJson(9_007_199_254_740_992n)).toBe('9007199254740992');
  expect(int64ToJson(-9_007_199_254_740_992n)).toBe('-9007199254740992');
  expect(int64ToJson(2n ** 64n - 1n)).toBe('18446744073709551615');
});

test('every 64-bit integer survives JSON text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
      expect(int64FromJson(JSON.parse(JSON.stringify(int64ToJson(value))))).toBe(value);
    }),
  );
});

test('digits are read at any size', () => {
  expect(int64FromJson('7')).toBe(7n);
  expect(int64FromJson('-9223372036854775808')).toBe(-(2n ** 63n));
});

test.each<[unknown, RegExp]>([
  [1.5, /1\.5 is not a whole number/],
  [Number.NaN, /NaN is not a whole number/],
  [2 ** 53, /beyond what a JSON number holds/],
  ['', /'' is not a whole number/],
  ['0x10', /'0x10' is not/],
  ['12 ', /'12 ' is not/],
  ['18446744073709551616', /does not fit into 64 bits/],
  ['-9223372036854775809', /does not fit into 64 bits/],
  ['999999999999999999999999', /is not a whole number/],
  [null, /null is not/],
  [undefined, /undefined is not/],
  [{}, /is not a whole number/],
])('refuses %j', (json, reason) => {
  expect(() => int64FromJson(json)).toThrow(reason);
});
