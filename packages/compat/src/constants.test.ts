/** What programs of the official client count on. */
import { expect, test } from 'vitest';
import { arrayBufferToString, Offset, OffsetFrom, stringToArrayBuffer } from './constants.ts';

test('an offset without options is the end', () => {
  expect(new Offset()).toEqual(Offset.FromEnd());
  expect(Offset.FromBeginning()).toMatchObject({ index: 0, from: OffsetFrom.Beginning });
  expect(new Offset({ index: 3, from: 'beginning' })).toMatchObject({ index: 3, from: 'beginning' });
});

test('texts become bytes of their characters, and UTF-8 becomes text', () => {
  expect([...new Uint8Array(stringToArrayBuffer('aé'))]).toEqual([0x61, 0xe9]);
  expect(arrayBufferToString(Uint8Array.of(0x61, 0xc3, 0xa9).buffer)).toBe('aé');
});
