/** zstd where there is no `node:zlib`: decompresses by code of our own, without WebAssembly; does not compress. */
import type { Codec } from '@fluvio-ts/protocol';
import { compressionError } from '../errors.ts';
import { decompress } from './decompress.ts';

/** zstd, for reading: `compress` throws `codec/unavailable`. */
export const zstd: Codec = {
  name: 'zstd',
  compress() {
    throw compressionError('codec/unavailable', {
      codec: 'zstd',
      operation: 'compress',
      why: 'browsers have no zstd compressor; use gzip, snappy or lz4, or pass a codec of your own',
    });
  },
  decompress: (bytes, { maxBytes }) => decompress(bytes, maxBytes),
};
