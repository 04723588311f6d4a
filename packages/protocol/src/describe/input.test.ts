import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../golden/vectors.ts';
import { framesInBytes, framesInText } from './index.ts';

const hexes = (text: string): string[] => framesInText(text).map(({ frame }) => toHex(frame));
const refused = (text: string): unknown =>
  expect.objectContaining({ code: 'input/unreadable', message: expect.stringContaining(text) });

describe('frames in a text', () => {
  it.each([
    ['digits with a length', '00000004 01020304'],
    ['digits without a length', '01020304'],
    ['digits in groups', '0x01 | 02:03\n 04'],
    ['capital digits', '00 00 00 04 01 02 03 04'.toUpperCase()],
    ['base64', 'AAAABAECAwQ='],
    ['base64 without a length', 'AQIDBA=='],
    ['one frame as JSON', '{"hex": "00000004 01020304"}'],
    ['a list as JSON', '[{"base64": "AAAABAECAwQ="}]'],
  ])('are found in %s', (_what, text) => {
    expect(hexes(text)).toEqual(['01020304']);
  });

  it('may be several', () => {
    expect(hexes('00000004 01020304 00000005 0102030405')).toEqual(['01020304', '0102030405']);
    expect(hexes('{"hex": "00000004 01020304"}\n{"hex": "00000004 05060708"}\n')).toEqual(['01020304', '05060708']);
  });

  it('bring what is known of them', () => {
    const [request] = framesInText(
      '[{"hex": "01020304", "server": "sc", "direction": "request", "apiKey": 1, "x": 2}]',
    );
    expect(request).toEqual({ frame: fromHex('01020304'), server: 'sc', direction: 'request' });
  });

  it.each([
    ['nothing', ' ', 'is empty'],
    ['half a digit', '123', '3 hexadecimal digits are an odd number'],
    ['prose', 'hello, world!', "'hello, world!' begins no frame"],
    ['broken base64', 'ZZZZZ', 'no base64'],
    ['broken JSON', '{"hex": ', 'no JSON'],
    ['another JSON', '{"a": 1}', 'neither "hex" nor "base64"'],
    ['a list of nothing', '[null]', 'neither "hex" nor "base64"'],
  ])('are refused in %s', (_what, text, message) => {
    expect(() => framesInText(text)).toThrow(refused(message));
  });
});

describe('frames in bytes', () => {
  it('end with an incomplete one as it is', () => {
    expect(framesInBytes(fromHex('00000004 01020304 00000009 0102')).map(toHex)).toEqual(['01020304', '0102']);
    expect(framesInBytes(fromHex('00000004 01020304 0000')).map(toHex)).toEqual(['01020304', '']);
  });

  it('have no length if it does not come out', () => {
    expect(framesInBytes(fromHex('00000009 0102')).map(toHex)).toEqual(['000000090102']);
    expect(framesInBytes(new Uint8Array(0)).map(toHex)).toEqual(['']);
  });
});
