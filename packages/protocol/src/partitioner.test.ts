import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashKey, partitionForKey } from './partitioner.ts';

const utf8 = new TextEncoder();
const repeat = (count: number, byte: number): Uint8Array => new Uint8Array(count).fill(byte);

/** Key, hash, and its partition among 2, 3, 4, 7 and 10: from Rust's own hasher. */
const golden: readonly [key: string | Uint8Array, hash: string, ...partitions: number[]][] = [
  ['', 'e849e8bb6ffe2567', 1, 2, 3, 3, 9],
  ['a', 'feb15081b68ca86b', 1, 1, 3, 2, 7],
  ['b', 'caa506b8c1ebd37c', 0, 0, 0, 6, 0],
  ['key', '1bf94d5174027fca', 0, 2, 2, 6, 6],
  ['Key', '108807a58eeac610', 0, 2, 0, 3, 4],
  ['hello', 'd17f96bd0852ce12', 0, 2, 2, 2, 4],
  ['fluvio', 'cefb711b1c18ab54', 0, 1, 0, 6, 4],
  ['1', '61580903e47368e6', 0, 1, 2, 0, 4],
  ['12345678', 'ba89bf5bea67cea9', 1, 0, 1, 1, 7],
  ['123456789', 'd75852720528aa2e', 0, 1, 2, 6, 0],
  ['café', 'b670288f07362942', 0, 0, 2, 3, 0],
  [repeat(7, 0), 'cbe175b2245ecb94', 0, 1, 0, 3, 4],
  [repeat(8, 0), 'b64d101edd79c540', 0, 2, 0, 4, 8],
  [repeat(16, 0xff), '9d0b10f378c9eed9', 1, 0, 1, 2, 3],
  [Uint8Array.from({ length: 256 }, (_, i) => i), '5b713d0a9fd1d8e0', 0, 0, 0, 1, 8],
  ['x'.repeat(1000), 'a8b17c18a44acc76', 0, 0, 2, 3, 8],
];

const asBytes = (key: string | Uint8Array): Uint8Array => (typeof key === 'string' ? utf8.encode(key) : key);

describe('partitionForKey', () => {
  it.each(golden)('places %j as the Rust client does', (key, hash, ...partitions) => {
    const bytes = asBytes(key);
    expect(hex(hashKey(bytes))).toBe(hash);
    expect([2, 3, 4, 7, 10].map((count) => partitionForKey(bytes, count))).toEqual(partitions);
  });

  it('places the examples of the protocol document', () => {
    expect(partitionForKey(utf8.encode('hello world, this is key'), 16)).toBe(6);
    expect(hex(hashKey(utf8.encode('hello world, this is key')))).toBe('32e2825fd70a4fc6');
  });

  it('agrees with a bigint implementation on any key and count', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 1, max: 2 ** 26 }), (key, count) => {
        const hash = referenceHash(key);
        expect(hex(hashKey(key))).toBe(hash.toString(16).padStart(16, '0'));
        expect(partitionForKey(key, count)).toBe(Number(hash % BigInt(count)));
      }),
      { numRuns: 2000 },
    );
  });

  it('hashes a view into a larger buffer as its own bytes', () => {
    const buffer = Uint8Array.from({ length: 64 }, (_, i) => i * 7);
    const view = buffer.subarray(5, 26);
    expect(hashKey(view)).toEqual(hashKey(Uint8Array.from(view)));
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 26 + 1])('refuses %s partitions', (count) => {
    expect(() => partitionForKey(utf8.encode('key'), count)).toThrow(
      expect.objectContaining({ code: 'wire/unwritable' }),
    );
  });
});

function hex({ hi, lo }: { hi: number; lo: number }): string {
  return hi.toString(16).padStart(8, '0') + lo.toString(16).padStart(8, '0');
}

/** SipHash-2-4 as its paper writes it, over bigints. */
function referenceHash(key: Uint8Array): bigint {
  const mask = (1n << 64n) - 1n;
  const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & mask;
  const message = new Uint8Array((Math.floor((8 + key.length) / 8) + 1) * 8);
  const view = new DataView(message.buffer);
  view.setBigUint64(0, BigInt(key.length), true);
  message.set(key, 8);
  message[message.length - 1] = (8 + key.length) & 0xff;
  let [v0, v1, v2, v3] = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n];
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v0 = (v0 + v1) & mask;
      v1 = rotate(v1, 13n) ^ v0;
      v0 = rotate(v0, 32n);
      v2 = (v2 + v3) & mask;
      v3 = rotate(v3, 16n) ^ v2;
      v0 = (v0 + v3) & mask;
      v3 = rotate(v3, 21n) ^ v0;
      v2 = (v2 + v1) & mask;
      v1 = rotate(v1, 17n) ^ v2;
      v2 = rotate(v2, 32n);
    }
  };
  for (let at = 0; at < message.length; at += 8) {
    const m = view.getBigUint64(at, true);
    v3 ^= m;
    rounds(2);
    v0 ^= m;
  }
  v2 ^= 0xffn;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}
