/** Compression as this package sees it: names, numbers on the wire, and the interface that codec packages implement. */

/** How a batch's payload is stored. */
export type CodecName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Names by the number in a batch's attributes. */
export const codecNames: readonly CodecName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/**
 * Compresses and decompresses whole payloads in one container format.
 *
 * Either method may answer at once or with a promise; callers await only what is a promise. Neither keeps or changes its
 * argument after it has answered.
 */
export interface Codec {
  /** Which codec this is. */
  readonly name: Exclude<CodecName, 'none'>;
  /** Compresses one payload into one container. */
  compress(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Decompresses one container; fails rather than produce more than `maxBytes`. */
  decompress(bytes: Uint8Array, options: { readonly maxBytes: number }): Uint8Array | Promise<Uint8Array>;
}

/** The codecs at hand, by name. A batch whose codec is not among them opens with `codec/missing`. */
export type Codecs = { readonly [Name in Exclude<CodecName, 'none'>]?: Codec };
