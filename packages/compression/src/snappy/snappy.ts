/**
 * Snappy in its framing format, on any runtime.
 *
 * ```text
 * stream     identifier chunk*          may be repeated; nothing else may follow
 * chunk      type u8 | size u24 | body
 * identifier ff 060000 "sNaPpY"
 * body       00: CRC u32 | block        01: CRC u32 | at most 64 KiB as they are       80…fe: skipped
 * ```
 *
 * Numbers are little-endian; the CRC is a masked CRC-32C of the decompressed bytes. See the `framing_format.txt` of
 * google/snappy.
 */
import type { Codec } from '@fluvio-ts/protocol';
import { crc32c } from '@fluvio-ts/protocol';
import { plain, SLACK_BYTES, viewOf } from '../bytes.ts';
import { damaged, tooLarge } from '../errors.ts';
import { compressBlock, LARGEST_BLOCK_BYTES, longestBlock, tableFor } from './compress-block.ts';
import { blockSize, decompressBlock } from './decompress-block.ts';

const IDENTIFIER = Uint8Array.of(0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59);
const COMPRESSED = 0x00;
const STORED = 0x01;
const FIRST_SKIPPABLE = 0x80;
const IDENTIFIES = 0xff;
/** Type and size. */
const HEADER_BYTES = 4;
const CRC_BYTES = 4;
/** The best that the format can do: a copy of 64 bytes takes 3. */
const LARGEST_RATIO = 22;

/** Snappy in its framing format, as Fluvio writes it: byte for byte what the Rust library `snap` makes. */
export const snappy: Codec = {
  name: 'snappy',
  compress,
  decompress: (bytes, { maxBytes }) => decompress(bytes, maxBytes),
};

function compress(bytes: Uint8Array): Uint8Array {
  const source = plain(bytes);
  const view = viewOf(source);
  const blocks = Math.ceil(source.length / LARGEST_BLOCK_BYTES);
  const out = new Uint8Array(
    IDENTIFIER.length + source.length + blocks * (HEADER_BYTES + CRC_BYTES) + longestBlock(LARGEST_BLOCK_BYTES),
  );
  const outView = viewOf(out);
  const table = tableFor(source.length);
  out.set(IDENTIFIER);
  let at = IDENTIFIER.length;
  for (let from = 0; from < source.length; from += LARGEST_BLOCK_BYTES) {
    const to = Math.min(from + LARGEST_BLOCK_BYTES, source.length);
    const body = at + HEADER_BYTES + CRC_BYTES;
    let end = compressBlock(source, view, from, to, table, out, outView, body);
    // What saves less than an eighth is not worth the reader's time.
    const stored = end - body >= to - from - ((to - from) >>> 3);
    if (stored) {
      out.set(source.subarray(from, to), body);
      end = body + to - from;
    }
    const size = end - at - HEADER_BYTES;
    outView.setUint32(at, (size << 8) | (stored ? STORED : COMPRESSED), true);
    outView.setUint32(at + HEADER_BYTES, maskedCrc(source, from, to), true);
    at = end;
  }
  return out.slice(0, at);
}

function decompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const source = plain(bytes);
  const size = contentSize(source);
  if (size > maxBytes) tooLarge('snappy', maxBytes);
  const out = new Uint8Array(size + SLACK_BYTES);
  const outView = viewOf(out);
  const view = viewOf(source);
  let at = 0;
  for (let chunk = 0; chunk < source.length; ) {
    const header = view.getUint32(chunk, true);
    const type = header & 0xff;
    const from = chunk + HEADER_BYTES;
    const to = from + (header >>> 8);
    if (type <= STORED) {
      const body = from + CRC_BYTES;
      const begin = at;
      if (type === COMPRESSED) {
        at = decompressBlock(source, view, body, to, out, outView, at);
      } else {
        out.set(source.subarray(body, to), at);
        at += to - body;
      }
      if (view.getUint32(from, true) !== maskedCrc(out, begin, at))
        damaged('snappy', 'wrong checksum of a chunk', from);
    }
    chunk = to;
  }
  return out.subarray(0, size);
}

/** Walks over the chunks, checks that they are whole, and returns how many bytes they hold when decompressed. */
function contentSize(source: Uint8Array): number {
  const view = viewOf(source);
  if (source.length === 0) damaged('snappy', 'there is nothing');
  let total = 0;
  for (let at = 0; at < source.length; ) {
    if (at + HEADER_BYTES > source.length) damaged('snappy', 'the header of a chunk is cut', at);
    const header = view.getUint32(at, true);
    const type = header & 0xff;
    const body = at + HEADER_BYTES;
    const end = body + (header >>> 8);
    if (at === 0 && type !== IDENTIFIES) damaged('snappy', 'it does not begin like a framed snappy stream', at);
    if (end > source.length) damaged('snappy', `a chunk is cut, ${end - source.length} bytes are missing`, at);
    if (type === IDENTIFIES) {
      for (let i = 0; i < IDENTIFIER.length; i++) {
        if (source[at + i] !== IDENTIFIER[i]) damaged('snappy', 'wrong stream identifier', at);
      }
    } else if (type <= STORED) {
      if (end - body < CRC_BYTES) damaged('snappy', 'a chunk is too short for its checksum', at);
      const held = end - body - CRC_BYTES;
      const size = type === STORED ? held : blockSize(source, body + CRC_BYTES, end);
      if (size > LARGEST_BLOCK_BYTES) damaged('snappy', `a chunk of ${size} bytes, where 65536 are allowed`, at);
      if (size > held * LARGEST_RATIO) damaged('snappy', `${held} bytes claim to hold ${size}`, at);
      total += size;
    } else if (type < FIRST_SKIPPABLE) {
      damaged('snappy', `a chunk of the unknown type ${type}`, at);
    }
    at = end;
  }
  return total;
}

function maskedCrc(bytes: Uint8Array, from: number, to: number): number {
  const crc = crc32c(bytes, from, to);
  return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0;
}
