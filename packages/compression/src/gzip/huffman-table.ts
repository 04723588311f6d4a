/** Tables that turn the next bits of a deflate stream into what they stand for. */
import { damaged } from '../errors.ts';

/** Bits of an entry that hold the length of its code; an entry of 0 stands for no code. */
export const CODE_LENGTH = 15;
/** Added to the entries that are lengths of matches. */
export const MATCH = 1 << 30;
/** Added to the entry that ends a block; literals are below it. */
export const BLOCK_END = 1 << 29;
/** Bits of a code at most. */
const LONGEST_CODE = 15;

/** Values by symbol: what they stand for << 8 | extra bits that follow the code << 4, and a flag. */
export const literalsAndLengths: Int32Array = new Int32Array(286).map((_, symbol) => {
  if (symbol < 256) return symbol << 8;
  if (symbol === 256) return BLOCK_END;
  const extra = symbol < 265 || symbol === 285 ? 0 : (symbol - 261) >>> 2;
  const length = symbol < 265 ? symbol - 254 : symbol === 285 ? 258 : ((4 + ((symbol - 261) & 3)) << extra) + 3;
  return MATCH | (length << 8) | (extra << 4);
});

/** Values of distance symbols, in the same form. */
export const distances: Int32Array = new Int32Array(30).map((_, symbol) => {
  const extra = symbol < 4 ? 0 : (symbol - 2) >>> 1;
  const distance = symbol < 4 ? symbol + 1 : ((2 + (symbol & 1)) << extra) + 1;
  return (distance << 8) | (extra << 4);
});

/** Values of the symbols that describe other tables. */
export const codeLengths: Int32Array = new Int32Array(19).map((_, symbol) => symbol << 8);

/**
 * A table by the next bits, of values with the length of their code in the low four bits.
 *
 * @param lengths - of each symbol's code; 0 for none
 * @param values - of the symbols that there are; others stay without an entry
 * @param complete - whether every sequence of bits must have a meaning; a single code of one bit may else leave a half free
 */
export function huffmanTable(lengths: Uint8Array, values: Int32Array, complete: boolean): Int32Array {
  const counts = new Uint16Array(LONGEST_CODE + 1);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  counts[0] = 0;
  let bits = LONGEST_CODE;
  while (bits > 1 && counts[bits] === 0) bits--;
  let free = 1;
  const next = new Uint16Array(LONGEST_CODE + 2);
  for (let length = 1; length <= bits; length++) {
    const count = counts[length] as number;
    free = free * 2 - count;
    if (free < 0) damaged('gzip', 'more codes than bits for them');
    next[length + 1] = ((next[length] as number) + count) << 1;
  }
  if (free > 0 && (complete || bits > 1)) damaged('gzip', 'fewer codes than bits for them');

  const table = new Int32Array(1 << bits);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] as number;
    if (length === 0) continue;
    const code = next[length] as number;
    next[length] = code + 1;
    if (symbol >= values.length) continue;
    const entry = (values[symbol] as number) | length;
    // Codes come with their high bit first, all else with its low bit first.
    const first = reversed(code, length);
    for (let at = first; at < table.length; at += 1 << length) table[at] = entry;
  }
  return table;
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >>> bit) & 1) << (length - 1 - bit);
  return result;
}
