/** Zig-zag base-128 numbers, the lengths and deltas of records. Writers stay within ±2³¹: servers misread anything larger. */

/** How many bytes {@link putVarint} writes for `value`, an integer within ±2³¹. */
export function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x20_0000) return 3;
  return zigzag < 0x1000_0000 ? 4 : 5;
}

/** Writes `value`, an integer within ±2³¹, at `at` and returns the position behind it. The caller has made room. */
export function putVarint(data: Uint8Array, at: number, value: number): number {
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  let next = at;
  while (zigzag > 0x7f) {
    data[next++] = (zigzag & 0x7f) | 0x80;
    zigzag >>>= 7;
  }
  data[next++] = zigzag;
  return next;
}
