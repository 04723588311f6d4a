/** What can go wrong in a codec. */
import type { Codec, ErrorFactory } from '@fluvio-ts/protocol';
import { defineErrors } from '@fluvio-ts/protocol';

/** The error codes that `@fluvio-ts/compression` raises. */
export interface CompressionCodes {
  /** Bytes that are not what their format demands: cut, changed, or of another format; `at` is where in them, if known. */
  'codec/damaged': { readonly codec: Codec['name']; readonly what: string; readonly at?: number };
  /** The decompressed bytes would be more than the caller allows. */
  'codec/too-large': { readonly codec: Codec['name']; readonly limitBytes: number };
  /** This runtime has no implementation of the codec. */
  'codec/unavailable': {
    readonly codec: Codec['name'];
    readonly operation: 'compress' | 'decompress';
    readonly why: string;
  };
}

/** Makes the errors of this package. */
export const compressionError: ErrorFactory<CompressionCodes> = defineErrors<CompressionCodes>({
  'codec/damaged': {
    text: ({ codec, what, at }) => `damaged ${codec} data: ${what}${at === undefined ? '' : ` at byte ${at}`}`,
  },
  'codec/too-large': {
    text: ({ codec, limitBytes }) =>
      `the ${codec} data decompresses to more than ${limitBytes} bytes; raise the limit if its sender is trusted`,
  },
  'codec/unavailable': {
    text: ({ codec, operation, why }) => `cannot ${operation} ${codec} here: ${why}`,
  },
});

/** Stops decompressing. `at` is a position in the compressed bytes. */
export function damaged(codec: Codec['name'], what: string, at?: number): never {
  throw compressionError('codec/damaged', { codec, what, ...(at === undefined ? {} : { at }) });
}

/** Stops decompressing before more than the allowed bytes exist. */
export function tooLarge(codec: Codec['name'], limitBytes: number): never {
  throw compressionError('codec/too-large', { codec, limitBytes });
}
