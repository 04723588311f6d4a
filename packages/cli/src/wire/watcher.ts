/** Understands one connection: which bytes are messages, and what answers what. */
import { codecs } from '@fluvio-ts/compression';
import { conversation, type FrameDescription, type Server } from '@fluvio-ts/protocol/describe';
import type { WireEvent } from './events.ts';
import { frameCutter, type Piece } from './frame-cutter.ts';

/** What is known of some bytes of a connection. */
export type Sighting = Extract<WireEvent, { readonly kind: 'message' | 'bytes' }>;

/** Both directions of a connection. */
export interface Watcher {
  /** Takes a chunk, and tells of what is complete with it. */
  push(direction: FrameDescription['direction'], chunk: Uint8Array): readonly Sighting[];
  /** Bytes of a frame that has not been completed, when no more come in this direction. */
  end(direction: FrameDescription['direction']): Sighting | undefined;
}

/** Requests whose answers are counted. */
const REMEMBERED = 10_000;
const TLS_HANDSHAKE = 0x16;

/** Begins to watch a connection. */
export function watcher(server: Server, connection: number, now: () => number = Date.now): Watcher {
  const talk = conversation(server, { codecs: codecs() });
  const cutters = { request: frameCutter(), response: frameCutter() };
  const said = { request: false, response: false };
  const asked = new Map<number, { readonly atMs: number; answers: number }>();

  const bytesSeen = (direction: FrameDescription['direction'], bytes: Uint8Array, why?: string): Sighting => ({
    kind: 'bytes',
    atMs: now(),
    connection,
    server,
    direction,
    bytes,
    ...(why !== undefined && { why }),
  });

  const messageSeen = (direction: FrameDescription['direction'], bytes: Uint8Array): Sighting => {
    const atMs = now();
    const description = talk[direction](bytes.subarray(4));
    const { correlationId } = description;
    const seen = { kind: 'message', atMs, connection, description, bytes } as const;
    if (correlationId === undefined) return seen;
    if (direction === 'request') {
      // The first of equal ids is the oldest, so that the map's order is that of time.
      asked.delete(correlationId);
      asked.set(correlationId, { atMs, answers: 0 });
      const [oldest] = asked.keys();
      if (asked.size > REMEMBERED && oldest !== undefined) asked.delete(oldest);
      return seen;
    }
    const request = asked.get(correlationId);
    if (request === undefined) return seen;
    request.answers += 1;
    const { answers: answer } = request;
    return { ...seen, answer, ...(answer === 1 && { afterMs: atMs - request.atMs }) };
  };

  const sighting = (direction: FrameDescription['direction'], { kind, bytes }: Piece): Sighting => {
    if (kind === 'opaque') {
      const first = !said[direction];
      said[direction] = true;
      return bytesSeen(direction, bytes, first ? whyOpaque(bytes) : undefined);
    }
    try {
      return messageSeen(direction, bytes);
    } catch (error) {
      // Whatever it is, the connection that is watched must not suffer from it.
      return bytesSeen(direction, bytes, `it cannot be described: ${String(error)}`);
    }
  };

  return {
    push: (direction, chunk) => cutters[direction].push(chunk).map((piece) => sighting(direction, piece)),
    end(direction) {
      const rest = cutters[direction].rest();
      if (rest.length === 0) return undefined;
      return bytesSeen(direction, rest, `the sender ended within a frame, after ${rest.length} bytes of it`);
    },
  };
}

function whyOpaque(bytes: Uint8Array): string {
  if (bytes[0] === TLS_HANDSHAKE) return 'they are TLS, which is passed on unread from here on';
  const length = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0);
  return `${length} is no length of a frame; what follows is passed on unread`;
}
