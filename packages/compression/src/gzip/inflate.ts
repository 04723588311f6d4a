/**
 * Decompresses deflate streams (RFC 1951) where there is no `node:zlib`.
 *
 * `DecompressionStream` does not do: it makes everything that one chunk holds before it can be stopped, so that a small
 * payload can fill the memory, it fails on bytes behind the stream, and it always makes its callers wait.
 */
import { padded, viewOf } from '../bytes.ts';
import { damaged, tooLarge } from '../errors.ts';
import type { Output } from '../output.ts';
import {
  BLOCK_END,
  CODE_LENGTH,
  codeLengths,
  distances,
  huffmanTable,
  literalsAndLengths,
  MATCH,
} from './huffman-table.ts';

/** The order in which a block gives the lengths of the codes for its tables' lengths. */
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;
/** Room asked for when there is none. */
const STEP_BYTES = 0x1_0000;

/** Decompresses the stream that begins at `from` into `output`; bytes behind it are left alone. */
export function inflate(
  source: Uint8Array,
  from: number,
  output: Output,
): { readonly end: number; readonly size: number } {
  const inflater = new Inflater(source.subarray(from), output);
  while (!inflater.block());
  return { end: from + inflater.bytePosition, size: inflater.size };
}

class Inflater {
  /** Bytes of output. */
  size = 0;
  private readonly output: Output;
  private readonly input: Uint8Array;
  private readonly view: DataView;
  private readonly endBit: number;
  /** Bits read. */
  private bit = 0;

  constructor(source: Uint8Array, output: Output) {
    this.output = output;
    this.endBit = source.length * 8;
    this.input = padded(source);
    this.view = viewOf(this.input);
  }

  /** The first whole byte that has not been read. */
  get bytePosition(): number {
    return (this.bit + 7) >>> 3;
  }

  /** Reads one block, and tells whether it was the last. */
  block(): boolean {
    const header = this.take(3);
    switch (header >>> 1) {
      case 0:
        this.stored();
        break;
      case 1:
        this.coded(fixedLiterals(), fixedDistances());
        break;
      case 2:
        this.described();
        break;
      default:
        damaged('gzip', 'a block of an unknown kind');
    }
    return (header & 1) === 1;
  }

  /** Up to 16 bits. */
  private take(count: number): number {
    const { bit } = this;
    this.bit = bit + count;
    if (this.bit > this.endBit) cut();
    return (this.view.getUint32(bit >>> 3, true) >>> (bit & 7)) & ((1 << count) - 1);
  }

  private stored(): void {
    this.bit = this.bytePosition * 8;
    const size = this.take(16);
    if ((this.take(16) ^ size) !== 0xffff) damaged('gzip', 'the size of a stored block is wrong');
    const from = this.bit >>> 3;
    this.bit += size * 8;
    if (this.bit > this.endBit) cut();
    this.room(this.size, size);
    this.output.bytes.set(this.input.subarray(from, from + size), this.size);
    this.size += size;
  }

  private described(): void {
    const literals = this.take(5) + 257;
    const all = literals + this.take(5) + 1;
    const described = this.take(4) + 4;
    const lengths = new Uint8Array(19);
    for (let i = 0; i < described; i++) lengths[CODE_LENGTH_ORDER[i] as number] = this.take(3);
    const table = huffmanTable(lengths, codeLengths, true);
    const described2 = this.lengths(table, all);
    const literalLengths = described2.subarray(0, literals);
    if (literalLengths[256] === 0) damaged('gzip', 'a block cannot end');
    this.coded(
      huffmanTable(literalLengths, literalsAndLengths, false),
      huffmanTable(described2.subarray(literals), distances, false),
    );
  }

  private lengths(table: Int32Array, count: number): Uint8Array {
    const lengths = new Uint8Array(count);
    for (let i = 0; i < count; ) {
      const entry = table[
        (this.view.getUint32(this.bit >>> 3, true) >>> (this.bit & 7)) & (table.length - 1)
      ] as number;
      this.take(entry & CODE_LENGTH);
      const symbol = entry >>> 8;
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) damaged('gzip', 'a length repeats nothing');
      const value = symbol === 16 ? (lengths[i - 1] as number) : 0;
      const times = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (i + times > count) damaged('gzip', 'more lengths than codes');
      lengths.fill(value, i, i + times);
      i += times;
    }
    return lengths;
  }

  /** Reads the content of a block, up to and including the code that ends it. */
  private coded(literals: Int32Array, distances: Int32Array): void {
    const { view, endBit, output } = this;
    const literalMask = literals.length - 1;
    const distanceMask = distances.length - 1;
    let bit = this.bit;
    let at = this.size;
    let room = output.reserve(at, 1);
    let out = output.bytes;
    let outView = output.view;
    for (;;) {
      if (bit > endBit) cut();
      // 25 bits or more: a code of up to 15 with its up to 5 extra bits.
      const word = view.getUint32(bit >>> 3, true) >>> (bit & 7);
      let entry = literals[word & literalMask] as number;
      const codeBits = entry & CODE_LENGTH;
      if (entry < BLOCK_END) {
        if (entry === 0) damaged('gzip', 'bits that stand for nothing');
        if (at >= room) {
          room = this.room(at, 1);
          out = output.bytes;
          outView = output.view;
        }
        out[at++] = entry >>> 8;
        bit += codeBits;
        continue;
      }
      if (entry < MATCH) {
        bit += codeBits;
        break;
      }
      const lengthBits = (entry >>> 4) & 15;
      const length = ((entry >>> 8) & 0x1ff) + ((word >>> codeBits) & ((1 << lengthBits) - 1));
      bit += codeBits + lengthBits;

      entry = distances[(view.getUint32(bit >>> 3, true) >>> (bit & 7)) & distanceMask] as number;
      if (entry === 0) damaged('gzip', 'bits that stand for nothing');
      bit += entry & CODE_LENGTH;
      const distanceBits = (entry >>> 4) & 15;
      const distance = (entry >>> 8) + ((view.getUint32(bit >>> 3, true) >>> (bit & 7)) & ((1 << distanceBits) - 1));
      bit += distanceBits;
      if (distance > at) damaged('gzip', 'a match from before the beginning');
      if (at + length > room) {
        room = this.room(at, length);
        out = output.bytes;
        outView = output.view;
      }
      const stop = at + length;
      let from = at - distance;
      if (distance >= 4) {
        for (; at < stop; at += 8, from += 8) {
          outView.setInt32(at, outView.getInt32(from, true), true);
          outView.setInt32(at + 4, outView.getInt32(from + 4, true), true);
        }
        at = stop;
      } else {
        while (at < stop) out[at++] = out[from++] as number;
      }
    }
    if (bit > endBit) cut();
    this.bit = bit;
    this.size = at;
  }

  /** Makes room for `wanted` bytes at `at`. */
  private room(at: number, wanted: number): number {
    const room = this.output.reserve(at, Math.max(wanted, STEP_BYTES));
    if (room - at < wanted) tooLarge('gzip', this.output.limitBytes);
    return room;
  }
}

function fixedLiterals(): Int32Array {
  const lengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
  return huffmanTable(lengths, literalsAndLengths, true);
}

function fixedDistances(): Int32Array {
  return huffmanTable(new Uint8Array(32).fill(5), distances, true);
}

function cut(): never {
  return damaged('gzip', 'the stream is cut');
}
