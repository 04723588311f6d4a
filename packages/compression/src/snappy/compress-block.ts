/**
 * Compresses one snappy block, with the very choices of the C++ and Rust libraries, so that all make the same bytes.
 *
 * ```text
 * block    size varint | element*
 * element  literal: length−1 in 6 bits, or 60…63 and 1…4 bytes | 00    then the bytes
 *          copy of 4…11:  offset high 3 bits | length−4 in 3 bits | 01 | offset low 8 bits
 *          copy of 1…64:  length−1 in 6 bits | 10 | offset u16
 * ```
 */

/** The most bytes that one block of a frame may hold. */
export const LARGEST_BLOCK_BYTES = 65_536;

const LARGEST_TABLE_BITS = 14;
/** Matches are looked for up to this many bytes before the end, so that words can be read without looking. */
const MARGIN_BYTES = 15;

/** The most bytes that a block of `size` bytes can become, and what may be written behind them. */
export function longestBlock(size: number): number {
  return 32 + size + Math.floor(size / 6);
}

/** A table of positions by hash, of a size that suits the largest block of `size` bytes. */
export function tableFor(size: number): Uint16Array {
  const bits = tableBits(size, 1 << LARGEST_TABLE_BITS);
  return new Uint16Array(1 << bits);
}

/**
 * Compresses `source` from `from` to `to` into `out` at `at`, and returns where the block ends.
 *
 * `table` is scratch space; `out` must have room for {@link longestBlock}.
 */
export function compressBlock(
  source: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  table: Uint16Array,
  out: Uint8Array,
  outView: DataView,
  at: number,
): number {
  let end = putSize(out, at, to - from);
  // A last block that is small uses a part of the table, as a table made for it would be.
  const bits = tableBits(to - from, table.length);
  table.fill(0, 0, 1 << bits);
  const shift = 32 - bits;
  const limit = to - MARGIN_BYTES;
  let next = from;
  if (to - from > MARGIN_BYTES + 1) {
    let s = from + 1;
    let nextHash = Math.imul(view.getInt32(s, true), 0x1e35_a7bd) >>> shift;
    search: for (;;) {
      // The longer nothing is found, the fewer places are looked at: data that does not compress costs little.
      let skip = 32;
      let ahead = s;
      let candidate: number;
      do {
        s = ahead;
        ahead = s + (skip >>> 5);
        skip += skip >>> 5;
        if (ahead > limit) break search;
        candidate = from + (table[nextHash] as number);
        table[nextHash] = s - from;
        nextHash = Math.imul(view.getInt32(ahead, true), 0x1e35_a7bd) >>> shift;
      } while (view.getInt32(s, true) !== view.getInt32(candidate, true));

      end = putLiteral(source, view, next, s, out, outView, end);
      for (;;) {
        const begin = s;
        s = matchEnd(source, view, candidate + 4, s + 4, to);
        end = putCopy(out, outView, begin - candidate, s - begin, end);
        next = s;
        if (s >= limit) break search;
        table[Math.imul(view.getInt32(s - 1, true), 0x1e35_a7bd) >>> shift] = s - 1 - from;
        const here = view.getInt32(s, true);
        const hash = Math.imul(here, 0x1e35_a7bd) >>> shift;
        candidate = from + (table[hash] as number);
        table[hash] = s - from;
        if (here !== view.getInt32(candidate, true)) break;
      }
      s++;
      nextHash = Math.imul(view.getInt32(s, true), 0x1e35_a7bd) >>> shift;
    }
  }
  return next < to ? putLiteral(source, view, next, to, out, outView, end) : end;
}

function tableBits(size: number, tableLength: number): number {
  let bits = 8;
  while (1 << bits < tableLength && 1 << bits < size) bits++;
  return bits;
}

function putSize(out: Uint8Array, from: number, size: number): number {
  let at = from;
  let rest = size;
  for (; rest > 0x7f; rest >>>= 7) out[at++] = rest | 0x80;
  out[at++] = rest;
  return at;
}

/** Where the bytes from `s` on stop to be those from `candidate` on. */
function matchEnd(source: Uint8Array, view: DataView, candidate: number, s: number, to: number): number {
  let c = candidate;
  let e = s;
  for (; e <= to - 4; e += 4, c += 4) {
    const difference = view.getInt32(e, true) ^ view.getInt32(c, true);
    if (difference !== 0) return e + ((31 - Math.clz32(difference & -difference)) >>> 3);
  }
  while (e < to && source[e] === source[c]) {
    e++;
    c++;
  }
  return e;
}

function putLiteral(
  source: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  out: Uint8Array,
  outView: DataView,
  at: number,
): number {
  const length = to - from;
  let end = at;
  if (length <= 60) {
    out[end++] = (length - 1) << 2;
    if (length <= 16 && from + 16 <= source.length) {
      outView.setInt32(end, view.getInt32(from, true), true);
      outView.setInt32(end + 4, view.getInt32(from + 4, true), true);
      outView.setInt32(end + 8, view.getInt32(from + 8, true), true);
      outView.setInt32(end + 12, view.getInt32(from + 12, true), true);
      return end + length;
    }
  } else if (length <= 256) {
    out[end++] = 60 << 2;
    out[end++] = length - 1;
  } else {
    out[end++] = 61 << 2;
    out[end++] = length - 1;
    out[end++] = (length - 1) >>> 8;
  }
  out.set(source.subarray(from, to), end);
  return end + length;
}

function putCopy(out: Uint8Array, outView: DataView, offset: number, length: number, at: number): number {
  let end = at;
  let rest = length;
  for (; rest >= 68; rest -= 64) end = putLongCopy(out, outView, offset, 64, end);
  if (rest > 64) {
    end = putLongCopy(out, outView, offset, 60, end);
    rest -= 60;
  }
  if (rest > 11 || offset > 2047) return putLongCopy(out, outView, offset, rest, end);
  out[end] = ((offset >>> 8) << 5) | ((rest - 4) << 2) | 1;
  out[end + 1] = offset;
  return end + 2;
}

function putLongCopy(out: Uint8Array, outView: DataView, offset: number, length: number, at: number): number {
  out[at] = ((length - 1) << 2) | 2;
  outView.setUint16(at + 1, offset, true);
  return at + 3;
}
