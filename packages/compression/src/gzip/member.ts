/**
 * The frame that gzip puts around a deflate stream: RFC 1952.
 *
 * ```text
 * member  1f 8b 08 | flags u8 | mtime u32 | xfl u8 | os u8 | extra, name, comment, CRC, as flags say
 *         deflate stream | CRC-32 u32 | size u32
 * ```
 */
import { viewOf } from '../bytes.ts';
import { damaged } from '../errors.ts';

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
/** The best that deflate can do: 258 bytes for two bits. */
const LARGEST_RATIO = 1032;
/** What a member says about the system it was made on, when it does not say. */
const UNKNOWN_SYSTEM = 0xff;
const SYSTEM_AT = 9;

/** Where the deflate stream begins in a member that is at the beginning of `source`. */
export function skipHeader(source: Uint8Array): number {
  const size = source.length;
  if (size < HEADER_BYTES + TRAILER_BYTES) damaged('gzip', `${size} bytes are too few`);
  if (source[0] !== 0x1f || source[1] !== 0x8b || source[2] !== 8) damaged('gzip', 'it does not begin like gzip', 0);
  const flags = source[3] as number;
  if ((flags & 0xe0) !== 0) damaged('gzip', 'reserved bits are set', 3);
  let at = HEADER_BYTES;
  if ((flags & 4) !== 0) at += 2 + (source[at] as number) + (source[at + 1] as number) * 256;
  // A name, a comment: each ends with a zero.
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const zero = source.indexOf(0, at);
    at = zero < 0 ? size : zero + 1;
  }
  if ((flags & 2) !== 0) at += 2;
  if (at + TRAILER_BYTES > size) damaged('gzip', 'the header is cut', size);
  return at;
}

/**
 * How many bytes the stream may decompress to, from what the last four bytes say.
 *
 * They are right where nothing follows the member, and never trusted further than what the bytes can hold.
 */
export function expectedSize(source: Uint8Array): number {
  const said = viewOf(source).getUint32(source.length - 4, true);
  return Math.min(said, source.length * LARGEST_RATIO);
}

/** Holds decompressed bytes against the trailer behind their stream; what follows it is ignored. */
export function checkTrailer(
  source: Uint8Array,
  streamEnd: number,
  content: Uint8Array,
  crc32: (bytes: Uint8Array) => number,
): void {
  if (streamEnd + TRAILER_BYTES > source.length) damaged('gzip', 'the checksum is cut', source.length);
  const view = viewOf(source);
  if (view.getUint32(streamEnd, true) !== crc32(content)) damaged('gzip', 'wrong checksum', streamEnd);
  if (view.getUint32(streamEnd + 4, true) !== content.length >>> 0) damaged('gzip', 'wrong size', streamEnd + 4);
}

/** Makes the bytes of a member the same on every system. */
export function forgetSystem(member: Uint8Array): Uint8Array {
  member[SYSTEM_AT] = UNKNOWN_SYSTEM;
  return member;
}
