/**
 * Compresses one LZ4 block.
 *
 * ```text
 * block     sequence* last
 * sequence  token: literals in 4 bits, match−4 in 4 bits | more literals | bytes | offset u16 | more match
 * last      token: literals in 4 bits, 0                 | more literals | bytes
 * more      when the 4 bits are 15: bytes to add, up to and including the first that is not 255
 * ```
 */

const LARGEST_TABLE_BITS = 14;
/** A match must begin this far before the end of its block, */
const MATCH_MARGIN_BYTES = 12;
/** and must end this far before it. */
const LITERAL_MARGIN_BYTES = 5;
const FARTHEST = 65_535;

/** The most bytes that a block of `size` bytes can become, and what may be written behind them. */
export function longestBlock(size: number): number {
  return 32 + size + Math.ceil(size / 255);
}

/** Scratch space of {@link compressBlock} for blocks of up to `size` bytes: positions by hash. */
export function tableFor(size: number): Int32Array {
  return new Int32Array(1 << Math.min(Math.max(32 - Math.clz32(size), 8), LARGEST_TABLE_BITS));
}

/**
 * Compresses `source` from `from` to `to` into `out` at `at`, and returns where the block ends.
 *
 * `out` must have room for {@link longestBlock}.
 */
export function compressBlock(
  source: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  table: Int32Array,
  out: Uint8Array,
  outView: DataView,
  at: number,
): number {
  const shift = Math.clz32(table.length) + 1;
  const limit = to - MATCH_MARGIN_BYTES;
  const matchLimit = to - LITERAL_MARGIN_BYTES;
  let o = at;
  let next = from;
  let s = from + 1;
  table.fill(from);
  search: while (s <= limit) {
    // The longer nothing is found, the fewer places are looked at: data that does not compress costs little.
    let tries = 64;
    let candidate: number;
    let word: number;
    for (;;) {
      word = view.getInt32(s, true);
      const hash = Math.imul(word, 0x9e37_79b1) >>> shift;
      candidate = table[hash] as number;
      table[hash] = s;
      if (word === view.getInt32(candidate, true) && s - candidate <= FARTHEST) break;
      s += tries++ >>> 6;
      if (s > limit) break search;
    }
    while (s > next && candidate > from && source[s - 1] === source[candidate - 1]) {
      s--;
      candidate--;
    }
    const literals = s - next;
    const token = o++;
    if (literals < 15) {
      out[token] = literals << 4;
    } else {
      out[token] = 0xf0;
      o = putMore(out, o, literals - 15);
    }
    if (literals <= SHORT_BYTES) {
      // Reading too far ends before the margin; writing too far is overwritten.
      for (const stop = o + literals; o < stop; ) {
        outView.setInt32(o, view.getInt32(next, true), true);
        o += 4;
        next += 4;
      }
      o -= next - s;
    } else {
      out.set(source.subarray(next, s), o);
      o += literals;
    }
    outView.setUint16(o, s - candidate, true);
    o += 2;

    const begin = s + 4;
    s = matchEnd(source, view, candidate + 4, begin, matchLimit);
    const matched = s - begin;
    if (matched < 15) {
      out[token] = (out[token] as number) | matched;
    } else {
      out[token] = (out[token] as number) | 15;
      o = putMore(out, o, matched - 15);
    }
    next = s;
    if (s > limit) break;
    table[Math.imul(view.getInt32(s - 2, true), 0x9e37_79b1) >>> shift] = s - 2;
  }
  return putLast(source, next, to, out, o);
}

/** Up to this many bytes a loop over words beats `Uint8Array.set`. */
const SHORT_BYTES = 64;

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

function putMore(out: Uint8Array, from: number, length: number): number {
  let at = from;
  let rest = length;
  for (; rest >= 255; rest -= 255) out[at++] = 255;
  out[at++] = rest;
  return at;
}

function putLast(source: Uint8Array, from: number, to: number, out: Uint8Array, at: number): number {
  const literals = to - from;
  let o = at;
  out[o++] = Math.min(literals, 15) << 4;
  if (literals >= 15) o = putMore(out, o, literals - 15);
  out.set(source.subarray(from, to), o);
  return o + literals;
}
