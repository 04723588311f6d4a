/** Independent implementations of the formats, which hold ours to account where this machine has them. */
import type * as Lz4 from 'lz4-napi';
import type * as Snappy from 'snappy';

/** A package, or why it cannot be used. */
export type Foreign<T> =
  | { readonly loaded: T; readonly missing: undefined }
  | { readonly loaded: undefined; readonly missing: string };

async function load<T>(name: string, loading: Promise<T>): Promise<Foreign<T>> {
  try {
    return { loaded: await loading, missing: undefined };
  } catch (error) {
    return { loaded: undefined, missing: `${name} has no binary for this platform (${String(error).split('\n', 1)})` };
  }
}

/** The Rust library `snap`, which Fluvio uses. */
export const rustSnappy: Foreign<typeof Snappy> = await load('snappy', import('snappy'));

/** The Rust library `lz4_flex`, which Fluvio uses. */
export const rustLz4: Foreign<typeof Lz4> = await load('lz4-napi', import('lz4-napi'));
