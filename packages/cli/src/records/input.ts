/** Where the records to produce come from: standard input, or files. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import process from 'node:process';
import { addAbortSignal, type Readable } from 'node:stream';
import { cliError } from '../errors/errors.ts';
import { unreadable } from '../errors/unreadable.ts';

/** One source of bytes. */
export interface Source {
  readonly name: string;
  /** Undefined for what has no length, such as a pipe. */
  readonly sizeBytes: number | undefined;
  readonly isTTY: boolean;
  /** Opens it; aborting the signal ends the stream with an `AbortError`. */
  open(signal: AbortSignal): Readable;
}

const CHUNK_BYTES = 64 * 1024;

/** The sources that paths name, each known to be readable; without a path, standard input. @throws `input/*` */
export async function sourcesOf(paths: readonly string[]): Promise<readonly Source[]> {
  if (paths.length === 0) return [standardInput()];
  return Promise.all(paths.map((path) => (path === '-' ? standardInput() : fileSource(path))));
}

const standardInput = (): Source => ({
  name: 'standard input',
  sizeBytes: undefined,
  isTTY: process.stdin.isTTY === true,
  open: (signal) => addAbortSignal(signal, process.stdin),
});

async function fileSource(path: string): Promise<Source> {
  let sizeBytes: number | undefined;
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw cliError('input/invalid', { path, reason: 'it is a folder' });
    if (info.isFile()) sizeBytes = info.size;
  } catch (error) {
    throw unreadable(path, error);
  }
  return {
    name: path,
    sizeBytes,
    isTTY: false,
    open: (signal) => createReadStream(path, { highWaterMark: CHUNK_BYTES, signal }),
  };
}
