/**
 * The compression codecs of Fluvio's record batches, capped in what they decompress to.
 *
 * This is the entry for Node, Bun and Deno; browsers and other runtimes get `browser.ts`, with the same names.
 *
 * @packageDocumentation
 */
import type { Codecs } from '@fluvio-ts/protocol';
import { gzip } from './gzip/node.ts';
import { lz4 } from './lz4/lz4.ts';
import { snappy } from './snappy/snappy.ts';
import { zstd } from './zstd/node.ts';

export type { CompressionCodes } from './errors.ts';
export { gzip, lz4, snappy, zstd };

/**
 * All codecs, for clients and batches that take whatever comes.
 *
 * A browser loads the code of each when it is first used. `decompress` throws (or, while the code is loading, rejects
 * with) `codec/damaged` and `codec/too-large`; `compress` throws `codec/unavailable` where the runtime has no compressor:
 * for zstd that is in browsers.
 */
export function codecs(): Required<Codecs> {
  return { gzip, snappy, lz4, zstd };
}
