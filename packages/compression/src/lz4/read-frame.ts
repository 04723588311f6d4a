/** Reads LZ4 frames of every kind; see lz4.ts for their grammar. */
import { plain, viewOf } from '../bytes.ts';
import { damaged, tooLarge } from '../errors.ts';
import { Output } from '../output.ts';
import { decompressBlock } from './decompress-block.ts';
import { xxh32 } from './xxh32.ts';

const MAGIC = 0x184d_2204;
const SKIPPABLE_MAGIC = 0x184d_2a50;
const MAGIC_BYTES = 4;
/** The best that the format can do: every byte adds 255 to a length. */
const LARGEST_RATIO = 255;
/** How far matches reach back over the blocks of a frame that links them. */
const WINDOW_BYTES = 0x1_0000;

interface FrameHeader {
  /** Where the blocks begin. */
  readonly end: number;
  readonly largestBlockBytes: number;
  readonly linked: boolean;
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
  readonly contentBytes: number | undefined;
}

/**
 * Decompresses the first frame, after any skippable ones, and ignores what follows it, as Fluvio's own library does.
 *
 * @throws `codec/damaged`, `codec/too-large`
 */
export function readFrame(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const size = bytes.length;
  const source = plain(bytes);
  const view = viewOf(source);
  const header = readHeader(source, view, skipSkippable(view, size), size);
  const { largestBlockBytes, linked, blockChecksums, contentBytes } = header;
  if (contentBytes !== undefined && contentBytes > maxBytes) tooLarge('lz4', maxBytes);
  // A header may lie about its content, but four bytes for one are a fair guess, and no more than what the bytes can hold.
  const expected = Math.min(contentBytes ?? size * 4, size * LARGEST_RATIO);
  const output = new Output(maxBytes, expected);

  let used = 0;
  let at = header.end;
  for (;;) {
    if (at + 4 > size) damaged('lz4', 'the end mark is missing', size);
    const word = view.getUint32(at, true);
    const from = at + 4;
    if (word === 0) {
      at = from;
      break;
    }
    const stored = word > 0x7fff_ffff;
    const to = from + (word & 0x7fff_ffff);
    if (to - from > largestBlockBytes)
      damaged('lz4', `a block of ${to - from} bytes, where ${largestBlockBytes} are allowed`, at);
    if (to + (blockChecksums ? 4 : 0) > size) damaged('lz4', `a block is cut, ${to - size} bytes are missing`, at);
    if (blockChecksums && view.getUint32(to, true) !== xxh32(source, from, to))
      damaged('lz4', 'wrong checksum of a block', at);

    const largest = stored ? to - from : Math.min(largestBlockBytes, (to - from) * LARGEST_RATIO);
    const limit = Math.min(output.reserve(used, largest), used + largest);
    if (stored) {
      if (limit - used < largest) tooLarge('lz4', maxBytes);
      output.bytes.set(source.subarray(from, to), used);
      used = limit;
    } else {
      const floor = linked ? Math.max(0, used - WINDOW_BYTES) : used;
      const end = decompressBlock(source, view, from, to, output.bytes, output.view, used, limit, floor);
      if (end < 0) {
        if (limit - used < largest) tooLarge('lz4', maxBytes);
        damaged('lz4', `a block decompresses to more than ${largest} bytes`, at);
      }
      used = end;
    }
    at = blockChecksums ? to + 4 : to;
  }

  if (contentBytes !== undefined && contentBytes !== used) {
    damaged('lz4', `the frame holds ${used} bytes and says ${contentBytes}`, at);
  }
  if (header.contentChecksum) {
    if (at + 4 > size) damaged('lz4', 'the checksum is missing', at);
    if (view.getUint32(at, true) !== xxh32(output.bytes, 0, used)) damaged('lz4', 'wrong checksum', at);
  }
  return output.finish(used);
}

function skipSkippable(view: DataView, size: number): number {
  let at = 0;
  while (at + 8 <= size && (view.getUint32(at, true) & ~0xf) === SKIPPABLE_MAGIC) {
    const next = at + 8 + view.getUint32(at + MAGIC_BYTES, true);
    if (next > size) damaged('lz4', 'a skippable frame is cut', at);
    at = next;
  }
  return at;
}

function readHeader(source: Uint8Array, view: DataView, at: number, size: number): FrameHeader {
  if (at + 7 > size) damaged('lz4', 'the header is cut', at);
  if (view.getUint32(at, true) !== MAGIC) damaged('lz4', 'it does not begin like an LZ4 frame', at);
  const flags = source[at + 4] as number;
  const descriptor = source[at + 5] as number;
  if (flags >>> 6 !== 1) damaged('lz4', `version ${flags >>> 6} of the format, where 1 is known`, at + 4);
  const sizeClass = (descriptor >>> 4) & 7;
  if ((flags & 2) !== 0 || (descriptor & 0x8f) !== 0 || sizeClass < 4) damaged('lz4', 'reserved bits are set', at + 4);
  if ((flags & 1) !== 0) damaged('lz4', 'it needs a dictionary', at + 4);
  const hasSize = (flags & 8) !== 0;
  const end = at + (hasSize ? 15 : 7);
  if (end > size) damaged('lz4', 'the header is cut', at);
  if (source[end - 1] !== ((xxh32(source, at + 4, end - 1) >>> 8) & 0xff))
    damaged('lz4', 'wrong checksum of the header', at);
  return {
    end,
    largestBlockBytes: 1 << (8 + 2 * sizeClass),
    linked: (flags & 0x20) === 0,
    blockChecksums: (flags & 0x10) !== 0,
    contentChecksum: (flags & 4) !== 0,
    contentBytes: hasSize ? Number(view.getBigUint64(at + 6, true)) : undefined,
  };
}
