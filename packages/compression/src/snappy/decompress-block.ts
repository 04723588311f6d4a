/** Decompresses one snappy block; see compress-block.ts for its grammar. */
import { damaged } from '../errors.ts';

/** Up to this many bytes a loop over pairs of words beats `Uint8Array.set`. */
const SHORT_BYTES = 64;
/** What such a loop reads beyond its last byte at most. */
const WORD_EXCESS_BYTES = 7;

/** How many bytes the block from `from` to `to` says it holds. */
export function blockSize(source: Uint8Array, from: number, to: number): number {
  let size = 0;
  for (let at = from, shift = 0; at < to && shift < 28; at++, shift += 7) {
    const byte = source[at] as number;
    size |= (byte & 0x7f) << shift;
    if (byte < 0x80) return size;
  }
  return damaged('snappy', 'a chunk does not say its size', from);
}

/**
 * Decompresses the block from `from` to `to` into `out` at `at`, and returns where the bytes end.
 *
 * `out` must have slack behind the size that the block announces.
 */
export function decompressBlock(
  source: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  out: Uint8Array,
  outView: DataView,
  at: number,
): number {
  const end = at + blockSize(source, from, to);
  let s = from;
  while ((source[s] as number) > 0x7f) s++;
  s++;
  let o = at;
  const lastWord = view.byteLength - WORD_EXCESS_BYTES;
  while (s < to) {
    const tag = source[s++] as number;
    let length = (tag >>> 2) + 1;
    if ((tag & 3) === 0) {
      if (length > 60) {
        const sizeEnd = s + length - 60;
        if (sizeEnd > to) damaged('snappy', 'a literal is cut', s);
        length = literalLength(source, s, sizeEnd);
        s = sizeEnd;
      }
      if (length > to - s) damaged('snappy', 'a literal is longer than its chunk', s);
      if (length > end - o) damaged('snappy', 'a chunk holds more than it says', s);
      const stop = o + length;
      if (length <= SHORT_BYTES && s + length <= lastWord) {
        for (; o < stop; o += 8, s += 8) {
          outView.setInt32(o, view.getInt32(s, true), true);
          outView.setInt32(o + 4, view.getInt32(s + 4, true), true);
        }
        s -= o - stop;
      } else {
        out.set(source.subarray(s, s + length), o);
        s += length;
      }
      o = stop;
      continue;
    }
    let offset: number;
    if ((tag & 3) === 1) {
      if (s >= to) damaged('snappy', 'a copy is cut', s);
      length = ((tag >>> 2) & 7) + 4;
      offset = ((tag >>> 5) << 8) | (source[s] as number);
      s += 1;
    } else if ((tag & 3) === 2) {
      if (s + 2 > to) damaged('snappy', 'a copy is cut', s);
      offset = view.getUint16(s, true);
      s += 2;
    } else {
      if (s + 4 > to) damaged('snappy', 'a copy is cut', s);
      offset = view.getUint32(s, true);
      s += 4;
    }
    if (offset === 0 || offset > o - at) damaged('snappy', 'a copy from before the beginning of its chunk', s);
    if (length > end - o) damaged('snappy', 'a chunk holds more than it says', s);
    let c = o - offset;
    const stop = o + length;
    if (offset >= 4) {
      for (; o < stop; o += 8, c += 8) {
        outView.setInt32(o, outView.getInt32(c, true), true);
        outView.setInt32(o + 4, outView.getInt32(c + 4, true), true);
      }
      o = stop;
    } else {
      while (o < stop) out[o++] = out[c++] as number;
    }
  }
  if (o !== end) damaged('snappy', `a chunk holds ${end - o} bytes less than it says`, to);
  return o;
}

/** A length of 1 to 4 bytes; at least 1. */
function literalLength(source: Uint8Array, from: number, to: number): number {
  let length = 0;
  for (let at = to - 1; at >= from; at--) length = length * 256 + (source[at] as number);
  return length + 1;
}
