/** What can go wrong on a socket, and which of it the operating system's and OpenSSL's errors mean. */
import { defineErrors, type ErrorFactory } from '@fluvio-ts/protocol';

/** The hop that failed. */
export interface Hop {
  /** How and where: `tcp localhost:9003`, `tls 10.0.0.1:9010`. */
  readonly peer: string;
  /** Who was expected there: `the SC`, `SPU 5001 (main-0)`. */
  readonly who: string;
}

/** The codes that `@fluvio-ts/adapter-tcp` raises. */
export interface TcpCodes {
  /** Nothing listens at the address. */
  'connection/refused': Hop;
  /** The host is unknown or the network has no way to it. */
  'connection/unreachable': Hop & { readonly reason: string };
  /** The connection was not ready within `connectTimeoutMs`; `phase` says how far it came. */
  'connection/timeout': Hop & { readonly timeoutMs: number; readonly phase: 'connect' | 'handshake' };
  /** The peer cut the connection (RST) instead of ending it. */
  'connection/reset': { readonly peer: string; readonly receivedBytes: number };
  /** The peer hung up on the first request without an answer. */
  'connection/no-answer': Hop;
  /** The peer stopped answering, or the network broke, on an open connection. */
  'connection/lost': { readonly peer: string; readonly reason: string };
  /** The pipe was used after its end. */
  'connection/closed': { readonly peer: string; readonly reason: string };
  /** We spoke plaintext, and the peer answered in TLS. */
  'connection/tls-required': { readonly peer: string };
  /** We asked for TLS, and the peer answered in something else, or hung up without an answer. */
  'tls/not-tls': Hop & { readonly answer: 'plaintext' | 'nothing' };
  /** The server's certificate is not acceptable; `reason` is OpenSSL's or Node's code for why. */
  'tls/certificate': Hop & { readonly serverName: string; readonly reason: string; readonly detail: string };
  /** The server does not accept our client certificate, or wants one and got none. */
  'tls/client-certificate': { readonly peer: string; readonly sent: boolean; readonly reason: string };
  /** The two sides could not agree on TLS for another reason. */
  'tls/handshake': { readonly peer: string; readonly serverName: string; readonly reason: string };
  /** A TLS option is unusable: not PEM, a key without its certificate, or a pair that does not match. */
  'tls/options': { readonly option: string; readonly reason: string };
  /** The caller's signal was aborted; `cause` is its reason. */
  'request/aborted': { readonly what: string };
}

const fromMetadata = (hop: Hop): string =>
  hop.who.startsWith('SPU') ? `; the SC gives this address for ${hop.who}, so it must be reachable from here` : '';

/** @internal Makes the errors of this package. */
export const tcpError: ErrorFactory<TcpCodes> = defineErrors<TcpCodes>({
  'connection/refused': {
    text: (c) =>
      `nothing listens at ${c.peer}, where ${c.who} was expected: is the cluster running, and is the address right?${fromMetadata(c)}`,
    retryable: true,
  },
  'connection/unreachable': {
    text: (c) =>
      `${c.peer}, where ${c.who} was expected, cannot be reached (${c.reason}): check the host name and the network${fromMetadata(c)}`,
    retryable: true,
  },
  'connection/timeout': {
    text: (c) =>
      c.phase === 'connect'
        ? `${c.peer}, where ${c.who} was expected, did not accept a connection within ${c.timeoutMs} ms: a firewall may drop the packets, or the address is wrong${fromMetadata(c)}`
        : `${c.peer} accepted the connection and did not answer the TLS handshake within ${c.timeoutMs} ms: it may be a plaintext port (connect without TLS), or overloaded`,
    retryable: true,
  },
  'connection/reset': {
    text: (c) =>
      c.receivedBytes === 0
        ? `${c.peer} reset the connection before it sent a byte: it may refuse this client, expect ${c.peer.startsWith('tls') ? 'plaintext' : 'TLS'}, or not speak Fluvio`
        : `${c.peer} reset the connection after ${c.receivedBytes} bytes: the server may have crashed or restarted`,
    retryable: true,
  },
  'connection/no-answer': {
    text: (c) =>
      c.peer.startsWith('tls')
        ? `${c.peer} hung up on the first request without an answer: it may not accept this client's certificate (or its lack of one), not be ${c.who} of a Fluvio cluster, or be just going down`
        : `${c.peer} hung up on the first request without an answer: it may expect TLS, not be ${c.who} of a Fluvio cluster, or be just going down`,
    retryable: true,
  },
  'connection/lost': {
    text: (c) => `the connection to ${c.peer} broke (${c.reason}): the server or the network is gone`,
    retryable: true,
  },
  'connection/closed': { text: (c) => `the connection to ${c.peer} is closed: ${c.reason}`, retryable: true },
  'connection/tls-required': {
    text: (c) => `${c.peer} answered in TLS, and this client speaks plaintext: turn TLS on for this cluster`,
  },
  'tls/not-tls': {
    text: (c) =>
      c.answer === 'plaintext'
        ? `${c.peer} does not speak TLS: connect without TLS, or use the cluster's TLS port`
        : `${c.peer} hung up on the TLS handshake without an answer: it is probably a plaintext port; connect without TLS, or use the cluster's TLS port`,
  },
  'tls/certificate': { text: (c) => `${c.peer}: ${c.detail}` },
  'tls/client-certificate': {
    text: (c) =>
      c.sent
        ? `${c.peer} does not accept this client's certificate (${c.reason}): is it expired, or of a CA that the server does not trust?`
        : `${c.peer} wants a client certificate (${c.reason}): give \`tls.cert\` and \`tls.key\``,
  },
  'tls/handshake': {
    text: (c) =>
      `the TLS handshake with ${c.peer} for the name '${c.serverName}' failed (${c.reason}): the server may want a client certificate, another server name (\`tls.domain\`) or another TLS version`,
  },
  'tls/options': { text: (c) => `the TLS option \`${c.option}\` cannot be used: ${c.reason}` },
  'request/aborted': { text: (c) => `${c.what} was aborted` },
});
