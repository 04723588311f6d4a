/** Files that hold a SmartModule: WebAssembly, or gzip of it. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { cliError } from '../errors/errors.ts';
import { unreadable } from '../errors/unreadable.ts';

/** The WebAssembly of a file. @throws `input/*`, with its path */
export async function readWasm(path: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  const wasm = isGzip(bytes) ? unzipped(path, bytes) : bytes;
  if (!isWasm(wasm)) {
    throw cliError('input/invalid', {
      path,
      reason: 'it is no WebAssembly (and no gzip of it): is it the .wasm file?',
    });
  }
  return wasm;
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const isWasm = (bytes: Uint8Array): boolean =>
  bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;

function unzipped(path: string, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw cliError('input/invalid', { path, reason: `its gzip is damaged (${(error as Error).message})` }, error);
  }
}
