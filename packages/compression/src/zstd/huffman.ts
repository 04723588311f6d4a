/** The Huffman coding of literals: RFC 8878, section 4.2. */
import { damaged } from '../errors.ts';
import { readTable } from './fse.ts';

const LONGEST_CODE = 11;
const LARGEST_WEIGHT_LOG = 6;
/** A longest code and the next one fit into what a word has from any bit on. */
const WORD_BITS = 24;

/** By the next bits: the symbol << 4 | the bits of its code. */
export interface HuffmanTable {
  /** Bits that the table is looked up by. */
  readonly bits: number;
  readonly entries: Uint16Array;
}

/** Reads the description of a table: the weights of all symbols but the last. */
export function readHuffmanTable(
  source: Uint8Array,
  view: DataView,
  from: number,
  to: number,
): { readonly table: HuffmanTable; readonly end: number } {
  const header = source[from] as number;
  const packed = header < 128;
  const end = from + 1 + (packed ? header : (header - 126) >>> 1);
  if (from >= to || end > to) damaged('zstd', 'a table is cut', to);
  const weights = packed ? packedWeights(source, view, from + 1, end) : plainWeights(source, from + 1, header - 127);
  return { table: tableOf(weights, from), end };
}

function plainWeights(source: Uint8Array, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const byte = source[from + (i >> 1)] as number;
    return i & 1 ? byte & 15 : byte >>> 4;
  });
}

/** Weights that two states of one table take in turn, read from the end to the beginning. */
function packedWeights(source: Uint8Array, view: DataView, from: number, to: number): number[] {
  const { table, end: begin } = readTable(source, view, from, to, LONGEST_CODE + 1, LARGEST_WEIGHT_LOG);
  let bit = bitsOf(source, begin, to);
  const take = (count: number): number => {
    bit -= count;
    return (view.getUint32(begin + (bit >> 3), true) >>> (bit & 7)) & ((1 << count) - 1);
  };
  if (bit < table.log * 2) damaged('zstd', 'weights are cut', to);
  let state = take(table.log);
  let other = take(table.log);
  const weights: number[] = [];
  for (;;) {
    const entry = table.entries[state] as number;
    weights.push(entry & 0xff);
    const needed = (entry >>> 8) & 0xff;
    if (bit < needed) {
      weights.push((table.entries[other] as number) & 0xff);
      return weights;
    }
    state = other;
    other = (entry >>> 16) + take(needed);
    if (weights.length > 255) damaged('zstd', 'weights of too many symbols', from);
  }
}

function tableOf(weights: number[], at: number): HuffmanTable {
  if (weights.length > 255) damaged('zstd', 'weights of too many symbols', at);
  let sum = 0;
  for (const weight of weights) {
    if (weight > LONGEST_CODE) damaged('zstd', 'a code that is too long', at);
    sum += weight === 0 ? 0 : 1 << (weight - 1);
  }
  const bits = 32 - Math.clz32(sum);
  // The last weight is what makes the sum a power of two.
  const rest = (1 << bits) - sum;
  if (sum === 0 || bits > LONGEST_CODE || (rest & (rest - 1)) !== 0) damaged('zstd', 'weights that make no code', at);
  const all = [...weights, 32 - Math.clz32(rest)];

  const entries = new Uint16Array(1 << bits);
  let next = 0;
  for (let weight = 1; weight <= bits; weight++) {
    for (let symbol = 0; symbol < all.length; symbol++) {
      if (all[symbol] !== weight) continue;
      const end = next + (1 << (weight - 1));
      entries.fill((symbol << 4) | (bits + 1 - weight), next, end);
      next = end;
    }
  }
  return { bits, entries };
}

/** How many bits a stream holds: its last byte has a 1 above them. */
export function bitsOf(source: Uint8Array, from: number, to: number): number {
  const last = source[to - 1] as number;
  if (from >= to || last === 0) damaged('zstd', 'a stream does not say where it ends', to);
  return (to - from) * 8 - 1 - (Math.clz32(last) - 24);
}

/** Decodes the one stream between `from` and `to` into `out`, `size` bytes; it must hold exactly that. */
export function decodeStream(
  source: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  table: HuffmanTable,
  out: Uint8Array,
  size: number,
): void {
  finishStream(view, from, bitsOf(source, from, to), table, out, 0, size);
}

/**
 * Decodes four streams that follow one another, and begin and end at `bounds`, into `out`, `size` bytes.
 *
 * All four at once: each look-up waits for the one before it in its stream, and the others fill the time.
 */
export function decodeStreams(
  source: Uint8Array,
  view: DataView,
  bounds: readonly [number, number, number, number, number],
  table: HuffmanTable,
  out: Uint8Array,
  size: number,
): void {
  const [from1, from2, from3, from4, to] = bounds;
  const { bits, entries } = table;
  const mask = (1 << bits) - 1;
  const quarter = (size + 3) >>> 2;
  let bit1 = bitsOf(source, from1, from2);
  let bit2 = bitsOf(source, from2, from3);
  let bit3 = bitsOf(source, from3, from4);
  let bit4 = bitsOf(source, from4, to);
  let at = 0;
  const last = size - quarter * 3 - 2;
  for (; at <= last; at += 2) {
    if (bit1 < WORD_BITS || bit2 < WORD_BITS || bit3 < WORD_BITS || bit4 < WORD_BITS) break;
    const byte1 = (bit1 - WORD_BITS) >> 3;
    const byte2 = (bit2 - WORD_BITS) >> 3;
    const byte3 = (bit3 - WORD_BITS) >> 3;
    const byte4 = (bit4 - WORD_BITS) >> 3;
    const word1 = view.getInt32(from1 + byte1, true);
    const word2 = view.getInt32(from2 + byte2, true);
    const word3 = view.getInt32(from3 + byte3, true);
    const word4 = view.getInt32(from4 + byte4, true);
    const top1 = bit1 - byte1 * 8 - bits;
    const top2 = bit2 - byte2 * 8 - bits;
    const top3 = bit3 - byte3 * 8 - bits;
    const top4 = bit4 - byte4 * 8 - bits;
    const first1 = entries[(word1 >>> top1) & mask] as number;
    const first2 = entries[(word2 >>> top2) & mask] as number;
    const first3 = entries[(word3 >>> top3) & mask] as number;
    const first4 = entries[(word4 >>> top4) & mask] as number;
    const second1 = entries[(word1 >>> (top1 - (first1 & 15))) & mask] as number;
    const second2 = entries[(word2 >>> (top2 - (first2 & 15))) & mask] as number;
    const second3 = entries[(word3 >>> (top3 - (first3 & 15))) & mask] as number;
    const second4 = entries[(word4 >>> (top4 - (first4 & 15))) & mask] as number;
    out[at] = first1 >>> 4;
    out[at + 1] = second1 >>> 4;
    out[quarter + at] = first2 >>> 4;
    out[quarter + at + 1] = second2 >>> 4;
    out[quarter * 2 + at] = first3 >>> 4;
    out[quarter * 2 + at + 1] = second3 >>> 4;
    out[quarter * 3 + at] = first4 >>> 4;
    out[quarter * 3 + at + 1] = second4 >>> 4;
    bit1 -= (first1 & 15) + (second1 & 15);
    bit2 -= (first2 & 15) + (second2 & 15);
    bit3 -= (first3 & 15) + (second3 & 15);
    bit4 -= (first4 & 15) + (second4 & 15);
  }
  finishStream(view, from1, bit1, table, out, at, quarter);
  finishStream(view, from2, bit2, table, out, quarter + at, quarter * 2);
  finishStream(view, from3, bit3, table, out, quarter * 2 + at, quarter * 3);
  finishStream(view, from4, bit4, table, out, quarter * 3 + at, size);
}

/** Decodes the last `bitsLeft` bits of the stream at `from` into `out` from `begin` up to `end`. */
function finishStream(
  view: DataView,
  from: number,
  bitsLeft: number,
  table: HuffmanTable,
  out: Uint8Array,
  begin: number,
  end: number,
): void {
  const { bits, entries } = table;
  const mask = (1 << bits) - 1;
  let bit = bitsLeft;
  for (let at = begin; at < end; at++) {
    let index: number;
    if (bit >= WORD_BITS) {
      const byte = (bit - WORD_BITS) >> 3;
      index = view.getInt32(from + byte, true) >>> (bit - byte * 8 - bits);
    } else {
      // Below the first bit there are zeros.
      const word = view.getInt32(from, true) & ((1 << bit) - 1);
      index = bit >= bits ? word >>> (bit - bits) : word << (bits - bit);
    }
    const entry = entries[index & mask] as number;
    out[at] = entry >>> 4;
    bit -= entry & 15;
    if (bit < 0) damaged('zstd', 'literals are cut', from);
  }
  if (bit !== 0) damaged('zstd', 'more literals than there should be', from);
}
