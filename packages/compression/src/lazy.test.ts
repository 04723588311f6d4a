/** Codecs that are loaded when first used. */
import type { Codec } from '@fluvio-ts/protocol';
import { describe, expect, it } from 'vitest';
import { lazy } from './lazy.ts';

const doubled: Codec = {
  name: 'lz4',
  compress: (bytes) => Uint8Array.of(...bytes, ...bytes),
  decompress: (bytes) => bytes.slice(bytes.length / 2),
};
const limit = { maxBytes: 100 };

describe('a lazy codec', () => {
  it('is loaded once, at the first use, and then answers at once', async () => {
    let loads = 0;
    const codec = lazy('lz4', async () => {
      loads++;
      return doubled;
    });
    expect([codec.name, loads]).toEqual(['lz4', 0]);
    const both = [codec.compress(Uint8Array.of(1, 2)), codec.decompress(Uint8Array.of(1, 2, 1, 2), limit)];
    expect(both.every((answer) => answer instanceof Promise)).toBe(true);
    expect(await Promise.all(both)).toEqual([Uint8Array.of(1, 2, 1, 2), Uint8Array.of(1, 2)]);
    expect(codec.compress(Uint8Array.of(3))).toEqual(Uint8Array.of(3, 3));
    expect(codec.decompress(Uint8Array.of(3, 3), limit)).toEqual(Uint8Array.of(3));
    expect(loads).toBe(1);
  });

  it('that does not load says so, and is tried again', async () => {
    const outages = [new Error('offline'), new Error('offline')];
    const codec = lazy('lz4', async () => {
      const outage = outages.pop();
      if (outage !== undefined) throw outage;
      return doubled;
    });
    for (const operation of ['compress', 'decompress'] as const) {
      await expect(codec[operation](Uint8Array.of(3, 3), limit)).rejects.toMatchObject({
        code: 'codec/unavailable',
        context: { codec: 'lz4', operation },
        cause: { message: 'offline' },
      });
    }
    expect(await codec.compress(Uint8Array.of(3))).toEqual(Uint8Array.of(3, 3));
  });

  it('passes on what the codec throws', async () => {
    const codec = lazy('lz4', async () => ({
      ...doubled,
      compress: () => {
        throw new TypeError('its own');
      },
    }));
    await expect(codec.compress(Uint8Array.of(3))).rejects.toThrow('its own');
  });
});
