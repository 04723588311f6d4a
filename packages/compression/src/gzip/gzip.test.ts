/** gzip members: the spec's bytes, the platform's own gunzip, and what may and may not be in a member. */
import { deflateRawSync, crc32 as expectedCrc32, gunzipSync, gzipSync } from 'node:zlib';
import { isFluvioError } from '@fluvio-ts/protocol';
import { describe, expect, it } from 'vitest';
import { fromHex, joined, jsonLines, noise, samples, toHex } from '../testing/samples.ts';
import { gzip as web } from './browser.ts';
import { crc32 } from './crc32.ts';
import { gzip as node } from './node.ts';

const maxBytes = 4 * 1024 * 1024;
const builds = [
  ['in Node', node],
  ['in browsers', web],
] as const;

const hello = 'hello hello hello hello hello hello hello hello';
const helloMember = fromHex('1f8b08000000000000ffcb48cdc9c957c8209604006a762cb92f000000');
const plain = fromHex('00000002 1a00000001026b0a68656c6c6f00 16000202000a776f726c6400');
const plainMember = fromHex(
  '1f8b08000000000000ff63606060926260606064cae6ca48cdc9c9671063606262e02acf2fca4961000085b2eb711e000000',
);
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A member with a header and a stream of one's own, and a right trailer. */
const member = (
  content: Uint8Array,
  parts: { readonly flags?: number; readonly fields?: Uint8Array; readonly stream?: Uint8Array } = {},
): Uint8Array =>
  joined(
    fromHex('1f8b08'),
    Uint8Array.of(parts.flags ?? 0),
    fromHex('000000000003'),
    parts.fields ?? new Uint8Array(0),
    parts.stream ?? deflateRawSync(content),
    new Uint8Array(Uint32Array.of(expectedCrc32(content), content.length).buffer),
  );

describe.each(builds)('a member, %s', (_, gzip) => {
  const decompress = (bytes: Uint8Array, limit = maxBytes): Uint8Array =>
    gzip.decompress(bytes, { maxBytes: limit }) as Uint8Array;
  const what = (bytes: Uint8Array): string => {
    try {
      return `${decompress(bytes).length} bytes`;
    } catch (error) {
      if (isFluvioError(error)) return `${error.code}: ${error.message}`;
      throw error;
    }
  };

  it('is read: the examples of the protocol', () => {
    expect(new TextDecoder().decode(decompress(helloMember))).toBe(hello);
    expect(toHex(decompress(plainMember))).toBe(toHex(plain));
  });

  it('is the same on every system, without a time', async () => {
    for (const size of [10, 100_000]) {
      expect(toHex((await gzip.compress(jsonLines(size))).subarray(0, 10))).toMatch(/^1f8b080000000000(00|02|04)ff$/);
    }
  });

  it('is read by the platform', async () => {
    for (const [name, sample] of samples) {
      expect(Buffer.compare(gunzipSync(await gzip.compress(sample)), sample), name).toBe(0);
    }
  });

  it('is read at every level that the platform writes', () => {
    for (const level of [0, 1, 4, 9]) {
      for (const [name, sample] of samples) {
        if (level > 4 && sample.length > 100_000) continue;
        expect(Buffer.compare(decompress(gzipSync(sample, { level })), sample), `${name}, level ${level}`).toBe(0);
      }
    }
    for (const strategy of [1, 2, 3, 4]) {
      const sample = jsonLines(200_000);
      expect(Buffer.compare(decompress(gzipSync(sample, { strategy })), sample), `strategy ${strategy}`).toBe(0);
    }
  });

  it('may name its file, have a comment and extra fields, and a checksum of the header', () => {
    const name = text('name\0');
    const extra = joined(fromHex('0500'), noise(5));
    for (const [flags, fields] of [
      [1, new Uint8Array(0)],
      [4, extra],
      [8, name],
      [16, name],
      [2, fromHex('0000')],
      [31, joined(extra, name, name, fromHex('0000'))],
    ] as const) {
      expect(new TextDecoder().decode(decompress(member(text(hello), { flags, fields }))), `flags ${flags}`).toBe(
        hello,
      );
    }
  });

  it('is read alone: another one and anything else behind it is ignored', () => {
    for (const rest of [helloMember, noise(50), new Uint8Array(9), fromHex('1f8b')]) {
      expect(new TextDecoder().decode(decompress(joined(helloMember, rest)))).toBe(hello);
      expect(toHex(decompress(joined(member(noise(5000)), rest)))).toBe(toHex(noise(5000)));
    }
  });

  it('is refused when its trailer lies', () => {
    const bad = (at: number): Uint8Array =>
      helloMember.map((byte, i) => (i === helloMember.length - at ? byte ^ 1 : byte));
    expect(what(bad(8))).toMatch(/^codec\/damaged.*wrong checksum at byte 21/);
    expect(what(bad(4))).toMatch(/^codec\/damaged.*wrong size at byte 25/);
    // However much it says, no more is expected than the bytes can hold.
    expect(what(joined(helloMember.subarray(0, -4), fromHex('ffffffff')))).toMatch(/wrong size/);
  });

  it.each([
    ['is a bare stream', deflateRawSync(noise(50)), /does not begin like gzip/],
    ['is zlib', fromHex('789c cb48cdc9c957c8209604 0000 0000 0000 0000'), /does not begin like gzip/],
    ['has reserved flags', member(text(hello), { flags: 0x20 }), /reserved bits/],
    ['has a name without an end', joined(fromHex('1f8b0808000000000003'), new Uint8Array(40).fill(1)), /header is cut/],
    ['has extra fields beyond its end', member(text(hello), { flags: 4 }), /header is cut|damaged/],
    ['has a block of an unknown kind', member(text(''), { stream: fromHex('07') }), /damaged gzip data/],
    [
      'has a stored block with a wrong size',
      member(text(''), { stream: fromHex('01 0100 0000 00') }),
      /damaged gzip data/,
    ],
    ['has a match from before its beginning', member(text(''), { stream: fromHex('03 02 00') }), /damaged gzip data/],
    [
      'has more codes than bits',
      member(text(''), { stream: fromHex('05 c0 ff ff ff ff ff ff ff ff') }),
      /damaged gzip data/,
    ],
    ['has no end', joined(helloMember.subarray(0, 15), new Uint8Array(8)), /damaged gzip data/],
  ])('is refused when it %s', (_title, bytes, message) => {
    expect(what(bytes)).toMatch(/^codec\/damaged/);
    expect(what(bytes)).toMatch(message);
  });
});

describe('CRC-32', () => {
  it('is that of the platform', () => {
    for (const size of [0, 1, 2, 3, 4, 5, 7, 8, 100, 1023]) {
      expect(crc32(noise(size)), `${size} bytes`).toBe(expectedCrc32(noise(size)));
    }
  });
});

describe('compressing in Node', () => {
  it('leaves the thread for what takes long, and only then', async () => {
    expect(node.compress(noise(65_535))).toBeInstanceOf(Uint8Array);
    const later = node.compress(noise(65_536));
    expect(later).toBeInstanceOf(Promise);
    expect(Buffer.compare(gunzipSync(await later), noise(65_536))).toBe(0);
  });
});
