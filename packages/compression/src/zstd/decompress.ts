/**
 * Decompresses zstd frames (RFC 8878) where nothing native does.
 *
 * Not fzstd: it lets sequences write beyond their block, so that 19 bytes keep it busy for minutes, and it does not
 * notice streams that are read beyond their beginning. Checksums of the content are not verified: batches have their own.
 */
import { padded, plain, viewOf } from '../bytes.ts';
import { damaged, tooLarge } from '../errors.ts';
import { Output } from '../output.ts';
import { BlockDecoder } from './block.ts';
import { BLOCK_HEADER_BYTES, findFrames, readBlockHeader } from './frames.ts';

/** Decompresses all frames. */
export function decompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const source = plain(bytes);
  const frames = findFrames(source, maxBytes);
  let expected = 0;
  for (const { contentBytes, atMostBytes, from, to } of frames) {
    expected +=
      contentBytes === undefined ? Math.min(atMostBytes, (to - from) * 5) : Math.min(contentBytes, atMostBytes);
  }
  const input = padded(source);
  const view = viewOf(input);
  const output = new Output(maxBytes, expected);
  let used = 0;
  for (const { blocksFrom, contentBytes, largestBlockBytes } of frames) {
    const decoder = new BlockDecoder(input, view, output, used);
    let at = blocksFrom;
    for (let last = false; !last; ) {
      const block = readBlockHeader(input, at, largestBlockBytes);
      const from = at + BLOCK_HEADER_BYTES;
      at = from + block.bytes;
      last = block.last;
      if (block.kind === 'compressed') {
        decoder.decode(from, at, largestBlockBytes);
        continue;
      }
      const end = decoder.end + block.contentBytes;
      if (output.reserve(decoder.end, block.contentBytes) < end) tooLarge('zstd', maxBytes);
      if (block.kind === 'stored') output.bytes.set(input.subarray(from, at), decoder.end);
      else output.bytes.fill(input[from] as number, decoder.end, end);
      decoder.end = end;
    }
    if (contentBytes !== undefined && decoder.end - used !== contentBytes) {
      damaged('zstd', `a frame holds ${decoder.end - used} bytes and says ${contentBytes}`, at);
    }
    used = decoder.end;
  }
  return output.finish(used);
}
