import { expect, test } from 'vitest';
import { equal } from './equal.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test.each<[unknown, unknown]>([
  [1n, 1n],
  [Number.NaN, Number.NaN],
  [{ a: { b: [1, 2] } }, { a: { b: [1, 2] } }],
  [{ a: undefined }, {}],
  [{}, { a: undefined }],
  [new Map([[0, [1, 2]]]), new Map([[0, [1, 2]]])],
  [new Map([[1, 'b']]).set(0, 'a'), new Map([[0, 'a']]).set(1, 'b')],
  [bytes(1, 2), bytes(1, 2)],
])('%o equals %o', (a, b) => {
  expect(equal(a, b)).toBe(true);
  expect(equal(b, a)).toBe(true);
});

test.each<[unknown, unknown]>([
  [1, 1n],
  ['1', 1],
  [null, undefined],
  [null, {}],
  [[], {}],
  [new Map(), {}],
  [new Map(), []],
  [bytes(1), bytes(2)],
  [[1], [1, 2]],
  [{ a: 1 }, { a: 1, b: 2 }],
  [{ a: 1 }, { b: 1 }],
  [
    { kind: 'x', n: 1n },
    { kind: 'x', n: 2n },
  ],
  [new Map([[0, [1, 2]]]), new Map([[0, [2, 1]]])],
  [new Map([[0, undefined]]), new Map([[1, undefined]])],
])('%o differs from %o', (a, b) => {
  expect(equal(a, b)).toBe(false);
  expect(equal(b, a)).toBe(false);
});
