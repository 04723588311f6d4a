/** For tests: what a real cluster was asked and answered, and the same questions put to this one. */
import { existsSync, readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import type { Address, Api, OffsetUpdate, StreamFetchResponse } from '@fluvio-ts/protocol';
import {
  correlationIdOf,
  decodeHeader,
  decodeResponse,
  encodeRequest,
  frameSplitter,
  readBatches,
  StreamFetch,
  scApis,
  spuApis,
  UpdateOffsets,
} from '@fluvio-ts/protocol';

/** Correlation id of the acknowledgements that the captures left out; nobody waits for their answers. */
const ACKNOWLEDGEMENT = 0x7fff_0000;

/** Folder of the captures. */
export const vectorsDir: string =
  process.env.FLUVIO_VECTORS ?? resolve(import.meta.dirname, '../../../../../shared/vectors');

/** Why there are no captures; undefined when there are. */
export const vectorsAbsent: string | undefined = existsSync(vectorsDir)
  ? undefined
  : `no captures: ${vectorsDir} does not exist (set FLUVIO_VECTORS)`;

interface Frame {
  readonly name: string;
  readonly role: 'sc' | 'spu';
  readonly conn: number;
  readonly dir: 'req' | 'res';
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly hex: string;
  readonly note: string;
}

/** One answer: what the real cluster said and what this one says. */
export interface Compared {
  readonly api: string;
  readonly request: unknown;
  readonly real: unknown;
  readonly ours: unknown;
}

const apis: Readonly<Record<Frame['role'], ReadonlyMap<number, Api<unknown, unknown>>>> = {
  sc: new Map(Object.values(scApis).map((api) => [api.key, api as Api<unknown, unknown>])),
  spu: new Map(Object.values(spuApis).map((api) => [api.key, api as Api<unknown, unknown>])),
};

const bytesOf = ({ hex }: Frame): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** How {@link replay} goes. */
export interface ReplayOptions {
  /** Called before this cluster is asked or heard for what the real one answered: time may have to pass first. */
  readonly beforeAnswer?: (api: string, real: unknown) => Promise<void>;
  /** APIs that are not asked and not heard. */
  readonly leaveOut?: readonly string[] | undefined;
}

const framesOf = (file: string): readonly Frame[] =>
  (JSON.parse(readFileSync(join(vectorsDir, `${file}.json`), 'utf8')) as { readonly frames: readonly Frame[] }).frames;

/** The cases of a file, in order. */
export const casesOf = (file: string): string[] => [...new Set(framesOf(file).map(({ name }) => name))];

/** An answer that does not come is missed after this. */
const ANSWER_MS = 10_000;

/**
 * Puts the requests of one case to this cluster, in order and one at a time, and pairs the answers.
 *
 * The captures leave out frames that differ from an earlier one only in their correlation id: a request that is missing is
 * asked again as its last of the kind was, an answer that is missing is awaited and not compared, between two answers of a
 * stream there was an acknowledgement, and an offset is stored for a stream that was opened before.
 */
export async function replay(
  file: string,
  name: string,
  where: Readonly<Record<Frame['role'], Address>>,
  { beforeAnswer, leaveOut = [] }: ReplayOptions = {},
): Promise<Compared[]> {
  const frames = framesOf(file);
  const connections = new Map<string, Connection & { unacknowledged?: OffsetUpdate | undefined; streams?: boolean }>();
  const compared: Compared[] = [];
  try {
    const asked = new Map<string, unknown>();
    for (const [index, frame] of frames.entries()) {
      if (frame.name !== name) continue;
      const api = apis[frame.role].get(frame.apiKey);
      if (api !== undefined && leaveOut.includes(api.name)) continue;
      const key = `${frame.role} ${frame.conn}`;
      let connection = connections.get(key);
      if (connection === undefined) {
        connection = await connect(where[frame.role]);
        connections.set(key, connection);
      }
      const bytes = bytesOf(frame);
      const { unacknowledged } = connection;
      connection.unacknowledged = undefined;
      if (frame.dir === 'req' && frame.note.includes('closed')) {
        connection.send(bytes);
        compared.push({ api: 'the end', request: frame.note, real: 'closed', ours: await connection.end() });
        continue;
      }
      if (api === undefined) throw new Error(`no API ${frame.apiKey}`);
      if (frame.dir === 'req') {
        const { header, body } = decodeHeader(bytes.subarray(4));
        asked.set(`${key} ${header.correlationId}`, api.request.at(header.apiVersion).read(body));
        if (api.name === 'StreamFetch') connection.streams = true;
        if (api.name === 'UpdateConsumerOffset' && connection.streams !== true) {
          // The stream was asked for as on an earlier connection, under its first id.
          const like = frames.slice(0, index).findLast((other) => other.name === name && opensStream(other));
          if (like !== undefined) connection.send(bytesOf(like));
          connection.streams = true;
        }
        connection.send(bytes);
        const streams = api.name === 'StreamFetch' || api.name === 'Watch';
        const follows = frames.slice(index + 1).some((other) => isAnswerTo(other, frame, header.correlationId));
        if (!streams && !follows) await connection.answer(header.correlationId);
        continue;
      }
      const id = correlationIdOf(bytes.subarray(4));
      const real = decodeResponse(api, frame.apiVersion, bytes.subarray(4));
      await beforeAnswer?.(api.name, real);
      if (!asked.has(`${key} ${id}`)) {
        const like = frames
          .slice(0, index)
          .findLast(
            (other) =>
              other.dir === 'req' && other.role === frame.role && other.apiKey === frame.apiKey && other.name === name,
          );
        if (like === undefined) continue;
        const again = bytesOf(like);
        const { header, body } = decodeHeader(again.subarray(4));
        asked.set(`${key} ${id}`, api.request.at(header.apiVersion).read(body));
        new DataView(again.buffer).setInt32(8, id);
        connection.send(again);
      }
      if (unacknowledged !== undefined && api.name === 'StreamFetch') {
        connection.send(encodeRequest(UpdateOffsets, 0, ACKNOWLEDGEMENT, 'replay', { offsets: [unacknowledged] }));
      }
      let ours = decodeResponse(api, frame.apiVersion, await connection.answer(id));
      while (isProgress(ours) && !isProgress(real)) {
        const { streamId, partition } = ours as StreamFetchResponse;
        const offsets = [{ offset: partition.nextFilterOffset, sessionId: streamId }];
        connection.send(encodeRequest(UpdateOffsets, 0, ACKNOWLEDGEMENT, 'replay', { offsets }));
        ours = decodeResponse(api, frame.apiVersion, await connection.answer(id));
      }
      if (api.name === 'StreamFetch') {
        const { streamId, partition } = ours as StreamFetchResponse;
        const last = readBatches(partition.records).batches.at(-1);
        if (last !== undefined) connection.unacknowledged = { offset: last.nextOffset, sessionId: streamId };
      }
      compared.push({ api: api.name, request: asked.get(`${key} ${id}`), real, ours });
    }
    return compared;
  } finally {
    for (const connection of connections.values()) connection.close();
  }
}

/** Whether a stream says how far it is where its modules dropped everything: the real cluster says nothing then. */
function isProgress(answer: unknown): boolean {
  const { streamId, partition } = answer as Partial<StreamFetchResponse>;
  if (streamId === undefined || partition === undefined) return false;
  return partition.errorCode.kind === 'None' && partition.records.length === 0 && partition.nextFilterOffset > 0n;
}

const opensStream = ({ dir, role, apiKey }: Frame): boolean =>
  dir === 'req' && role === 'spu' && apiKey === StreamFetch.key;

function isAnswerTo(other: Frame, request: Frame, id: number): boolean {
  return (
    other.dir === 'res' &&
    other.name === request.name &&
    other.role === request.role &&
    other.conn === request.conn &&
    other.apiKey === request.apiKey &&
    correlationIdOf(bytesOf(other).subarray(4)) === id
  );
}

/** A bare connection: frames go out as they are, and come back by correlation id. */
export interface Connection {
  send(bytes: Uint8Array): void;
  /** The next frame with that id, without its length. Rejects when the server ends the connection. */
  answer(id: number): Promise<Uint8Array>;
  /** Resolves with `closed` when the server has ended the connection, and with `open` if it does not. */
  end(): Promise<'closed' | 'open'>;
  /** Resolves when the server has ended the connection. */
  readonly ended: Promise<void>;
  /** How many pieces have arrived, of any size. */
  readonly pieces: number;
  /** Reads no more. */
  pause(): void;
  close(): void;
}

/** Connects without saying anything. */
export async function connect({ host, port }: Address): Promise<Connection> {
  const socket: Socket = createConnection({ host, port });
  await new Promise<void>((settle, reject) => socket.once('connect', settle).once('error', reject));
  const splitter = frameSplitter();
  const waiting = new Map<number, Uint8Array[]>();
  let wake: () => void = () => {};
  let over = false;
  let pieces = 0;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    pieces++;
    splitter.push(chunk, (frame) => {
      const id = correlationIdOf(frame);
      waiting.set(id, [...(waiting.get(id) ?? []), frame]);
    });
    wake();
  });
  const ended = new Promise<void>((settle) => {
    socket.once('close', () => {
      over = true;
      wake();
      settle();
    });
  });
  return {
    ended,
    get pieces() {
      return pieces;
    },
    pause: () => void socket.pause(),
    send: (bytes) => void socket.write(bytes),
    end: () =>
      new Promise((settle) => {
        const timer = setTimeout(() => settle('open'), ANSWER_MS);
        void ended.then(() => {
          clearTimeout(timer);
          settle('closed');
        });
      }),
    async answer(id) {
      const deadline = performance.now() + ANSWER_MS;
      for (;;) {
        if (performance.now() >= deadline) throw new Error(`no answer to ${id} within ${ANSWER_MS} ms`);
        const frame = waiting.get(id)?.shift();
        if (frame !== undefined) return frame;
        if (over) throw new Error(`the server ended the connection instead of answering ${id}`);
        await new Promise<void>((settle) => {
          const timer = setTimeout(settle, ANSWER_MS);
          wake = () => {
            clearTimeout(timer);
            settle();
          };
        });
      }
    },
    close: () => void socket.destroy(),
  };
}
