/** The tables of finite state entropy coding: RFC 8878, section 4.1. */
import { damaged } from '../errors.ts';

/**
 * By state: the symbol | bits to read for the next state << 8 | what to add to them << 16.
 *
 * The states are as many as the entries; the first state takes {@link log} bits.
 */
export interface FseTable {
  readonly log: number;
  readonly entries: Int32Array;
}

/** The table of a stream that repeats one symbol. */
export function tableOfOne(symbol: number): FseTable {
  return { log: 0, entries: Int32Array.of(symbol) };
}

/** Builds a table. A count of −1 stands for a symbol that is rarer than one state in all. */
export function tableFor(counts: ArrayLike<number>, log: number): FseTable {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  const states = new Uint16Array(counts.length);
  let high = size;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    const count = counts[symbol] as number;
    if (count === -1) symbols[--high] = symbol;
    states[symbol] = Math.abs(count);
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    for (let i = 0; i < (counts[symbol] as number); i++) {
      symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  }
  const entries = new Int32Array(size);
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] as number;
    const next = states[symbol] as number;
    states[symbol] = next + 1;
    const bits = log - (31 - Math.clz32(next));
    entries[state] = symbol | (bits << 8) | (((next << bits) - size) << 16);
  }
  return { log, entries };
}

/**
 * Reads the description of a table between `from` and `to`.
 *
 * ```text
 * log−5 in 4 bits | count+1 of each symbol, in as many bits as what is left needs; after a 0, 2 bits say how many more
 * ```
 */
export function readTable(
  source: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  largestSymbol: number,
  largestLog: number,
): { readonly table: FseTable; readonly end: number } {
  const log = ((source[from] as number) & 15) + 5;
  if (from >= to || log > largestLog) damaged('zstd', 'a table that is too large', from);
  const counts: number[] = [];
  let bit = 4;
  let left = 1 << log;
  const peek = (): number => view.getUint32(from + (bit >>> 3), true) >>> (bit & 7);
  while (left > 0) {
    if (counts.length > largestSymbol) damaged('zstd', 'a table of too many symbols', from);
    const bits = 32 - Math.clz32(left + 1);
    const low = (1 << (bits - 1)) - 1;
    // Values below the threshold are written with one bit less.
    const threshold = (1 << bits) - 2 - left;
    const word = peek() & ((1 << bits) - 1);
    const short = (word & low) < threshold;
    bit += short ? bits - 1 : bits;
    const count = (short ? word & low : word > low ? word - threshold : word) - 1;
    left -= Math.abs(count);
    counts.push(count);
    for (let repeats = count === 0 ? 3 : 0; repeats === 3; ) {
      repeats = peek() & 3;
      bit += 2;
      for (let i = 0; i < repeats; i++) counts.push(0);
      if (counts.length > largestSymbol + 1) damaged('zstd', 'a table of too many symbols', from);
    }
    if (from + ((bit + 7) >>> 3) > to) damaged('zstd', 'a table is cut', to);
  }
  if (left < 0) damaged('zstd', 'a table of more states than it has', from);
  return { table: tableFor(counts, log), end: from + ((bit + 7) >>> 3) };
}
