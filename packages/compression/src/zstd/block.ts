/** Decompresses the compressed blocks of one zstd frame: RFC 8878, section 3.1.1.3. */
import { SLACK_BYTES, viewOf } from '../bytes.ts';
import { damaged, tooLarge } from '../errors.ts';
import type { Output } from '../output.ts';
import { type FseTable, readTable, tableFor, tableOfOne } from './fse.ts';
import { bitsOf, decodeStream, decodeStreams, type HuffmanTable, readHuffmanTable } from './huffman.ts';

/** Up to this many bytes a loop over pairs of words beats `Uint8Array.set`. */
const SHORT_BYTES = 64;
/** How many bits a word has from any bit of its first byte on. */
const WORD_BITS = 25;

/** What a code stands for: a baseline, and extra bits to add to it. */
interface Codes {
  readonly baseline: Int32Array;
  readonly extra: Uint8Array;
}

/** Baselines follow from the extra bits: each code begins where the one before it ends. */
function codesOf(extra: readonly number[], first: number): Codes {
  let next = first;
  const baseline = Int32Array.from(extra, (bits) => {
    const value = next;
    next += 1 << bits;
    return value;
  });
  return { baseline, extra: Uint8Array.from(extra) };
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
const literalLengthCodes = codesOf(
  [...zeros(16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  0,
);
const matchLengthCodes = codesOf(
  [...zeros(32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  3,
);

/** One of the three tables that sequences are read with. */
interface Kind {
  readonly largestSymbol: number;
  readonly largestLog: number;
  readonly standard: FseTable;
}

// biome-ignore format: rows as in the RFC
const literalLengths: Kind = {
  largestSymbol: 35,
  largestLog: 9,
  standard: tableFor([
    4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
  ], 6),
};
// biome-ignore format: rows as in the RFC
const offsets: Kind = {
  // 31 exists, but stands for more than a byte array holds.
  largestSymbol: 30,
  largestLog: 8,
  standard: tableFor([1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1], 5),
};
// biome-ignore format: rows as in the RFC
const matchLengths: Kind = {
  largestSymbol: 52,
  largestLog: 9,
  standard: tableFor([
    1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
  ], 6),
};

/** What the blocks of a frame share: tables, last offsets, and the output they refer back to. */
export class BlockDecoder {
  /** Where the output ends. */
  end: number;
  private readonly source: Uint8Array;
  private readonly view: DataView;
  private readonly output: Output;
  /** Where the frame's output begins; nothing refers to what is before. */
  private readonly begin: number;
  private huffman: HuffmanTable | undefined;
  private literalLengths: FseTable | undefined;
  private offsets: FseTable | undefined;
  private matchLengths: FseTable | undefined;
  private offset1 = 1;
  private offset2 = 4;
  private offset3 = 8;
  /** The literals of the block at hand, and where in them they are. */
  private literals: Uint8Array;
  private literalsView: DataView;
  private literalsFrom = 0;
  private literalsTo = 0;

  /** `source` must be padded; the frame's output begins at `begin`. */
  constructor(source: Uint8Array, view: DataView, output: Output, begin: number) {
    this.source = source;
    this.view = view;
    this.output = output;
    this.begin = begin;
    this.end = begin;
    this.literals = source;
    this.literalsView = view;
  }

  /** Decompresses the block between `from` and `to` to at most `limitBytes`. */
  decode(from: number, to: number, limitBytes: number): void {
    const { source } = this;
    let at = this.readLiterals(from, to, limitBytes);
    if (at >= to) damaged('zstd', 'a block is cut', to);
    let count = source[at++] as number;
    const limit = this.end + limitBytes;
    if (count === 0) {
      if (at !== to) damaged('zstd', 'a block is longer than its literals', at);
      this.rest(limit);
      return;
    }
    if (count === 255) {
      count = (source[at] as number) + (source[at + 1] as number) * 256 + 0x7f00;
      at += 2;
    } else if (count > 127) {
      count = (count - 128) * 256 + (source[at++] as number);
    }
    if (at >= to) damaged('zstd', 'a block is cut', to);
    const modes = source[at++] as number;
    if ((modes & 3) !== 0) damaged('zstd', 'reserved bits are set', at - 1);
    [this.literalLengths, at] = this.table(modes >>> 6, literalLengths, this.literalLengths, at, to);
    [this.offsets, at] = this.table((modes >>> 4) & 3, offsets, this.offsets, at, to);
    [this.matchLengths, at] = this.table((modes >>> 2) & 3, matchLengths, this.matchLengths, at, to);
    this.sequences(count, this.literalLengths, this.offsets, this.matchLengths, at, to, limit);
    this.rest(limit);
  }

  /**
   * ```text
   * literals  kind u2, format u2, size, packed size of 0, 6, 10, 14 or 18 bits | table | sizes of 3 streams | streams
   * ```
   */
  private readLiterals(from: number, to: number, limitBytes: number): number {
    const { source, view } = this;
    const kind = (source[from] as number) & 3;
    const format = ((source[from] as number) >>> 2) & 3;
    if (from >= to) damaged('zstd', 'a block is empty', from);
    if (kind < 2) {
      const headerBytes = format === 1 ? 2 : format === 3 ? 3 : 1;
      const size = (view.getUint32(from, true) & (256 ** headerBytes - 1)) >>> (headerBytes === 1 ? 3 : 4);
      const at = from + headerBytes;
      const end = at + (kind === 0 ? size : 1);
      if (end > to) damaged('zstd', 'literals are cut', to);
      if (size > limitBytes) damaged('zstd', 'more literals than a block may hold', from);
      if (kind === 0) this.useLiterals(source, at, end);
      else this.useLiterals(new Uint8Array(size + SLACK_BYTES).fill(source[at] as number), 0, size);
      return end;
    }

    const sizeBits = format < 2 ? 10 : format === 2 ? 14 : 18;
    const headerBytes = (4 + 2 * sizeBits) >>> 3;
    const header = view.getUint32(from, true) + (source[from + 4] as number) * 2 ** 32;
    const size = Math.floor(header / 16) % 2 ** sizeBits;
    const packed = Math.floor(header / 2 ** (4 + sizeBits)) % 2 ** sizeBits;
    let at = from + headerBytes;
    const end = at + packed;
    if (end > to) damaged('zstd', 'literals are cut', to);
    if (size > limitBytes) damaged('zstd', 'more literals than a block may hold', from);
    if (kind === 2) {
      const { table, end: tableEnd } = readHuffmanTable(source, view, at, end);
      this.huffman = table;
      at = tableEnd;
    }
    const { huffman } = this;
    if (huffman === undefined) return damaged('zstd', 'a table is used that was not given', from);
    const literals = new Uint8Array(size + SLACK_BYTES);
    if (format === 0) {
      decodeStream(source, view, at, end, huffman, literals, size);
    } else {
      const first = at + 6;
      if (first > end || size < 6) damaged('zstd', 'literals are cut', end);
      const second = first + view.getUint16(at, true);
      const third = second + view.getUint16(at + 2, true);
      const fourth = third + view.getUint16(at + 4, true);
      if (fourth > end) damaged('zstd', 'literals are cut', end);
      decodeStreams(source, view, [first, second, third, fourth, end], huffman, literals, size);
    }
    this.useLiterals(literals, 0, size);
    return end;
  }

  private useLiterals(literals: Uint8Array, from: number, to: number): void {
    this.literals = literals;
    this.literalsView = literals === this.source ? this.view : viewOf(literals);
    this.literalsFrom = from;
    this.literalsTo = to;
  }

  private table(mode: number, kind: Kind, last: FseTable | undefined, at: number, to: number): [FseTable, number] {
    switch (mode) {
      case 0:
        return [kind.standard, at];
      case 1: {
        const symbol = this.source[at] as number;
        if (at >= to || symbol > kind.largestSymbol) damaged('zstd', 'an unknown code', at);
        return [tableOfOne(symbol), at + 1];
      }
      case 2: {
        const { table, end } = readTable(this.source, this.view, at, to, kind.largestSymbol, kind.largestLog);
        return [table, end];
      }
      default:
        if (last === undefined) return damaged('zstd', 'a table is used that was not given', at);
        return [last, at];
    }
  }

  /** Appends what `count` sequences say: some literals, then some of what was before. */
  private sequences(
    count: number,
    literalTable: FseTable,
    offsetTable: FseTable,
    matchTable: FseTable,
    from: number,
    to: number,
    limit: number,
  ): void {
    const { view, output, begin, literals, literalsView, literalsTo } = this;
    const literalEntries = literalTable.entries;
    const offsetEntries = offsetTable.entries;
    const matchEntries = matchTable.entries;
    const { baseline: literalBaseline, extra: literalExtra } = literalLengthCodes;
    const { baseline: matchBaseline, extra: matchExtra } = matchLengthCodes;
    let { offset1, offset2, offset3, literalsFrom: l, end: o } = this;
    let room = Math.min(output.reserve(o, 1), limit);
    let out = output.bytes;
    let outView = output.view;

    let bit = bitsOf(this.source, from, to) - literalTable.log - offsetTable.log - matchTable.log;
    if (bit < 0) damaged('zstd', 'sequences are cut', to);
    const take = (at: number, bits: number): number =>
      (view.getInt32(from + (at >> 3), true) >>> (at & 7)) & ((1 << bits) - 1);
    let literalState = take(bit + matchTable.log + offsetTable.log, literalTable.log);
    let offsetState = take(bit + matchTable.log, offsetTable.log);
    let matchState = take(bit, matchTable.log);

    for (let left = count; ; ) {
      const literalEntry = literalEntries[literalState] as number;
      const offsetEntry = offsetEntries[offsetState] as number;
      const matchEntry = matchEntries[matchState] as number;
      const literalCode = literalEntry & 0xff;
      const matchCode = matchEntry & 0xff;
      const offsetBits = offsetEntry & 0xff;
      const literalBits = literalExtra[literalCode] as number;
      const matchBits = matchExtra[matchCode] as number;

      bit -= offsetBits + matchBits + literalBits;
      if (bit < 0) damaged('zstd', 'sequences are cut', from);
      // A word has 25 bits from any bit on, which is enough for almost all.
      const word = view.getInt32(from + (bit >> 3), true) >>> (bit & 7);
      const literalLength = (literalBaseline[literalCode] as number) + (word & ((1 << literalBits) - 1));
      const matchLength =
        (matchBaseline[matchCode] as number) +
        (literalBits + matchBits <= WORD_BITS
          ? (word >>> literalBits) & ((1 << matchBits) - 1)
          : take(bit + literalBits, matchBits));
      const offsetAt = bit + literalBits + matchBits;
      const offsetValue =
        (1 << offsetBits) +
        (offsetBits <= WORD_BITS
          ? take(offsetAt, offsetBits)
          : (take(offsetAt + 16, offsetBits - 16) << 16) | take(offsetAt, 16));

      let offset: number;
      if (offsetValue > 3) {
        offset = offsetValue - 3;
        offset3 = offset2;
        offset2 = offset1;
        offset1 = offset;
      } else {
        const repeat = literalLength === 0 ? offsetValue + 1 : offsetValue;
        offset = repeat === 1 ? offset1 : repeat === 2 ? offset2 : repeat === 3 ? offset3 : offset1 - 1;
        if (repeat > 1) {
          if (repeat > 2) offset3 = offset2;
          offset2 = offset1;
          offset1 = offset;
        }
      }

      const literalEnd = o + literalLength;
      const matchEnd = literalEnd + matchLength;
      if (literalLength > literalsTo - l) damaged('zstd', 'more literals are used than there are', from);
      if (offset <= 0 || offset > literalEnd - begin) damaged('zstd', 'a match from before the beginning', from);
      if (matchEnd > room) {
        room = this.room(o, matchEnd, limit);
        out = output.bytes;
        outView = output.view;
      }
      // Most literals and matches are this short; copying too much costs less than asking how much.
      outView.setInt32(o, literalsView.getInt32(l, true), true);
      outView.setInt32(o + 4, literalsView.getInt32(l + 4, true), true);
      if (literalLength > 8) {
        if (literalLength > SHORT_BYTES) {
          out.set(literals.subarray(l, l + literalLength), o);
        } else {
          for (let i = 8; i < literalLength; i += 8) {
            outView.setInt32(o + i, literalsView.getInt32(l + i, true), true);
            outView.setInt32(o + i + 4, literalsView.getInt32(l + i + 4, true), true);
          }
        }
      }
      l += literalLength;
      o = literalEnd;

      let match = o - offset;
      if (offset < 4) {
        while (o < matchEnd) out[o++] = out[match++] as number;
      } else {
        outView.setInt32(o, outView.getInt32(match, true), true);
        outView.setInt32(o + 4, outView.getInt32(match + 4, true), true);
        outView.setInt32(o + 8, outView.getInt32(match + 8, true), true);
        outView.setInt32(o + 12, outView.getInt32(match + 12, true), true);
        if (matchLength > 16) {
          if (matchLength > SHORT_BYTES && offset >= matchLength) {
            out.copyWithin(o, match, match + matchLength);
          } else {
            for (let i = 16; i < matchLength; i += 8) {
              outView.setInt32(o + i, outView.getInt32(match + i, true), true);
              outView.setInt32(o + i + 4, outView.getInt32(match + i + 4, true), true);
            }
          }
        }
        o = matchEnd;
      }

      if (--left === 0) break;
      const literalNext = (literalEntry >>> 8) & 0xff;
      const matchNext = (matchEntry >>> 8) & 0xff;
      const offsetNext = (offsetEntry >>> 8) & 0xff;
      bit -= literalNext + matchNext + offsetNext;
      if (bit < 0) damaged('zstd', 'sequences are cut', from);
      const next = view.getInt32(from + (bit >> 3), true) >>> (bit & 7);
      offsetState = (offsetEntry >>> 16) + (next & ((1 << offsetNext) - 1));
      matchState = (matchEntry >>> 16) + ((next >>> offsetNext) & ((1 << matchNext) - 1));
      literalState = (literalEntry >>> 16) + take(bit + offsetNext + matchNext, literalNext);
    }
    if (bit !== 0) damaged('zstd', 'more sequences than there should be', from);
    this.offset1 = offset1;
    this.offset2 = offset2;
    this.offset3 = offset3;
    this.literalsFrom = l;
    this.end = o;
  }

  /** Appends the literals that no sequence used. */
  private rest(limit: number): void {
    const { literalsFrom, literalsTo, end } = this;
    const newEnd = end + literalsTo - literalsFrom;
    this.room(end, newEnd, limit);
    this.output.bytes.set(this.literals.subarray(literalsFrom, literalsTo), end);
    this.end = newEnd;
  }

  /** Makes room up to `wanted` and returns where it ends, no further than `limit`. */
  private room(used: number, wanted: number, limit: number): number {
    if (wanted > limit) damaged('zstd', 'a block holds more than it may');
    const room = this.output.reserve(used, wanted - used);
    if (room < wanted) tooLarge('zstd', this.output.limitBytes);
    return Math.min(room, limit);
  }
}
