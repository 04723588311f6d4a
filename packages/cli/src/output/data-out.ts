/**
 * Standard output: data, and nothing else. A reader that goes away ends the program quietly, a slow one slows it down,
 * and the program does not exit before everything is written.
 */
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { type Paint, painter } from './colors.ts';

/** See the file's head. */
export interface DataOut {
  readonly isTTY: boolean;
  /** Whether another program reads it. */
  readonly isPipe: boolean;
  readonly columns: number;
  readonly colors: boolean;
  readonly paint: Paint;
  /** Aborted when the reader has gone: nobody wants more. */
  readonly gone: AbortSignal;
  /** What the stream failed with, other than that the reader has gone. */
  readonly failure: Error | undefined;
  /** Writes bytes as they are. Await it: it resolves when the stream takes more. @throws what the stream failed with */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Writes a line. */
  line(text: string): Promise<void>;
  /** Resolves when everything has left this process, or never will. */
  drained(): Promise<void>;
}

/** Wraps a stream. */
export function dataOut(
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number },
  colors: boolean,
): DataOut {
  const gone = new AbortController();
  let failure: Error | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EOF' || error.code === 'ECONNRESET') gone.abort();
    else failure ??= error;
  });

  const settled = (event: 'drain' | 'finish'): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        for (const each of [event, 'error', 'close']) stream.off(each, done);
        resolve();
      };
      for (const each of [event, 'error', 'close']) stream.on(each, done);
    });

  const write = async (bytes: Uint8Array | string): Promise<void> => {
    if (failure !== undefined) throw failure;
    if (gone.signal.aborted || stream.destroyed) return;
    if (!stream.write(bytes)) await settled('drain');
    if (failure !== undefined) throw failure;
  };

  return {
    isTTY: stream.isTTY === true,
    isPipe: stream.isTTY !== true && stream instanceof Socket,
    columns: stream.columns ?? 100,
    colors,
    paint: painter(colors),
    gone: gone.signal,
    get failure() {
      return failure;
    },
    write,
    line: (text) => write(`${text}\n`),
    async drained() {
      if (gone.signal.aborted || stream.destroyed || stream.writableLength === 0) return;
      await new Promise<void>((resolve) => {
        stream.once('close', resolve);
        stream.once('error', () => resolve());
        stream.write('', () => resolve());
      });
    },
  };
}
