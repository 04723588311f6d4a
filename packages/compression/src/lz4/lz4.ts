/**
 * LZ4 in its frame format, on any runtime.
 *
 * ```text
 * frame       magic 04 22 4d 18 | FLG u8 | BD u8 | size u64, if FLG says so | header checksum u8
 *             block* | 0 u32 | checksum u32, if FLG says so
 * block       stored u1, size u31 | bytes | checksum u32, if FLG says so
 * skippable   5x 2a 4d 18 | size u32 | bytes
 * ```
 *
 * Numbers are little-endian, checksums xxHash-32. See `lz4_Frame_format.md` of lz4/lz4.
 */
import type { Codec } from '@fluvio-ts/protocol';
import { plain, viewOf } from '../bytes.ts';
import { compressBlock, longestBlock, tableFor } from './compress-block.ts';
import { readFrame } from './read-frame.ts';
import { xxh32 } from './xxh32.ts';

/** Magic, FLG, BD and header checksum. */
const HEADER_BYTES = 7;
const SIZE_BYTES = 4;
const STORED = 0x8000_0000;

/** LZ4 in its frame format: independent blocks and no checksums, as Fluvio writes it. */
export const lz4: Codec = {
  name: 'lz4',
  compress,
  decompress: (bytes, { maxBytes }) => readFrame(bytes, maxBytes),
};

function compress(bytes: Uint8Array): Uint8Array {
  const source = plain(bytes);
  const { length } = source;
  // The classes that Fluvio's own library chooses: 64 KiB, 256 KiB, 4 MiB.
  const [sizeClass, blockBytes] =
    length <= 0x1_0000 ? [4, 0x1_0000] : length <= 0x4_0000 ? [5, 0x4_0000] : [7, 0x40_0000];
  const blocks = Math.ceil(length / blockBytes);
  const out = new Uint8Array(HEADER_BYTES + length + blocks * SIZE_BYTES + longestBlock(Math.min(blockBytes, length)));
  const outView = viewOf(out);
  const view = viewOf(source);
  const table = tableFor(Math.min(blockBytes, length));
  out.set([0x04, 0x22, 0x4d, 0x18, 0x60, sizeClass << 4]);
  out[6] = xxh32(out, 4, 6) >>> 8;
  let at = HEADER_BYTES;
  for (let from = 0; from < length; from += blockBytes) {
    const to = Math.min(from + blockBytes, length);
    const body = at + SIZE_BYTES;
    let end = compressBlock(source, view, from, to, table, out, outView, body);
    const stored = end - body >= to - from;
    if (stored) {
      out.set(source.subarray(from, to), body);
      end = body + to - from;
    }
    outView.setUint32(at, stored ? (to - from) | STORED : end - body, true);
    at = end;
  }
  outView.setUint32(at, 0, true);
  return out.slice(0, at + SIZE_BYTES);
}
