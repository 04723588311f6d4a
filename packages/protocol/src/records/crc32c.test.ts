import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { crc32c } from './crc32c.ts';

describe('crc32c', () => {
  it.each([
    ['nothing', new Uint8Array(0), 0],
    ['the check word', new TextEncoder().encode('123456789'), 0xe306_9283],
    // RFC 3720, B.4
    ['32 zeros', new Uint8Array(32), 0x8a91_36aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8_ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd_794e],
    ['31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113f_db5c],
  ])('of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it('does not depend on length or alignment', () => {
    const buffer = Uint8Array.from({ length: 700 }, (_, i) => (i * 151 + (i >> 3)) & 0xff);
    for (let length = 0; length <= 660; length++) {
      const from = length % 7;
      expect(crc32c(buffer, from, from + length)).toBe(bitByBit(buffer.subarray(from, from + length)));
    }
  });

  it('is the same by vectors, at every length around their blocks', () => {
    const buffer = Uint8Array.from({ length: 40_000 }, (_, i) => (i * 151 + (i >> 3)) & 0xff);
    for (const length of [2_047, 2_048, 2_049, 2_303, 2_304, 16_383, 16_384, 16_385, 16_640, 32_768, 39_990]) {
      const from = length % 7;
      expect(crc32c(buffer, from, from + length)).toBe(bitByBit(buffer.subarray(from, from + length)));
    }
  });

  it('is the same without WebAssembly, as under a strict content security policy', async () => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', {
      Module: class {
        constructor() {
          throw new Error('refused to compile');
        }
      },
    });
    try {
      const alone = await import('./crc32c.ts');
      const buffer = Uint8Array.from({ length: 5_000 }, (_, i) => (i * 151) & 0xff);
      expect(alone.crc32c(buffer)).toBe(bitByBit(buffer));
      expect(alone.crc32c(buffer)).toBe(crc32c(buffer));
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('agrees with the definition on any part of any view', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1200 }), fc.nat(9), fc.nat(1200), fc.nat(1200), (bytes, shift, x, y) => {
        const view = new Uint8Array(bytes.length + shift).subarray(shift);
        view.set(bytes);
        const [from, to] = [x % (bytes.length + 1), y % (bytes.length + 1)].sort((a, b) => a - b) as [number, number];
        expect(crc32c(view, from, to)).toBe(bitByBit(bytes.subarray(from, to)));
        expect(crc32c(view)).toBe(bitByBit(bytes));
      }),
    );
  });
});

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
