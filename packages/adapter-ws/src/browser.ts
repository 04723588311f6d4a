/**
 * The Fluvio client over WebSocket, in browsers, workers and every other runtime with a `WebSocket` of its own.
 *
 * @packageDocumentation
 */
import type { Transport } from '@fluvio-ts/protocol';
import { type CommonOptions, tunnelTransport } from './connect.ts';
import { webSocketError } from './errors.ts';
import { platformChannel, type WebSocketConstructor } from './platform.ts';

export type { CommonOptions } from './connect.ts';
export type { WebSocketCodes } from './errors.ts';
export type { WebSocketConstructor } from './platform.ts';

/** How {@link webSocket} connects. */
export interface WebSocketOptions extends CommonOptions {
  /**
   * What the gateway knows this client by. It travels in the URL (`?token=`), since browsers let scripts set no header, and
   * so may end up in logs of servers on the way: use `wss:`, and tokens that live for a short time.
   */
  readonly token?: string;
  /** The constructor to use instead of `globalThis.WebSocket`. */
  readonly implementation?: WebSocketConstructor;
}

/**
 * Reaches clusters through a gateway's WebSocket tunnel.
 *
 * - A WebSocket has no half-close: `end()` sends what was written and then closes both directions; what the peer sends
 *   after that is lost.
 * - It cannot be paused: what the reader has not pulled is kept, up to `maxInboundBytes`. Fluvio's streams stay far below
 *   it, since the server sends no more than the client has asked for.
 * - Its errors say little, because browsers hide the reason of a refusal from scripts.
 *
 * `connect` rejects with the codes of {@link WebSocketCodes}; so do a pipe's reads and writes.
 *
 * @throws FluvioError `websocket/options`
 */
export function webSocket(options: WebSocketOptions): Transport {
  const { token } = options;
  return tunnelTransport(options, (url, peer, events) => {
    const implementation = options.implementation ?? globalThis.WebSocket;
    if (implementation === undefined) {
      throw webSocketError('websocket/options', {
        option: 'implementation',
        reason: 'this runtime has no WebSocket of its own, so one must be given',
      });
    }
    const withToken = new URL(url);
    if (token !== undefined) withToken.searchParams.set('token', token);
    return platformChannel(implementation)(withToken, peer, events);
  });
}
