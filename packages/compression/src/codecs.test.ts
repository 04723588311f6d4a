/** What holds for every codec, in the build for Node and in the one for browsers. */
import type { Codec, FluvioError } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as web from './browser.ts';
import * as node from './index.ts';
import * as bombs from './testing/bombs.ts';
import { joined, jsonLines, noise, randomNumbers, samples, toHex } from './testing/samples.ts';

/** An implementation, and the one that makes what it reads. */
interface Subject {
  readonly title: string;
  readonly codec: Codec;
  readonly writer: Codec;
}

const subjects: readonly Subject[] = [
  { title: 'gzip in Node', codec: node.gzip, writer: node.gzip },
  { title: 'gzip in browsers', codec: web.gzip, writer: web.gzip },
  { title: 'gzip in browsers, written by Node', codec: web.gzip, writer: node.gzip },
  { title: 'gzip in Node, written by browsers', codec: node.gzip, writer: web.gzip },
  { title: 'snappy', codec: node.snappy, writer: node.snappy },
  { title: 'lz4', codec: node.lz4, writer: node.lz4 },
  { title: 'zstd in Node', codec: node.zstd, writer: node.zstd },
  { title: 'zstd in browsers, written by Node', codec: web.zstd, writer: node.zstd },
];

const MIB = 1024 * 1024;
const maxBytes = 4 * MIB;

/** Decompresses; an error of any other class fails the test. */
const read = (codec: Codec, bytes: Uint8Array, limit = maxBytes): Uint8Array | FluvioError => {
  try {
    // None of them answers by promise, so that every call is timed and every throw is seen.
    return codec.decompress(bytes, { maxBytes: limit }) as Uint8Array;
  } catch (error) {
    if (isFluvioError(error)) return error;
    throw new Error(`${codec.name} of ${toHex(bytes)}`, { cause: error });
  }
};

/** The same bytes, compared without a list of differences. */
const expectSame = (got: Uint8Array, wanted: Uint8Array, what = ''): void => {
  expect(got.length, what).toBe(wanted.length);
  expect(Buffer.compare(got, wanted), what).toBe(0);
};

describe.each(subjects)('$title', ({ codec, writer }) => {
  it('gives back what was compressed, as plain arrays, and leaves its arguments alone', async () => {
    for (const [name, sample] of samples) {
      const before = sample.slice();
      const compressed = await writer.compress(sample);
      const kept = compressed.slice();
      const content = await codec.decompress(compressed, { maxBytes });
      expectSame(content, before, name);
      expectSame(sample, before, name);
      expectSame(compressed, kept, name);
      expect([compressed.constructor, content.constructor]).toEqual([Uint8Array, Uint8Array]);
    }
  });

  it('gives back random data, in pieces that repeat', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 20 }).map((text) => new TextEncoder().encode(text)),
      fc
        .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 600 }))
        .map(([b, n]) => new Uint8Array(n).fill(b)),
    );
    const content = fc
      .tuple(fc.array(piece, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(7), { maxLength: 200 }))
      .map(([pieces, order]) => joined(...order.map((i) => pieces[i % pieces.length] as Uint8Array)));
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        expectSame(await codec.decompress(await writer.compress(bytes), { maxBytes: bytes.length }), bytes);
      }),
      { numRuns: 100 },
    );
  });

  it('reads and writes views in the middle of a buffer, of Node too', async () => {
    const whole = Buffer.from(jsonLines(5000));
    const part = whole.subarray(1001, 4444);
    const compressed = await writer.compress(part);
    const framed = Buffer.from(joined(noise(77), compressed, noise(77)));
    const content = await codec.decompress(framed.subarray(77, 77 + compressed.length), { maxBytes });
    expectSame(content, part);
    expect(content.constructor).toBe(Uint8Array);
  });

  it('stops one byte over the limit, and not before', async () => {
    for (const [name, sample] of samples) {
      const compressed = await writer.compress(sample);
      expectSame((await codec.decompress(compressed, { maxBytes: sample.length })) as Uint8Array, sample, name);
      if (sample.length === 0) continue;
      const limitBytes = sample.length - 1;
      expect(read(codec, compressed, limitBytes), name).toMatchObject({
        code: 'codec/too-large',
        context: { codec: codec.name, limitBytes },
      });
    }
  });

  it('takes any limit', async () => {
    const compressed = await writer.compress(jsonLines(1000));
    expectSame(read(codec, compressed, Number.POSITIVE_INFINITY) as Uint8Array, jsonLines(1000));
    expect(read(codec, compressed, 0)).toMatchObject({ code: 'codec/too-large' });
  });

  it('names what is damaged when data is cut, at every byte', async () => {
    for (const sample of [samples.get('a short text'), jsonLines(700), noise(90)] as Uint8Array[]) {
      const compressed = await writer.compress(sample);
      for (let size = 0; size < compressed.length; size++) {
        const got = read(codec, compressed.subarray(0, size));
        // A snappy stream may end behind any chunk.
        if (codec.name === 'snappy' && size === 10) expectSame(got as Uint8Array, new Uint8Array(0));
        else expect(got, `${size} bytes`).toMatchObject({ code: 'codec/damaged', context: { codec: codec.name } });
      }
    }
  });

  it('survives damage: a value within the limit or an error of ours, soon', async () => {
    const below = randomNumbers(7);
    const limit = 64 * 1024;
    let slowestMs = 0;
    for (const sample of [
      samples.get('a short text'),
      jsonLines(3000),
      noise(500),
      new Uint8Array(9000),
    ] as Uint8Array[]) {
      const good = await writer.compress(sample);
      for (let run = 0; run < 1000; run++) {
        const bad = good.slice();
        for (let flips = 1 + below(3); flips > 0; flips--) {
          // Half of them where the headers are.
          const at = below(below(2) === 0 ? bad.length : Math.min(bad.length, 24));
          bad[at] = below(3) === 0 ? below(256) : (bad[at] as number) ^ (1 << below(8));
        }
        const begin = performance.now();
        const got = read(codec, bad, limit);
        slowestMs = Math.max(slowestMs, performance.now() - begin);
        if (got instanceof Uint8Array) expect(got.length).toBeLessThanOrEqual(limit);
      }
    }
    // A hang takes minutes, a pause of a busy machine seconds at most.
    expect(slowestMs).toBeLessThan(5000);
  });

  it('refuses what is something else', () => {
    for (const bytes of [
      new Uint8Array(0),
      new Uint8Array(100),
      noise(100),
      new TextEncoder().encode('plain text, plain text'),
    ]) {
      expect(read(codec, bytes)).toMatchObject({ code: 'codec/damaged' });
    }
  });
});

describe('a gigabyte of zeros in a small payload', () => {
  const made: readonly (readonly [string, () => Uint8Array, readonly Codec[]])[] = [
    ['gzip', bombs.gzipBomb, [node.gzip, web.gzip]],
    ['snappy', bombs.snappyBomb, [node.snappy]],
    ['lz4', bombs.lz4Bomb, [node.lz4]],
    ['zstd, of runs', bombs.zstdBombOfRuns, [node.zstd, web.zstd]],
    ['zstd, of matches', bombs.zstdBombOfMatches, [node.zstd, web.zstd]],
    ['zstd, that says so', bombs.zstdBombThatSaysSo, [node.zstd, web.zstd]],
  ];

  it.each(made)('%s: is refused at the limit, without the memory for it', (_, make, codecs) => {
    const bomb = make();
    for (const codec of codecs) {
      const before = process.resourceUsage().maxRSS;
      const begin = performance.now();
      expect(read(codec, bomb, maxBytes)).toMatchObject({ code: 'codec/too-large', context: { limitBytes: maxBytes } });
      expect(performance.now() - begin).toBeLessThan(5000);
      // KiB. The limit is 4 MiB; what native decompressors need for themselves is on top.
      expect(process.resourceUsage().maxRSS - before).toBeLessThan(48 * 1024);
    }
  });
});

describe('codecs()', () => {
  it('has all codecs, by name, in both builds', async () => {
    for (const { codecs } of [node, web]) {
      const all = codecs();
      expect(Object.entries(all).map(([name, codec]) => [name, codec.name])).toEqual(
        ['gzip', 'snappy', 'lz4', 'zstd'].map((name) => [name, name]),
      );
      for (const name of ['gzip', 'snappy', 'lz4'] as const) {
        const compressed = await all[name].compress(jsonLines(2000));
        expectSame(await all[name].decompress(compressed, { maxBytes }), jsonLines(2000), name);
      }
    }
  });

  it('does not write zstd in browsers, and says so', async () => {
    const error = {
      code: 'codec/unavailable',
      context: expect.objectContaining({ codec: 'zstd', operation: 'compress' }),
    };
    expect(() => web.zstd.compress(noise(5))).toThrow(expect.objectContaining(error));
    await expect(web.codecs().zstd.compress(noise(5))).rejects.toMatchObject(error);
  });
});
