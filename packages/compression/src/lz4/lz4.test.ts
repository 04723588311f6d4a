/** LZ4 frames: the spec's bytes, the Rust library, and what may and may not be in a frame. */
import { isFluvioError } from '@fluvio-ts/protocol';
import { describe, expect, it } from 'vitest';
import { rustLz4 } from '../testing/foreign.ts';
import { fromHex, joined, jsonLines, noise, samples, toHex } from '../testing/samples.ts';
import { lz4 } from './lz4.ts';
import { xxh32 } from './xxh32.ts';

const maxBytes = 16 * 1024 * 1024;
const decompress = (bytes: Uint8Array): Uint8Array => lz4.decompress(bytes, { maxBytes }) as Uint8Array;
const compress = (bytes: Uint8Array): Uint8Array => lz4.compress(bytes) as Uint8Array;
const what = (bytes: Uint8Array): string => {
  try {
    return `${decompress(bytes).length} bytes`;
  } catch (error) {
    if (isFluvioError(error)) return error.message;
    throw error;
  }
};

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

const hello = 'hello hello hello hello hello hello hello hello';
const helloBlock = fromHex('6f68656c6c6f20060010602068656c6c6f');
const helloFrame = joined(fromHex('04224d18 604082 11000000'), helloBlock, fromHex('00000000'));
const plain = fromHex('00000002 1a00000001026b0a68656c6c6f00 16000202000a776f726c6400');
const plainFrame = joined(fromHex('04224d18 604082 1e000080'), plain, fromHex('00000000'));

/** A frame with a right header checksum. */
const frame = (flags: number, descriptor: number, ...rest: readonly Uint8Array[]): Uint8Array => {
  const hasSize = (flags & 8) !== 0;
  const [size = new Uint8Array(0), ...blocks] = hasSize ? rest : [new Uint8Array(0), ...rest];
  const header = joined(Uint8Array.of(flags, descriptor), size);
  return joined(fromHex('04224d18'), header, Uint8Array.of(xxh32(header) >>> 8), ...blocks);
};
const block = (bytes: Uint8Array): Uint8Array => joined(u32(bytes.length), bytes);
const end = u32(0);
const small = 0x40;

describe('the examples of the protocol', () => {
  it('are read', () => {
    expect(new TextDecoder().decode(decompress(helloFrame))).toBe(hello);
    expect(toHex(decompress(plainFrame))).toBe(toHex(plain));
  });

  it('are written in the same form', () => {
    // Matches of the sample may be chosen otherwise; what cannot be compressed has one form.
    expect(toHex(compress(plain))).toBe(toHex(plainFrame));
    expect(compress(text(hello)).length).toBeLessThanOrEqual(helloFrame.length);
    expect(toHex(compress(text(hello)).subarray(0, 7))).toBe('04224d18604082');
  });

  it('choose the size of blocks by the size of the content', () => {
    const descriptors = [1, 0x1_0000, 0x1_0001, 0x4_0000, 0x4_0001].map((size) => compress(new Uint8Array(size))[5]);
    expect(descriptors).toEqual([0x40, 0x40, 0x50, 0x50, 0x70]);
  });
});

describe('the Rust library', () => {
  it('reads ours', ({ skip }) => {
    if (rustLz4.loaded === undefined) return skip(rustLz4.missing);
    for (const [name, sample] of [...samples, ['9 MB of JSON', jsonLines(9_000_000)] as const]) {
      const content = rustLz4.loaded.decompressFrameSync(Buffer.from(compress(sample)));
      expect(Buffer.compare(content, sample), name).toBe(0);
    }
  });

  it('writes what ours reads, with and without checksums', ({ skip }) => {
    if (rustLz4.loaded === undefined) return skip(rustLz4.missing);
    for (const [name, sample] of [...samples, ['9 MB of JSON', jsonLines(9_000_000)] as const]) {
      for (const contentChecksum of [false, true]) {
        for (const blockChecksums of [false, true]) {
          const options = { contentChecksum, blockChecksums };
          const theirs = rustLz4.loaded.compressFrameSync(Buffer.from(sample), options);
          expect(theirs[4]).toBe(0x60 | (contentChecksum ? 4 : 0) | (blockChecksums ? 0x10 : 0));
          expect(Buffer.compare(decompress(theirs), sample), `${name} ${JSON.stringify(options)}`).toBe(0);
        }
      }
    }
  });

  it('is not much better at compressing', ({ skip }) => {
    if (rustLz4.loaded === undefined) return skip(rustLz4.missing);
    const sample = jsonLines(1_000_000);
    const theirs = rustLz4.loaded.compressFrameSync(Buffer.from(sample));
    expect(compress(sample).length / theirs.length).toBeLessThan(1.1);
  });
});

describe('xxHash of 32 bits', () => {
  it('is that of the reference implementation', () => {
    expect(xxh32(text(''))).toBe(0x02cc5d05);
    expect(xxh32(text('a'))).toBe(0x550d7456);
    expect(xxh32(text('abc'))).toBe(0x32d153ff);
    expect(xxh32(text('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f);
  });

  it('takes a part of an array', () => {
    const bytes = noise(100);
    expect(xxh32(bytes, 13, 77)).toBe(xxh32(bytes.slice(13, 77)));
  });
});

describe('a frame', () => {
  it('may link its blocks', () => {
    // The second block copies 5 of the 12 bytes before it; the third overlaps with itself.
    const blocks = [
      block(joined(fromHex('c0'), text('hello world '))),
      block(joined(fromHex('01 0c00 50'), text('hell!'))),
      block(joined(fromHex('0f 0100 00 50'), text('!!!!!'))),
    ];
    expect(new TextDecoder().decode(decompress(frame(0x40, small, ...blocks, end)))).toBe(
      `hello world hellohell!${'!'.repeat(19)}!!!!!`,
    );
    // The same blocks by themselves refer to nothing.
    expect(what(frame(0x60, small, ...blocks, end))).toMatch(/match from before the beginning/);
  });

  it('that links its blocks reaches back no further than 64 KiB', () => {
    const stored = joined(u32(0x8000_0000 | 65_536), new Uint8Array(65_536).fill(0x61));
    const farthest = block(joined(fromHex('00 ffff 50'), text('hello')));
    expect(decompress(frame(0x40, small, stored, stored, farthest, end)).length).toBe(2 * 65_536 + 9);
  });

  it('may say its size, and have checksums', () => {
    const content = u32(xxh32(text(hello)));
    const size = joined(u32(hello.length), u32(0));
    const checked = joined(block(helloBlock), u32(xxh32(helloBlock)));
    const whole = frame(0x60 | 8 | 4 | 0x10, small, size, checked, end, content);
    expect(new TextDecoder().decode(decompress(whole))).toBe(hello);
    expect(what(whole.map((byte, i) => (i === whole.length - 1 ? byte ^ 1 : byte)))).toMatch(/wrong checksum at byte/);
    expect(what(whole.map((byte, i) => (i === 36 ? byte ^ 1 : byte)))).toMatch(/wrong checksum of a block/);
    expect(what(whole.subarray(0, -1))).toMatch(/checksum is missing/);
    const lie = joined(u32(hello.length + 1), u32(0));
    expect(what(frame(0x60 | 8, small, lie, block(helloBlock), end))).toMatch(/holds 47 bytes and says 48/);
  });

  it('may come after frames that are skipped, and before anything', () => {
    const skipped = [0x50, 0x5f].map((low) => joined(Uint8Array.of(low), fromHex('2a4d18 03000000 010203')));
    expect(new TextDecoder().decode(decompress(joined(...skipped, helloFrame)))).toBe(hello);
    expect(new TextDecoder().decode(decompress(joined(helloFrame, plainFrame)))).toBe(hello);
    expect(new TextDecoder().decode(decompress(joined(helloFrame, noise(33))))).toBe(hello);
  });

  it.each([
    ['is a bare block', helloBlock, /does not begin like an LZ4 frame/],
    ['is of the old format', fromHex('02214c18 11000000 6f68656c6c6f20'), /does not begin like an LZ4 frame/],
    ['has another version', frame(0xa0, small, end), /version 2 of the format/],
    ['has reserved bits', frame(0x62, small, end), /reserved bits/],
    ['has other reserved bits', frame(0x60, small | 1, end), /reserved bits/],
    ['has blocks of an unknown size', frame(0x60, 0x30, end), /reserved bits/],
    ['needs a dictionary', frame(0x61, small, end), /needs a dictionary/],
    ['has a wrong header checksum', joined(fromHex('04224d18604083'), end), /wrong checksum of the header/],
    ['has a block over its own limit', frame(0x60, small, u32(65_537), noise(65_537), end), /block of 65537 bytes/],
    ['has no end', frame(0x60, small, block(helloBlock)), /end mark is missing/],
    ['has a block that is cut', frame(0x60, small, u32(20), helloBlock), /3 bytes are missing/],
    ['skips beyond its end', fromHex('502a4d18 03000000 0102'), /skippable frame is cut/],
  ])('is refused when it %s', (_, bytes, message) => {
    expect(what(bytes)).toMatch(message);
  });

  it('is refused when a block decompresses to more than the frame allows', () => {
    // A match of 15 + 4 + 255 × 300 bytes.
    const run = joined(fromHex('1f 61 0100'), new Uint8Array(300).fill(255), fromHex('00 50'), text('hello'));
    expect(what(frame(0x60, small, block(run), end))).toMatch(/decompresses to more than 65536 bytes/);
    expect(what(frame(0x60, 0x50, block(run), end))).toBe('76525 bytes');
  });
});

describe('a block', () => {
  it.each([
    ['has no last literals', '11 61 0100', /ends without literals/],
    ['has literals that are cut', '50 6161', /literals are longer than their block/],
    ['has a length of literals that is cut', 'f0', /block is cut/],
    ['has a length of a match that is cut', '1f 61 0100 ff', /block is cut/],
    ['has an offset that is cut', '11 61 01', /block is cut/],
    ['has an offset of 0', '11 61 0000 10 61', /match from before/],
    ['has an offset that is too far', '11 61 0200 10 61', /match from before/],
  ])('that %s', (_, hex, message) => {
    expect(what(frame(0x60, small, block(fromHex(hex)), end))).toMatch(message);
  });

  it('may copy what it has just written, at every distance', () => {
    for (let distance = 1; distance <= 20; distance++) {
      const seed = noise(distance).map((byte) => 0x61 + (byte % 26));
      for (const length of [4, 5, 8, 15, 16, 17, 18, 63, 64, 65, 200]) {
        const more = length - 4 < 15 ? [] : [length - 19];
        const sequence = Uint8Array.of(
          (Math.min(distance, 15) << 4) | Math.min(length - 4, 15),
          ...(distance < 15 ? [] : [distance - 15]),
          ...seed,
          distance,
          0,
          ...more,
        );
        const got = decompress(frame(0x60, small, block(joined(sequence, fromHex('50'), text('12345'))), end));
        const wanted = [...Array.from({ length: distance + length }, (_, i) => seed[i % distance]), ...text('12345')];
        expect([...got], `distance ${distance}, length ${length}`).toEqual(wanted);
      }
    }
  });
});
