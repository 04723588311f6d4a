import { expect, test } from 'vitest';
import { toPlain, withoutNulls } from './plain-value.ts';

test('64-bit integers are numbers while they are exact, and digits beyond', () => {
  expect(toPlain({ a: 2n ** 53n - 1n, b: 2n ** 53n, c: -1n })).toEqual({
    a: 9_007_199_254_740_991,
    b: '9007199254740992',
    c: -1,
  });
});

test('bytes are base64, maps are objects, errors their texts, what is undefined is left out', () => {
  const value = {
    bytes: new Uint8Array([0xff, 0]),
    map: new Map([[0, [5001]]]),
    error: new Error('why'),
    gone: undefined,
  };
  expect(toPlain(value)).toEqual({ bytes: '/wA=', map: { 0: [5001] }, error: 'why' });
});

test('TOML has no nulls', () => {
  expect(withoutNulls({ a: null, b: [{ c: null, d: 1 }, null], e: {} })).toEqual({ b: [{ d: 1 }], e: {} });
});
