/**
 * The Fluvio client over WebSocket, in Node: over the `ws` package, which Node 20 needs and which does more than a
 * browser's.
 *
 * @packageDocumentation
 */
import type { Transport } from '@fluvio-ts/protocol';
import { TUNNEL_MAX_MESSAGE_BYTES } from '@fluvio-ts/protocol/internal';
import { type CommonOptions, tunnelTransport } from './connect.ts';
import { nodeChannel } from './node-channel.ts';

export type { CommonOptions } from './connect.ts';
export type { WebSocketCodes } from './errors.ts';

/** How a `wss:` connection is secured. Certificates and keys are PEM, as text or as bytes. */
export interface WebSocketTls {
  /** Certificates of the CAs to trust, instead of the runtime's. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Our certificate, for gateways that want one. Goes with `key`. */
  readonly cert?: string | Uint8Array;
  /** The private key of `cert`. */
  readonly key?: string | Uint8Array;
  /** **Insecure.** Accepts any certificate of anyone. For tests only. Default false. */
  readonly insecureSkipVerify?: boolean;
}

/** How {@link webSocket} connects. */
export interface WebSocketOptions extends CommonOptions {
  /** What the gateway knows this client by, sent as `Authorization: Bearer`. */
  readonly token?: string;
  /** More headers of the handshake, for proxies on the way. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For `wss:` with certificates of one's own. */
  readonly tls?: WebSocketTls;
}

/**
 * Reaches clusters through a gateway's WebSocket tunnel.
 *
 * A WebSocket has no half-close: `end()` sends what was written and then closes both directions. A reader that does not
 * pull stalls the peer, as over TCP.
 *
 * `connect` rejects with the codes of {@link WebSocketCodes}; so do a pipe's reads and writes.
 *
 * @throws FluvioError `websocket/options`
 */
export function webSocket(options: WebSocketOptions): Transport {
  const { token, headers, tls: { ca, cert, key, insecureSkipVerify = false } = {} } = options;
  const bytes = (pem: string | Uint8Array): string | Buffer => (typeof pem === 'string' ? pem : Buffer.from(pem));
  return tunnelTransport(
    options,
    nodeChannel({
      headers: { ...headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
      maxPayload: Math.max(TUNNEL_MAX_MESSAGE_BYTES, options.maxInboundBytes ?? 64 * 1024 * 1024),
      ...(ca !== undefined && { ca: [ca].flat().map(bytes) }),
      ...(cert !== undefined && { cert: bytes(cert) }),
      ...(key !== undefined && { key: bytes(key) }),
      rejectUnauthorized: !insecureSkipVerify,
    }),
  );
}
