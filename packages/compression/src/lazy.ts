/** Codecs whose code is loaded when it is first needed. */
import type { Codec } from '@fluvio-ts/protocol';
import { compressionError } from './errors.ts';

/** A codec that answers by promise until it is loaded; a load that fails is tried again at the next use. */
export function lazy(name: Codec['name'], load: () => Promise<Codec>): Codec {
  let codec: Codec | undefined;
  let loading: Promise<Codec> | undefined;

  const ready = async (operation: 'compress' | 'decompress'): Promise<Codec> => {
    loading ??= load();
    try {
      codec = await loading;
      return codec;
    } catch (cause) {
      loading = undefined;
      throw compressionError('codec/unavailable', { codec: name, operation, why: 'its code does not load' }, cause);
    }
  };

  return {
    name,
    compress: (bytes) => codec?.compress(bytes) ?? ready('compress').then((loaded) => loaded.compress(bytes)),
    decompress: (bytes, options) =>
      codec?.decompress(bytes, options) ?? ready('decompress').then((loaded) => loaded.decompress(bytes, options)),
  };
}
