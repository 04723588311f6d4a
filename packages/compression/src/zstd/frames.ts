/**
 * The outer structure of zstd data: RFC 8878, section 3.
 *
 * ```text
 * data       (frame | skippable)*
 * frame      magic 28 b5 2f fd | descriptor u8 | window u8, unless single segment | dictionary id | content size
 *            block* | checksum u32, if the descriptor says so
 * block      last u1, kind u2, size u21 | bytes
 * skippable  5x 2a 4d 18 | size u32 | bytes
 * ```
 */
import { viewOf } from '../bytes.ts';
import { damaged, tooLarge } from '../errors.ts';

const MAGIC = 0xfd2f_b528;
const SKIPPABLE_MAGIC = 0x184d_2a50;
const CHECKSUM_BYTES = 4;
/** Bytes of the field that holds the content size, by two bits of the descriptor. */
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
/** What every decoder has to accept, whatever the limit. */
const SMALLEST_WINDOW_LIMIT_BYTES = 8 * 1024 * 1024;
const LARGEST_BLOCK_BYTES = 128 * 1024;

/** Bytes of a block's header. */
export const BLOCK_HEADER_BYTES = 3;

/** What the header of a block says. */
export interface BlockHeader {
  readonly last: boolean;
  readonly kind: 'stored' | 'repeated' | 'compressed';
  /** Bytes behind the header: one if `repeated`. */
  readonly bytes: number;
  /** What they decompress to; for compressed blocks the most that they may. */
  readonly contentBytes: number;
}

/** One frame, checked to be whole. */
export interface Frame {
  /** Where it begins. */
  readonly from: number;
  /** Where its first block begins. */
  readonly blocksFrom: number;
  /** Where it ends, with its checksum. */
  readonly to: number;
  /** What a block may decompress to. */
  readonly largestBlockBytes: number;
  /** What it decompresses to, if it says so. */
  readonly contentBytes: number | undefined;
  /** What it decompresses to at most, by the sizes of its blocks. */
  readonly atMostBytes: number;
}

/**
 * Finds the frames, without decompressing them.
 *
 * @throws `codec/damaged` if anything is cut, or is not zstd; `codec/too-large` if they say that they hold more than
 *   `maxBytes`, or ask for more memory than that
 */
export function findFrames(source: Uint8Array, maxBytes: number): Frame[] {
  const view = viewOf(source);
  const frames: Frame[] = [];
  let certain = 0;
  if (source.length === 0) damaged('zstd', 'there is nothing');
  for (let at = 0; at < source.length; ) {
    if (at + 8 > source.length) damaged('zstd', 'a frame is cut', at);
    const magic = view.getUint32(at, true);
    if ((magic & ~0xf) === SKIPPABLE_MAGIC) {
      at += 8 + view.getUint32(at + 4, true);
      if (at > source.length) damaged('zstd', 'a skippable frame is cut', source.length);
      continue;
    }
    if (magic !== MAGIC) damaged('zstd', 'it does not begin like a zstd frame', at);
    const { frame, least } = readFrame(source, view, at, maxBytes);
    certain += frame.contentBytes ?? least;
    if (certain > maxBytes) tooLarge('zstd', maxBytes);
    frames.push(frame);
    at = frame.to;
  }
  return frames;
}

/** Reads the header of the block at `at`. */
export function readBlockHeader(source: Uint8Array, at: number, largestBlockBytes: number): BlockHeader {
  const word = (source[at] as number) | ((source[at + 1] as number) << 8) | ((source[at + 2] as number) << 16);
  const last = (word & 1) === 1;
  const size = word >>> 3;
  if (size > largestBlockBytes) {
    damaged('zstd', `a block of ${size} bytes, where ${largestBlockBytes} are allowed`, at);
  }
  switch ((word >>> 1) & 3) {
    case 0:
      return { last, kind: 'stored', bytes: size, contentBytes: size };
    case 1:
      return { last, kind: 'repeated', bytes: 1, contentBytes: size };
    case 2:
      return { last, kind: 'compressed', bytes: size, contentBytes: largestBlockBytes };
    default:
      return damaged('zstd', 'a block of an unknown kind', at);
  }
}

function readFrame(
  source: Uint8Array,
  view: DataView,
  from: number,
  maxBytes: number,
): { frame: Frame; least: number } {
  const descriptor = source[from + 4] as number;
  if ((descriptor & 8) !== 0) damaged('zstd', 'a reserved bit is set', from + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryIdBytes = DICTIONARY_ID_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3];
  const sizeFlag = (descriptor >>> 6) as 0 | 1 | 2 | 3;
  const sizeBytes = sizeFlag === 0 && singleSegment ? 1 : CONTENT_SIZE_BYTES[sizeFlag];
  const dictionaryAt = from + (singleSegment ? 5 : 6);
  const sizeAt = dictionaryAt + dictionaryIdBytes;
  const blocksFrom = sizeAt + sizeBytes;
  if (blocksFrom > source.length) damaged('zstd', 'the header of a frame is cut', from);
  for (let at = dictionaryAt; at < sizeAt; at++) if (source[at] !== 0) damaged('zstd', 'it needs a dictionary', at);

  const contentBytes = sizeBytes === 0 ? undefined : readSize(view, sizeAt, sizeBytes);
  const windowBytes =
    singleSegment && contentBytes !== undefined ? contentBytes : readWindow(source[from + 5] as number);
  if ((contentBytes ?? 0) > maxBytes || windowBytes > Math.max(maxBytes, SMALLEST_WINDOW_LIMIT_BYTES)) {
    tooLarge('zstd', maxBytes);
  }

  const largestBlockBytes = Math.min(windowBytes, LARGEST_BLOCK_BYTES);
  let atMostBytes = 0;
  let least = 0;
  let to = blocksFrom;
  for (let last = false; !last; ) {
    if (to + BLOCK_HEADER_BYTES > source.length) damaged('zstd', 'the last block is missing', source.length);
    const block = readBlockHeader(source, to, largestBlockBytes);
    to += BLOCK_HEADER_BYTES + block.bytes;
    if (to > source.length) damaged('zstd', 'a block is cut', source.length);
    atMostBytes += block.contentBytes;
    if (block.kind !== 'compressed') least += block.contentBytes;
    last = block.last;
  }
  if ((descriptor & 4) !== 0) to += CHECKSUM_BYTES;
  if (to > source.length) damaged('zstd', 'the checksum is cut', source.length);
  return { frame: { from, blocksFrom, to, largestBlockBytes, contentBytes, atMostBytes }, least };
}

function readSize(view: DataView, at: number, bytes: 1 | 2 | 4 | 8 | 0): number {
  switch (bytes) {
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    case 8:
      return Number(view.getBigUint64(at, true));
    default:
      return view.getUint8(at);
  }
}

function readWindow(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}
