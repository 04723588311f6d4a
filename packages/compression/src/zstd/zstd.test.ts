/** zstd frames: the spec's bytes, other implementations, and what may and may not be in a frame. */
import * as zlib from 'node:zlib';
import { init, compress as wasmCompress, decompress as wasmDecompress } from '@bokuweb/zstd-wasm';
import { isFluvioError } from '@fluvio-ts/protocol';
import * as fzstd from 'fzstd';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromHex, joined, jsonLines, noise, samples, toHex } from '../testing/samples.ts';
import { zstd as web } from './browser.ts';
import { findFrames } from './frames.ts';
import { zstd as node } from './node.ts';

const maxBytes = 4 * 1024 * 1024;
const builds = [
  ['in Node', node],
  ['in browsers', web],
] as const;
const native = 'zstdCompressSync' in zlib;

const hello = 'hello hello hello hello hello hello hello hello';
const helloFrame = fromHex('28b52ffd 00 48 650000 3068656c6c6f200100029522');
const plain = fromHex('00000002 1a00000001026b0a68656c6c6f00 16000202000a776f726c6400');
const plainFrame = joined(fromHex('28b52ffd 00 48 f10000'), plain);
const skippable = fromHex('532a4d18 05000000 0102030405');

beforeAll(() => init());

describe.each(builds)('a frame, %s', (_, zstd) => {
  const decompress = (bytes: Uint8Array, limit = maxBytes): Uint8Array =>
    zstd.decompress(bytes, { maxBytes: limit }) as Uint8Array;
  const what = (bytes: Uint8Array, limit?: number): string => {
    try {
      return `${decompress(bytes, limit).length} bytes`;
    } catch (error) {
      if (isFluvioError(error)) return `${error.code}: ${error.message}`;
      throw error;
    }
  };

  it('is read: the examples of the protocol', () => {
    expect(new TextDecoder().decode(decompress(helloFrame))).toBe(hello);
    expect(toHex(decompress(plainFrame))).toBe(toHex(plain));
  });

  it('is read at every level of the reference implementation', () => {
    for (const level of [-7, 1, 3, 6, 12, 19]) {
      for (const [name, sample] of samples) {
        if (level > 3 && sample.length > 70_000) continue;
        const content = decompress(wasmCompress(sample, level));
        expect(Buffer.compare(content, sample), `${name}, level ${level}`).toBe(0);
      }
    }
  });

  it('may be several, and have others between that are skipped', () => {
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(decompress(bytes));
    expect(text(joined(helloFrame, helloFrame, helloFrame))).toBe(hello.repeat(3));
    expect(text(joined(skippable, helloFrame, skippable, skippable, helloFrame, skippable))).toBe(hello.repeat(2));
    expect(text(skippable)).toBe('');
    const many = [noise(70_000), jsonLines(200_000), new Uint8Array(0), noise(3)];
    const content = decompress(joined(...many.map((part) => wasmCompress(part, 1))));
    expect(Buffer.compare(content, joined(...many))).toBe(0);
    expect(what(joined(helloFrame, helloFrame), hello.length * 2 - 1)).toMatch(/^codec\/too-large/);
  });

  it('is followed by nothing else', () => {
    for (const rest of [Uint8Array.of(0), noise(20), fromHex('28b52ffd'), helloFrame.subarray(0, -1)]) {
      expect(what(joined(helloFrame, rest))).toMatch(/^codec\/damaged/);
    }
  });

  it.each([
    ['needs a dictionary', '28b52ffd 01 48 07 010000', /needs a dictionary/],
    ['has a reserved bit', '28b52ffd 08 48 010000', /reserved bit/],
    ['has a block of an unknown kind', '28b52ffd 00 48 070000', /unknown kind/],
    ['has a block over its own limit', '28b52ffd 00 00 0a4000 00', /block of 2049 bytes, where 1024 are allowed/],
    ['has no last block', '28b52ffd 00 48 080000 61', /last block is missing/],
    ['lacks its checksum', '28b52ffd 04 48 010000 0102', /checksum is cut/],
    ['says another size', '28b52ffd 20 03 110000 6161', /damaged/],
    ['repeats a table that it never had', '28b52ffd 00 48 2d0000 0300000000', /damaged/],
    ['copies from before its beginning', '28b52ffd 00 48 550000 0900 01 54 01 05 04 1f 01 00', /damaged/],
  ])('is refused when it %s', (_title, hex, message) => {
    expect(what(fromHex(hex))).toMatch(/^codec\/damaged/);
    expect(what(fromHex(hex))).toMatch(message);
  });

  it('is refused when its window is larger than the limit, but for 8 MiB, which all have to take', () => {
    // 2 to the power of 10 + 13, and of 10 + 14.
    expect(what(fromHex('28b52ffd 00 68 010000'), 1000)).toBe('0 bytes');
    expect(what(fromHex('28b52ffd 00 70 010000'), 1000)).toMatch(/^codec\/too-large/);
    expect(what(fromHex('28b52ffd 00 70 010000'), 16 * 1024 * 1024)).toBe('0 bytes');
    expect(what(fromHex('28b52ffd 00 ff 010000'))).toMatch(/^codec\/too-large/);
  });

  it('does not take long when its sequences claim more than a block may hold', () => {
    // 98,047 matches of at least 65,539 bytes: fzstd writes all of them, which takes it minutes.
    const frame = fromHex('28b52ffd 00 38 550000 0941 ffffff 54 00 00 34 01');
    const begin = performance.now();
    expect(what(frame)).toMatch(/^codec\/damaged/);
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

describe('what Node writes', () => {
  it('is read by the reference implementation, and by fzstd', async () => {
    for (const [name, sample] of samples) {
      const compressed = await node.compress(sample);
      const heap = { defaultHeapSize: Math.max(sample.length, 1) };
      expect(Buffer.compare(wasmDecompress(Buffer.from(compressed), heap), sample), name).toBe(0);
      expect(Buffer.compare(fzstd.decompress(compressed), sample), name).toBe(0);
    }
  });

  it('is level 1', async () => {
    const sample = jsonLines(500_000);
    const size = (await node.compress(sample)).length;
    expect(Math.abs(size - wasmCompress(sample, 1).length)).toBeLessThan(100);
  });

  it('says its size, so that readers know it before they begin', async () => {
    for (const [name, sample] of samples) {
      const [frame, ...more] = findFrames(await node.compress(sample), sample.length);
      expect([frame?.contentBytes, more], name).toEqual([sample.length, []]);
    }
  });

  it('comes at once where it is native, else when the compressor is loaded', async ({ skip }) => {
    skip(native, 'node:zlib has zstd here, so nothing is loaded');
    await node.compress(noise(10));
    expect(node.compress(noise(10))).toBeInstanceOf(Uint8Array);
  });
});
