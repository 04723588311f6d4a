/** The framing format of snappy: the spec's bytes, the Rust library's bytes, and what may and may not be in a stream. */
import { isFluvioError } from '@fluvio-ts/protocol';
import { describe, expect, it } from 'vitest';
import { rustSnappy } from '../testing/foreign.ts';
import { fromHex, joined, jsonLines, noise, samples, toHex } from '../testing/samples.ts';
import { snappy } from './snappy.ts';

const maxBytes = 4 * 1024 * 1024;
const decompress = (bytes: Uint8Array): Uint8Array => snappy.decompress(bytes, { maxBytes }) as Uint8Array;
const compress = (bytes: Uint8Array): Uint8Array => snappy.compress(bytes) as Uint8Array;
const what = (bytes: Uint8Array): string => {
  try {
    return `${decompress(bytes).length} bytes`;
  } catch (error) {
    if (isFluvioError(error)) return error.message;
    throw error;
  }
};

const stream = fromHex('ff0600 00 734e61507059');
const hello = 'hello hello hello hello hello hello hello hello';
const helloChunk = fromHex('00 0f0000 00dd5fb8 2f1468656c6c6f20a20600');
const plain = fromHex('00000002 1a00000001026b0a68656c6c6f00 16000202000a776f726c6400');
const plainChunk = joined(fromHex('01 220000 a0518d78'), plain);

/** A chunk with any body, without a checksum of it. */
const chunk = (type: number, body: Uint8Array): Uint8Array =>
  joined(Uint8Array.of(type, body.length & 0xff, body.length >>> 8, body.length >>> 16), body);
/** A compressed chunk with a wrong checksum, for blocks that do not get as far. */
const block = (hex: string): Uint8Array => joined(stream, chunk(0, joined(new Uint8Array(4), fromHex(hex))));

describe('the examples of the protocol', () => {
  it('are written byte for byte', () => {
    expect(toHex(compress(plain))).toBe(toHex(joined(stream, plainChunk)));
    expect(toHex(compress(new TextEncoder().encode(hello)))).toBe(toHex(joined(stream, helloChunk)));
  });

  it('are read', () => {
    expect(toHex(decompress(joined(stream, plainChunk)))).toBe(toHex(plain));
    expect(new TextDecoder().decode(decompress(joined(stream, helloChunk)))).toBe(hello);
  });
});

describe('the Rust library', () => {
  it('makes the same bytes', async ({ skip }) => {
    if (rustSnappy.loaded === undefined) return skip(rustSnappy.missing);
    for (const [name, sample] of [...samples, ['2 MB of JSON', jsonLines(2_000_000, 9)] as const]) {
      // Of nothing it makes nothing, and we an empty stream.
      if (sample.length === 0) continue;
      const compressor = new rustSnappy.loaded.Compressor();
      const theirs = joined(compressor.update(sample), await compressor.finish());
      expect(Buffer.compare(compress(sample), theirs), name).toBe(0);
    }
  });

  it('reads ours', async ({ skip }) => {
    if (rustSnappy.loaded === undefined) return skip(rustSnappy.missing);
    for (const [name, sample] of samples) {
      const decompressor = new rustSnappy.loaded.Decompressor();
      const content = joined(decompressor.update(compress(sample)), await decompressor.finish());
      expect(Buffer.compare(content, sample), name).toBe(0);
    }
  });
});

describe('a stream', () => {
  it('may be several, and have padding and unknown chunks that may be skipped', () => {
    const skipped = [0x80, 0xfd, 0xfe].map((type) => chunk(type, noise(300)));
    const bytes = joined(stream, helloChunk, ...skipped, stream, plainChunk, stream, helloChunk);
    expect(new TextDecoder().decode(decompress(bytes))).toBe(hello + new TextDecoder().decode(plain) + hello);
  });

  it('may be empty', () => {
    expect(decompress(stream)).toEqual(new Uint8Array(0));
    expect(decompress(compress(new Uint8Array(0)))).toEqual(new Uint8Array(0));
  });

  it.each([
    ['is raw snappy', fromHex('2f1468656c6c6f20a20600'), /does not begin like a framed snappy stream/],
    ['is of the Java library', fromHex('82534e4150505900 00000001 00000001'), /does not begin like/],
    ['begins with a chunk', helloChunk, /does not begin like/],
    ['has another identifier', fromHex('ff060000 734e61507058'), /wrong stream identifier/],
    ['is followed by something', joined(stream, helloChunk, fromHex('010203')), /header of a chunk is cut at byte 29/],
    ['has a chunk that may not be skipped', joined(stream, chunk(0x7f, noise(4))), /unknown type 127 at byte 10/],
    [
      'has a wrong checksum',
      joined(
        stream,
        helloChunk.map((b, i) => (i === 5 ? b ^ 1 : b)),
      ),
      /wrong checksum .* 14/,
    ],
    ['has a chunk without room for a checksum', joined(stream, chunk(1, noise(3))), /too short for its checksum/],
    ['has a stored chunk that is too large', joined(stream, chunk(1, noise(65_541))), /chunk of 65537 bytes/],
  ])('is refused when it %s', (_, bytes, message) => {
    expect(what(bytes)).toMatch(message);
  });

  it('that is cut says how much is missing', () => {
    expect(what(joined(stream, helloChunk.subarray(0, 12)))).toMatch(/7 bytes are missing at byte 10/);
  });
});

describe('a block', () => {
  it('may have literals with sizes of one to four bytes, and copies of three kinds', () => {
    const text = (length: number): string => toHex(noise(length));
    const blocks: readonly (readonly [string, Uint8Array])[] = [
      [`61 f0 60 ${text(97)}`, noise(97)],
      [`61 f4 6000 ${text(97)}`, noise(97)],
      [`61 f8 600000 ${text(97)}`, noise(97)],
      [`61 fc 60000000 ${text(97)}`, noise(97)],
      [`0c 0c 61626364 11 04`, new TextEncoder().encode('abcdabcdabcd')],
      [`0c 0c 61626364 1e 0400`, new TextEncoder().encode('abcdabcdabcd')],
      [`0c 0c 61626364 1f 04000000`, new TextEncoder().encode('abcdabcdabcd')],
      [`0c 00 61 1d 01`, new TextEncoder().encode('aaaaaaaaaaaa')],
    ];
    for (const [hex, content] of blocks) {
      // A stored chunk has the checksum of the same content.
      const crc = compress(content).subarray(14, 18);
      expect(toHex(decompress(joined(stream, chunk(0, joined(crc, fromHex(hex)))))), hex).toBe(toHex(content));
    }
  });

  it.each([
    ['does not say its size', 'ffffffffff', /does not say its size/],
    ['says too much', '8180 04 00 61', /chunk of 65537 bytes/],
    ['says more than it can hold', 'ff ff 03 00 61', /claim to hold 65535/],
    ['holds less than it says', '05 00 61', /holds 4 bytes less/],
    ['has a literal that is too long', '05 14 61', /literal is longer than its chunk/],
    ['has a literal whose size is cut', '05 fc 61', /literal is cut/],
    ['has a literal beyond its end', '01 04 6161', /holds more than it says/],
    ['has a copy of nothing', '05 00 61 01 00', /from before the beginning/],
    ['has a copy from before', '05 00 61 01 02', /from before the beginning/],
    ['has a copy beyond its end', '03 00 61 01 01', /holds more than it says/],
    ['has a copy that is cut', '05 00 61 01', /copy is cut/],
    ['has a far copy that is cut', '05 00 61 0e 01', /copy is cut/],
    ['has a farther copy that is cut', '05 00 61 0f 010000', /copy is cut/],
  ])('is refused when it %s', (_, hex, message) => {
    expect(what(block(hex))).toMatch(message);
  });
});
