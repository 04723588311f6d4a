/** gzip where there is no `node:zlib`: compresses by the runtime's `CompressionStream`, decompresses by code of our own. */
import type { Codec } from '@fluvio-ts/protocol';
import { plain } from '../bytes.ts';
import { compressionError } from '../errors.ts';
import { Output } from '../output.ts';
import { crc32 } from './crc32.ts';
import { inflate } from './inflate.ts';
import { checkTrailer, expectedSize, forgetSystem, skipHeader } from './member.ts';

/** gzip: compresses by promise, at the level that the runtime takes; decompresses at once. */
export const gzip: Codec = {
  name: 'gzip',
  compress,
  decompress(bytes, { maxBytes }) {
    const source = plain(bytes);
    const from = skipHeader(source);
    const output = new Output(maxBytes, expectedSize(source));
    const { end, size } = inflate(source, from, output);
    const content = output.finish(size);
    checkTrailer(source, end, content, crc32);
    return content;
  },
};

async function compress(bytes: Uint8Array): Promise<Uint8Array> {
  if (typeof CompressionStream === 'undefined') {
    throw compressionError('codec/unavailable', {
      codec: 'gzip',
      operation: 'compress',
      why: 'this runtime has no CompressionStream; use snappy or lz4',
    });
  }
  const { readable, writable } = new CompressionStream('gzip');
  const writer = writable.getWriter();
  const fed = writer.write(bytes as Uint8Array<ArrayBuffer>).then(() => writer.close());
  const [member] = await Promise.all([readAll(readable), fed]);
  return forgetSystem(member);
}

/** Not by `Response` and `Blob`: in Chromium each call of theirs costs most of a millisecond. */
async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    size += next.value.length;
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
