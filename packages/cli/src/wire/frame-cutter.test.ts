import { expect, test } from 'vitest';
import { frameCutter, type Piece } from './frame-cutter.ts';

const stream = Buffer.from('00000004aabbccdd' + '00000006010203040506' + '0000000a0102030405060708090a', 'hex');
const hexOf = ({ kind, bytes }: Piece): string => `${kind} ${Buffer.from(bytes).toString('hex')}`;

test.each([1, 2, 3, 5, 7, 9, 16, 100])('frames come whole out of chunks of %d bytes', (size) => {
  const cutter = frameCutter();
  const pieces: Piece[] = [];
  for (let at = 0; at < stream.length; at += size) pieces.push(...cutter.push(stream.subarray(at, at + size)));
  expect(pieces.map(hexOf)).toEqual([
    'frame 00000004aabbccdd',
    'frame 00000006010203040506',
    'frame 0000000a0102030405060708090a',
  ]);
  expect(cutter.rest()).toHaveLength(0);
});

test.each(['00000003aabbcc', 'ffffffff00', '00000065'])('from a length that is none on, all is opaque: %s', (hex) => {
  const cutter = frameCutter(100);
  const bad = Buffer.from(hex, 'hex');
  expect(
    cutter
      .push(Buffer.concat([stream, bad]))
      .slice(3)
      .map(hexOf),
  ).toEqual([`opaque ${hex}`]);
  expect(cutter.push(stream).map(hexOf)).toEqual([`opaque ${stream.toString('hex')}`]);
  expect(cutter.rest()).toHaveLength(0);
});

test('what has begun and is not complete is kept', () => {
  const cutter = frameCutter();
  for (const byte of stream.subarray(0, 11)) cutter.push(Uint8Array.of(byte));
  expect(Buffer.from(cutter.rest()).toString('hex')).toBe('000000');
  cutter.push(stream.subarray(11, 15));
  expect(Buffer.from(cutter.rest()).toString('hex')).toBe('00000006010203');
});
