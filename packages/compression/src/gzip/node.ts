/** gzip by `node:zlib`. */
import { kMaxLength } from 'node:buffer';
import { gzip as compressApart, crc32, gzipSync, inflateRawSync } from 'node:zlib';
import type { Codec } from '@fluvio-ts/protocol';
import { plain } from '../bytes.ts';
import { damaged, tooLarge } from '../errors.ts';
import { LARGEST_BEGINNING_BYTES } from '../output.ts';
import { checkTrailer, expectedSize, forgetSystem, skipHeader } from './member.ts';

/** Fluvio's level. */
const options = { level: 6 } as const;
/** From this many bytes on, compressing takes milliseconds, so it is done in a thread of its own. */
const APART_FROM_BYTES = 0x1_0000;

/** The least that `node:zlib` takes. */
const SMALLEST_CHUNK_BYTES = 64;

/** gzip at level 6. Compresses at once, and by promise from 64 KiB on; decompresses at once. */
export const gzip: Codec = {
  name: 'gzip',
  compress: (bytes) =>
    bytes.length < APART_FROM_BYTES ? forgetSystem(plain(gzipSync(bytes, options))) : compressLater(bytes),
  decompress(bytes, { maxBytes }) {
    const source = plain(bytes);
    const from = skipHeader(source);
    const { content, end } = inflate(source.subarray(from), maxBytes, expectedSize(source));
    checkTrailer(source, from + end, content, crc32);
    return content;
  },
};

function compressLater(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    compressApart(bytes, options, (error, compressed) => {
      if (error) reject(error);
      else resolve(forgetSystem(plain(compressed)));
    });
  });
}

/** What `node:zlib` answers with when it is asked for `info`. */
interface Inflated {
  readonly buffer: Uint8Array;
  /** Its `bytesWritten` is what it has read. */
  readonly engine: { readonly bytesWritten: number };
}

/**
 * Decompresses the deflate stream at the beginning of `stream`.
 *
 * The raw stream, because `gunzipSync` goes on with the next member, and fails on what is none.
 */
function inflate(
  stream: Uint8Array,
  maxBytes: number,
  expectedBytes: number,
): { readonly content: Uint8Array; readonly end: number } {
  let inflated: Inflated;
  try {
    inflated = inflateRawSync(stream, {
      info: true,
      maxOutputLength: Math.min(Math.max(maxBytes, 1), kMaxLength),
      // One buffer for all, with room to see that there is no more.
      chunkSize: Math.max(Math.min(expectedBytes, maxBytes, LARGEST_BEGINNING_BYTES) + 1, SMALLEST_CHUNK_BYTES),
    }) as unknown as Inflated;
  } catch (error) {
    if (isNodeError(error) && error.code === 'ERR_BUFFER_TOO_LARGE') tooLarge('gzip', maxBytes);
    return damaged('gzip', error instanceof Error ? error.message : String(error));
  }
  const content = plain(inflated.buffer);
  if (content.length > maxBytes) tooLarge('gzip', maxBytes);
  return { content, end: inflated.engine.bytesWritten };
}

function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
