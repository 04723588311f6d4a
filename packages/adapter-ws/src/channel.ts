/** What the pipe needs of a WebSocket: the platform's and the `ws` package's differ in all but the idea. */

/** One WebSocket, from its making on. */
export interface Channel {
  /** Sends one binary message. */
  send(message: Uint8Array): void;
  /** Bytes that were sent and that the network has not taken yet. */
  readonly unsentBytes: number;
  /** Calls `then` once, when at most `limit` bytes are unsent; not synchronously, and not after the end. */
  whenUnsentBelow(limit: number, then: () => void): void;
  /** Calls `then` once all that runs now has run, and before the event loop goes on, if the platform can tell. */
  soon(then: () => void): void;
  /** Stops and restarts the peer; absent where the platform cannot. */
  readonly flow?: { pause(): void; resume(): void };
  /** Begins the closing handshake, after all that was sent. */
  end(): void;
  /** Gets rid of the connection as fast as the platform allows; `closed` still follows. */
  drop(): void;
}

/** The close code of a connection that was cut without a closing handshake. */
export const CUT = 1006;

/** What happens to a {@link Channel}, in this order: opened?, message*, failed?, closed. */
export interface ChannelEvents {
  opened(): void;
  message(bytes: Uint8Array): void;
  /** Something broke; `closed` follows. */
  failed(error: Error): void;
  /** Nothing is left. Not called twice. */
  closed(code: number, reason: string): void;
}

/** Begins to connect. Calls no event before it has returned. */
export type OpenChannel = (url: URL, peer: string, events: ChannelEvents) => Channel;
