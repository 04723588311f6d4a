/** A file of frames, one JSON object a line, that `flv wire decode` reads; it is whole after every line. */
import { type FileHandle, open } from 'node:fs/promises';
import type { WireEvent } from './events.ts';

/** A file that is being written. */
export interface Recording {
  /** Why nothing more is written. */
  readonly failure: Error | undefined;
  /** Writes what has bytes; never rejects. */
  add(event: WireEvent): Promise<void>;
  /** Resolves when everything is in the file. */
  close(): Promise<void>;
}

/** Begins a file, in place of one that is there. */
export async function startRecording(path: string): Promise<Recording> {
  const file: FileHandle = await open(path, 'w');
  let failure: Error | undefined;
  // One after the other, in the order in which things were seen.
  let last: Promise<void> = Promise.resolve();

  const attempt = async (run: () => Promise<unknown>): Promise<void> => {
    if (failure !== undefined) return;
    try {
      await run();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
  };

  return {
    get failure() {
      return failure;
    },
    add(event) {
      if (!('bytes' in event)) return Promise.resolve();
      last = last.then(() => attempt(() => file.appendFile(`${JSON.stringify(entryOf(event))}\n`)));
      return last;
    },
    async close() {
      await last;
      await attempt(() => file.sync());
      await file.close();
    },
  };
}

type Recorded = Extract<WireEvent, { readonly bytes: Uint8Array }>;

function entryOf(event: Recorded): Readonly<Record<string, unknown>> {
  const { atMs, connection: conn, bytes } = event;
  const { server: role, direction } = event.kind === 'message' ? event.description : event;
  const dir = direction === 'request' ? 'req' : 'res';
  const facts = { time: new Date(atMs).toISOString(), conn, role, dir };
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  if (event.kind === 'bytes') return { ...facts, name: 'bytes that are no message', hex };
  const { api, apiKey, version: apiVersion, correlationId } = event.description;
  return { ...facts, api, apiKey, apiVersion, correlationId, hex };
}
