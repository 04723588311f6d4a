/** The sending half: makes messages of chunks, and lets writers wait. */
import { TUNNEL_MAX_MESSAGE_BYTES } from '@fluvio-ts/protocol/internal';
import type { Channel } from './channel.ts';

/** Chunks from this size on are messages of their own; smaller ones are copied together, which costs less than a message. */
const ALONE_BYTES = 16 * 1024;

/** What writers of a pipe share. */
export interface Outbox {
  /** Queues chunks, to be sent soon with whatever else is written until then. */
  add(chunks: readonly Uint8Array[]): void;
  /** Sends at once what is queued. */
  flush(): void;
  /** Resolves when the channel wants more; rejects when {@link Outbox.fail} is called. */
  ready(): Promise<void>;
  /** Forgets what is queued and rejects the writers that wait. */
  fail(error: Error): void;
}

const READY: Promise<void> = Promise.resolve();

/** Makes the outbox of one channel. */
export function outbox(channel: Channel, highWaterMarkBytes: number): Outbox {
  let queued: Uint8Array[] = [];
  let queuedBytes = 0;
  let waiting: { readonly promise: Promise<void>; resolve(): void; reject(error: Error): void } | undefined;

  const flush = (): void => {
    if (queued.length === 0) return;
    const chunks = queued;
    queued = [];
    queuedBytes = 0;
    for (const message of messages(chunks)) channel.send(message);
  };

  const wait = (): Promise<void> => {
    if (waiting === undefined) {
      let resolve: () => void = () => {};
      let reject: (error: Error) => void = () => {};
      const promise = new Promise<void>((yes, no) => {
        resolve = yes;
        reject = no;
      });
      // Writes need not be awaited.
      promise.catch(() => {});
      waiting = { promise, resolve, reject };
      flush();
      channel.whenUnsentBelow(highWaterMarkBytes, () => {
        waiting?.resolve();
        waiting = undefined;
      });
    }
    return waiting.promise;
  };

  return {
    add(chunks) {
      if (queued.length === 0) channel.soon(flush);
      for (const chunk of chunks) {
        if (chunk.length === 0) continue;
        queued.push(chunk);
        queuedBytes += chunk.length;
      }
    },
    flush,
    ready: () => (queuedBytes + channel.unsentBytes > highWaterMarkBytes ? wait() : READY),
    fail(error) {
      queued = [];
      queuedBytes = 0;
      waiting?.reject(error);
      waiting = undefined;
    },
  };
}

/** Cuts and joins chunks into messages of a good size: no larger than a tunnel allows, and few for small writes. */
export function* messages(chunks: readonly Uint8Array[]): Generator<Uint8Array, void> {
  let small: Uint8Array[] = [];
  let smallBytes = 0;
  for (const chunk of chunks) {
    if (chunk.length < ALONE_BYTES) {
      small.push(chunk);
      smallBytes += chunk.length;
      if (smallBytes < ALONE_BYTES) continue;
    }
    if (smallBytes > 0) {
      yield join(small, smallBytes);
      small = [];
      smallBytes = 0;
    }
    if (chunk.length < ALONE_BYTES) continue;
    for (let at = 0; at < chunk.length; at += TUNNEL_MAX_MESSAGE_BYTES) {
      yield chunk.subarray(at, at + TUNNEL_MAX_MESSAGE_BYTES);
    }
  }
  if (smallBytes > 0) yield join(small, smallBytes);
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
