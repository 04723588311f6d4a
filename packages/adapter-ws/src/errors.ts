/** What can go wrong with a WebSocket, in words that name the URL. */
import { defineErrors, type ErrorFactory } from '@fluvio-ts/protocol';

/** The codes that `@fluvio-ts/adapter-ws` raises. `peer` is the URL, without its token. */
export interface WebSocketCodes {
  /** Nothing listens at the URL's host and port. */
  'connection/refused': { readonly peer: string };
  /** The host is unknown or the network has no way to it. */
  'connection/unreachable': { readonly peer: string; readonly reason: string };
  /** The connection was not ready within `connectTimeoutMs`. */
  'connection/timeout': { readonly peer: string; readonly timeoutMs: number };
  /** The connection was cut without a closing handshake. */
  'connection/reset': { readonly peer: string };
  /** The pipe was used after its end. */
  'connection/closed': { readonly peer: string; readonly reason: string };
  /** More bytes arrived unread than `maxInboundBytes`. */
  'connection/overflow': { readonly peer: string; readonly limitBytes: number };
  /** The server's certificate is not acceptable. */
  'tls/certificate': { readonly peer: string; readonly reason: string };
  /** `wss:` was asked for, and the server speaks plaintext or another TLS. */
  'tls/handshake': { readonly peer: string; readonly reason: string };
  /** The gateway is there and cannot open a tunnel now: it is full, or cannot reach the cluster (429, 502, 503, 504). */
  'websocket/unavailable': { readonly peer: string; readonly status: number; readonly reason: string };
  /** The server answered the handshake with another HTTP status instead of a WebSocket. */
  'websocket/refused': { readonly peer: string; readonly status: number; readonly reason: string };
  /** No connection, and the runtime does not say why: browsers hide it from scripts. */
  'websocket/failed': { readonly peer: string };
  /** The server closed the connection for a reason of its own. */
  'websocket/closed': { readonly peer: string; readonly closeCode: number; readonly reason: string };
  /** What arrived is not a tunnel's: a text message, a damaged frame, a message over the limit, or not HTTP at all. */
  'websocket/protocol': { readonly peer: string; readonly reason: string };
  /** An option is unusable. */
  'websocket/options': { readonly option: string; readonly reason: string };
  /** The caller's signal was aborted; `cause` is its reason. */
  'request/aborted': { readonly what: string };
}

/** @internal Makes the errors of this package. */
export const webSocketError: ErrorFactory<WebSocketCodes> = defineErrors<WebSocketCodes>({
  'connection/refused': {
    text: (c) => `nothing listens at ${c.peer}: is the gateway running, and is the URL right?`,
    retryable: true,
  },
  'connection/unreachable': {
    text: (c) => `${c.peer} cannot be reached (${c.reason}): check the host name and the network`,
    retryable: true,
  },
  'connection/timeout': {
    text: (c) =>
      `${c.peer} was not connected within ${c.timeoutMs} ms: the gateway is overloaded, does not speak WebSocket there, or a firewall drops the packets`,
    retryable: true,
  },
  'connection/reset': {
    text: (c) =>
      `the connection to ${c.peer} was cut: the gateway may have crashed or restarted, or a proxy in between gave it up`,
    retryable: true,
  },
  'connection/closed': { text: (c) => `the connection to ${c.peer} is closed: ${c.reason}`, retryable: true },
  'connection/overflow': {
    text: (c) =>
      `more than ${c.limitBytes} bytes arrived from ${c.peer} unread: read faster, ask for less at a time, or raise \`maxInboundBytes\``,
  },
  'tls/certificate': { text: (c) => `the certificate of ${c.peer} is not acceptable (${c.reason})` },
  'tls/handshake': {
    text: (c) => `no TLS with ${c.peer} (${c.reason}): if the gateway speaks plaintext there, use ws: instead of wss:`,
  },
  'websocket/unavailable': {
    text: (c) => `${c.peer} cannot open a tunnel now, it says ${c.status}${quoted(c.reason)}`,
    retryable: true,
  },
  'websocket/refused': {
    text: (c) => `${c.peer} refused the tunnel with ${c.status}${quoted(c.reason)}${hint(c.status)}`,
  },
  'websocket/failed': {
    text: (c) =>
      `no WebSocket to ${c.peer}: the gateway is not there or refuses this page; the browser's console and network log tell more`,
    retryable: true,
  },
  'websocket/closed': {
    text: (c) =>
      `${c.peer} closed the connection with code ${c.closeCode}${quoted(c.reason)}${hint(c.closeCode - 4000)}`,
    retryable: true,
  },
  'websocket/protocol': {
    text: (c) => `${c.peer} does not behave like a Fluvio tunnel (${c.reason}): is the URL a gateway's?`,
  },
  'websocket/options': { text: (c) => `the option \`${c.option}\` cannot be used: ${c.reason}` },
  'request/aborted': { text: (c) => `${c.what} was aborted` },
});

const quoted = (reason: string): string => (reason === '' ? '' : ` (${reason})`);

/** What a status usually means here; gateways close with 4000 + status where a browser has to see it. */
function hint(status: number): string {
  switch (status) {
    case 401:
      return ': give `token`, or another one';
    case 403:
      return ': this origin, token or server is not allowed there';
    case 404:
      return ': the gateway has no tunnel at this path, or the cluster no such SPU';
    default:
      return '';
  }
}
