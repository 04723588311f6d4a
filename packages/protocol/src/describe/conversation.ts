/** Both directions of one connection: remembers what was asked, so that answers can be read. */
import type { FrameDescription, Server } from './frame.ts';
import { describeFrame } from './frame.ts';
import type { ShowOptions } from './place.ts';

/** Requests that are remembered; the oldest are forgotten, streams that old too. */
const REMEMBERED = 10_000;

/** One connection of a client to a server. Frames are given without their length, in the order in which they pass. */
export interface Conversation {
  /** Describes a frame that goes to the server. */
  request(frame: Uint8Array): FrameDescription;
  /** Describes a frame that comes from the server. */
  response(frame: Uint8Array): FrameDescription;
}

/** Begins a conversation with a server. */
export function conversation(server: Server, options: ShowOptions = {}): Conversation {
  const asked = new Map<number, { readonly apiKey: number; readonly apiVersion: number }>();
  return {
    request(frame) {
      const description = describeFrame(frame, { ...options, server, direction: 'request' });
      const { correlationId, apiKey, version: apiVersion } = description;
      if (correlationId !== undefined && apiKey !== undefined && apiVersion !== undefined) {
        asked.delete(correlationId);
        asked.set(correlationId, { apiKey, apiVersion });
        const [oldest] = asked.keys();
        if (asked.size > REMEMBERED && oldest !== undefined) asked.delete(oldest);
      }
      return description;
    },
    response(frame) {
      const bare = describeFrame(frame, { ...options, server, direction: 'response' });
      const answers = bare.correlationId === undefined ? undefined : asked.get(bare.correlationId);
      if (answers === undefined) return bare;
      return describeFrame(frame, { ...options, server, direction: 'response', answers });
    },
  };
}
