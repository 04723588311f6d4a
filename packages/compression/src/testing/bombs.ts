/** Small data that decompresses to a gigabyte of zeros, made without ever having the gigabyte. */
import { constants, deflateRawSync } from 'node:zlib';
import { lz4 } from '../lz4/lz4.ts';
import { snappy } from '../snappy/snappy.ts';
import { fromHex, joined, repeated } from './samples.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** A member of deflate blocks of 1 MiB, whose trailer says what it holds. */
export function gzipBomb(): Uint8Array {
  const block = deflateRawSync(new Uint8Array(MIB), { finishFlush: constants.Z_FULL_FLUSH });
  return joined(fromHex('1f8b08000000000000ff'), repeated(block, 1024), fromHex('030000000000'), fromHex('00000040'));
}

/** Chunks of 64 KiB. */
export function snappyBomb(): Uint8Array {
  const frame = snappy.compress(new Uint8Array(64 * 1024)) as Uint8Array;
  return joined(frame.subarray(0, 10), repeated(frame.subarray(10), GIB / (64 * 1024)));
}

/** Blocks of 4 MiB. */
export function lz4Bomb(): Uint8Array {
  const frame = lz4.compress(new Uint8Array(4 * MIB)) as Uint8Array;
  return joined(frame.subarray(0, 7), repeated(frame.subarray(7, -4), GIB / (4 * MIB)), frame.subarray(-4));
}

/** Blocks that say how often their one byte is repeated: 128 KiB. */
export function zstdBombOfRuns(): Uint8Array {
  return joined(fromHex('28b52ffd 0058'), repeated(fromHex('020010 00'), 8191), fromHex('030010 00'));
}

/** Compressed blocks that hold one literal and a match of 125,539 bytes. */
export function zstdBombOfMatches(): Uint8Array {
  return joined(fromHex('28b52ffd 0058'), matchBlocks(8553));
}

/** A frame that says it holds a gigabyte, and is cut. */
export function zstdBombThatSaysSo(): Uint8Array {
  return joined(fromHex('28b52ffd a0 00000040'), fromHex('030010 00'));
}

/**
 * ```text
 * block      size of 10 << 3 | compressed | last
 * literals   one, repeated: 09 00
 * sequences  01 of three tables of one symbol 54: literal length 01, offset 00 (the last one), match length 34
 * bits       60,000 to add to a match length of 65,539, and a 1 above them
 * ```
 */
function matchBlocks(count: number): Uint8Array {
  const body = fromHex('0900 01 54 01 00 34 60ea 01');
  const header = (last: number): Uint8Array => {
    const word = (body.length << 3) | (2 << 1) | last;
    return Uint8Array.of(word & 0xff, word >>> 8, 0);
  };
  return joined(repeated(joined(header(0), body), count - 1), header(1), body);
}
