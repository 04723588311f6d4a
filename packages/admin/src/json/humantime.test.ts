import fc from 'fast-check';
import { expect, test } from 'vitest';
import { humantime } from './humantime.ts';

const span = (seconds: bigint | number, nanos = 0) => ({ seconds: BigInt(seconds), nanos });

test.each([
  [span(0), '0s'],
  [span(5, 250_000_000), '5s 250ms'],
  [span(0, 1), '1ns'],
  [span(0, 1_001_001), '1ms 1us 1ns'],
  [span(604_800), '7days'],
  [span(86_400), '1day'],
  [span(93_784), '1day 2h 3m 4s'],
  [span(2_630_016 * 2), '2months'],
  [span(31_557_600 + 2_630_016), '1year 1month'],
])('%o is %s', (duration, text) => {
  expect(humantime.to(duration)).toBe(text);
  expect(humantime.from(text, '')).toEqual(duration);
});

test.each([
  ['1h30m', span(5400)],
  ['2 hours 5 min', span(7500)],
  ['1w', span(604_800)],
  ['1M 1m', span(2_630_076)],
  [' 90sec ', span(90)],
  ['1500ms', span(1, 500_000_000)],
])('reads %j', (text, duration) => {
  expect(humantime.from(text, '')).toEqual(duration);
});

test.each(['', '5', 's', '5 parsecs', '-5s', '1.5s', '5s,', 5, null, '99999999999999999999y'])('refuses %j', (json) => {
  expect(() => humantime.from(json, 'age')).toThrow(/^age should be a duration/);
});

test('every duration is read back', () => {
  const seconds = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(seconds, fc.integer({ min: 0, max: 999_999_999 }), (s, nanos) => {
      expect(humantime.from(humantime.to(span(s, nanos)), '')).toEqual(span(s, nanos));
    }),
  );
});
