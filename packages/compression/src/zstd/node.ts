/** zstd by `node:zlib` where it has it (Node 22.15 and up, Bun, Deno); else by WebAssembly and code of our own. */
import { kMaxLength } from 'node:buffer';
import * as zlib from 'node:zlib';
import type { Codec } from '@fluvio-ts/protocol';
import { plain } from '../bytes.ts';
import { compressionError, damaged, tooLarge } from '../errors.ts';
import { LARGEST_BEGINNING_BYTES } from '../output.ts';
import { decompress } from './decompress.ts';
import { type Frame, findFrames } from './frames.ts';

/** Fluvio's level. */
const LEVEL = 1;
/** The numbers that `node:zlib` gives this parameter; its constants of older versions do not have it. */
const COMPRESSION_LEVEL = 100;
/** The least that `node:zlib` takes. */
const SMALLEST_CHUNK_BYTES = 64;
/** Compressed data is expected to be this much larger, where it does not say. */
const USUAL_RATIO = 5;
/** The WebAssembly compressor holds a payload, and as much again, in a memory that never shrinks. */
const LARGEST_WASM_BYTES = 256 * 1024 * 1024;

/** What newer versions of `node:zlib` have. */
interface NativeZstd {
  zstdCompressSync(bytes: Uint8Array, options: { readonly params: Readonly<Record<number, number>> }): Uint8Array;
  zstdDecompressSync(
    bytes: Uint8Array,
    options: { readonly maxOutputLength: number; readonly chunkSize: number },
  ): Uint8Array;
}

/**
 * zstd at level 1.
 *
 * Where `node:zlib` has no zstd, that is in Node 20, compressing loads WebAssembly when first used, and answers by
 * promise until it is there.
 */
export const zstd: Codec = 'zstdCompressSync' in zlib ? nativeCodec(zlib as unknown as NativeZstd) : portableCodec();

function nativeCodec(native: NativeZstd): Codec {
  return {
    name: 'zstd',
    compress: (bytes) => plain(native.zstdCompressSync(bytes, { params: { [COMPRESSION_LEVEL]: LEVEL } })),
    decompress(bytes, { maxBytes }) {
      const source = plain(bytes);
      // Frame by frame, because runtimes differ in what they do with several.
      let room = maxBytes;
      const contents = findFrames(source, maxBytes).map((frame) => {
        const content = decompressFrame(native, source, frame, room, maxBytes);
        room -= content.length;
        return content;
      });
      return contents.length === 1 && contents[0] !== undefined ? contents[0] : plain(Buffer.concat(contents));
    },
  };
}

function decompressFrame(
  native: NativeZstd,
  source: Uint8Array,
  frame: Frame,
  room: number,
  maxBytes: number,
): Uint8Array {
  const { from, to, contentBytes, atMostBytes } = frame;
  const expected = Math.min(contentBytes ?? (to - from) * USUAL_RATIO, atMostBytes, room, LARGEST_BEGINNING_BYTES);
  let content: Uint8Array;
  try {
    content = native.zstdDecompressSync(source.subarray(from, to), {
      maxOutputLength: Math.min(Math.max(room, 1), kMaxLength),
      // One buffer for all, with room to see that there is no more.
      chunkSize: Math.max(expected + 1, SMALLEST_CHUNK_BYTES),
    });
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      return tooLarge('zstd', maxBytes);
    }
    return damaged('zstd', error instanceof Error ? error.message : String(error));
  }
  return content.length > room ? tooLarge('zstd', maxBytes) : plain(content);
}

type Compress = (bytes: Uint8Array) => Uint8Array;

function portableCodec(): Codec {
  let compress: Compress | undefined;
  let loading: Promise<Compress> | undefined;
  return {
    name: 'zstd',
    compress(bytes) {
      if (bytes.length > LARGEST_WASM_BYTES) throw unavailable(`${bytes.length} bytes are too many for this runtime`);
      if (compress !== undefined) return compress(bytes);
      loading ??= loadCompressor();
      return loading.then(
        (loaded) => {
          compress = loaded;
          return loaded(bytes);
        },
        (cause) => {
          loading = undefined;
          throw unavailable('@bokuweb/zstd-wasm does not load, and node:zlib has zstd from Node 22.15 on only', cause);
        },
      );
    },
    decompress: (bytes, { maxBytes }) => decompress(bytes, maxBytes),
  };
}

async function loadCompressor(): Promise<Compress> {
  const { compress, init } = await import('@bokuweb/zstd-wasm');
  await init();
  return (bytes) => compress(bytes, LEVEL);
}

function unavailable(why: string, cause?: unknown): Error {
  return compressionError('codec/unavailable', { codec: 'zstd', operation: 'compress', why }, cause);
}
