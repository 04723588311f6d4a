import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
