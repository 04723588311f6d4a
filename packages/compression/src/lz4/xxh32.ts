/** xxHash of 32 bits with seed 0, the checksum of LZ4 frames. */
import { viewOf } from '../bytes.ts';

const PRIME1 = 0x9e37_79b1;
const PRIME2 = 0x85eb_ca77;
const PRIME3 = 0xc2b2_ae3d;
const PRIME4 = 0x27d4_eb2f;
const PRIME5 = 0x1656_67b1;

/** The hash of the bytes of `data` from `from` up to, not including, `to`, as an unsigned number. */
export function xxh32(data: Uint8Array, from = 0, to: number = data.length): number {
  const view = viewOf(data);
  let at = from;
  let hash: number;
  if (to - from >= 16) {
    let a = (PRIME1 + PRIME2) | 0;
    let b = PRIME2 | 0;
    let c = 0;
    let d = -PRIME1 | 0;
    for (const last = to - 16; at <= last; at += 16) {
      a = Math.imul(rotate(a + Math.imul(view.getInt32(at, true), PRIME2), 13), PRIME1);
      b = Math.imul(rotate(b + Math.imul(view.getInt32(at + 4, true), PRIME2), 13), PRIME1);
      c = Math.imul(rotate(c + Math.imul(view.getInt32(at + 8, true), PRIME2), 13), PRIME1);
      d = Math.imul(rotate(d + Math.imul(view.getInt32(at + 12, true), PRIME2), 13), PRIME1);
    }
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
  } else {
    hash = PRIME5;
  }
  hash = (hash + to - from) | 0;
  for (; at + 4 <= to; at += 4) {
    hash = Math.imul(rotate(hash + Math.imul(view.getInt32(at, true), PRIME3), 17), PRIME4);
  }
  for (; at < to; at++) {
    hash = Math.imul(rotate(hash + Math.imul(data[at] as number, PRIME5), 11), PRIME1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
