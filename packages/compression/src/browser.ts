/** The codecs for browsers, workers, and any other runtime without Node's modules; see index.ts. */
import type { Codecs } from '@fluvio-ts/protocol';
import { lazy } from './lazy.ts';

export type { CompressionCodes } from './errors.ts';
export { gzip } from './gzip/browser.ts';
export { lz4 } from './lz4/lz4.ts';
export { snappy } from './snappy/snappy.ts';
export { zstd } from './zstd/browser.ts';

/** All codecs; the code of each is loaded when it is first used. */
export function codecs(): Required<Codecs> {
  return {
    gzip: lazy('gzip', async () => (await import('./gzip/browser.ts')).gzip),
    snappy: lazy('snappy', async () => (await import('./snappy/snappy.ts')).snappy),
    lz4: lazy('lz4', async () => (await import('./lz4/lz4.ts')).lz4),
    zstd: lazy('zstd', async () => (await import('./zstd/browser.ts')).zstd),
  };
}
