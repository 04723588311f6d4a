/** Decompresses one LZ4 block; see compress-block.ts for its grammar. */
import { damaged } from '../errors.ts';

/** Up to this many bytes a loop over pairs of words beats `Uint8Array.set` and `copyWithin`. */
const SHORT_BYTES = 64;
/** What such a loop reads beyond its last byte at most. */
const WORD_EXCESS_BYTES = 7;

/**
 * Decompresses the block from `from` to `to` into `out` at `at`, and returns where the bytes end, or −1 where they would
 * go beyond `limit`.
 *
 * Matches reach back to `floor`. `out` must have slack behind `limit`.
 */
export function decompressBlock(
  source: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  out: Uint8Array,
  outView: DataView,
  at: number,
  limit: number,
  floor: number,
): number {
  let s = from;
  let o = at;
  const lastWord = view.byteLength - WORD_EXCESS_BYTES;
  for (;;) {
    if (s >= to) damaged('lz4', 'a block ends without literals', s);
    const token = source[s++] as number;

    let literals = token >>> 4;
    if (literals === 15) {
      let more: number;
      do {
        if (s >= to) damaged('lz4', 'a block is cut', s);
        more = source[s++] as number;
        literals += more;
      } while (more === 255);
    }
    if (literals > to - s) damaged('lz4', 'literals are longer than their block', s);
    if (literals > limit - o) return -1;
    const literalEnd = o + literals;
    if (literals <= SHORT_BYTES && s + literals <= lastWord) {
      for (; o < literalEnd; o += 8, s += 8) {
        outView.setInt32(o, view.getInt32(s, true), true);
        outView.setInt32(o + 4, view.getInt32(s + 4, true), true);
      }
      s -= o - literalEnd;
    } else {
      out.set(source.subarray(s, s + literals), o);
      s += literals;
    }
    o = literalEnd;
    if (s === to) return o;

    if (s + 2 > to) damaged('lz4', 'a block is cut', s);
    const offset = view.getUint16(s, true);
    s += 2;
    let length = token & 15;
    if (length === 15) {
      let more: number;
      do {
        if (s >= to) damaged('lz4', 'a block is cut', s);
        more = source[s++] as number;
        length += more;
      } while (more === 255);
    }
    length += 4;
    let match = o - offset;
    if (offset === 0 || match < floor) damaged('lz4', 'a match from before the beginning', s);
    if (length > limit - o) return -1;
    const matchEnd = o + length;
    if (offset >= 4 && (length <= SHORT_BYTES || offset < length)) {
      for (; o < matchEnd; o += 8, match += 8) {
        outView.setInt32(o, outView.getInt32(match, true), true);
        outView.setInt32(o + 4, outView.getInt32(match + 4, true), true);
      }
    } else if (offset >= length) {
      out.copyWithin(o, match, match + length);
    } else {
      while (o < matchEnd) out[o++] = out[match++] as number;
    }
    o = matchEnd;
  }
}
