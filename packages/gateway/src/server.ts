/** The HTTP server of a gateway: made with or without TLS, listening, and the URL of what it serves. */
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { formatAddress } from '@fluvio-ts/protocol';
import { gatewayError } from './errors.ts';
import { reasonOf } from './log.ts';
import type { GatewayPlan } from './options.ts';

/** How long a client may take to send its request; tunnels have limits of their own. */
const REQUEST_MS = 10_000;

/** @throws FluvioError `gateway/options` when the certificate or the key cannot be used. */
export function makeServer({ tls }: GatewayPlan): Server {
  const timeouts = { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS };
  if (tls === undefined) return createServer(timeouts);
  try {
    return createSecureServer({ ...timeouts, cert: text(tls.cert), key: text(tls.key) });
  } catch (error) {
    throw gatewayError('gateway/options', { option: 'tls', reason: `cannot be used: ${reasonOf(error)}` }, error);
  }
}

/** @throws FluvioError `gateway/listen` */
export function listen(server: Server, { host, port }: GatewayPlan): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      const reason = REASONS[error.code ?? ''] ?? error.message;
      reject(gatewayError('gateway/listen', { address: formatAddress({ host, port }), reason }, error));
    };
    server.once('error', failed);
    server.listen(port, host, () => {
      server.removeListener('error', failed);
      resolve();
    });
  });
}

/** The URL of the tunnels of a server that listens. */
export function tunnelsUrl(server: Server, { host, path, tls }: GatewayPlan): string {
  const { port } = server.address() as AddressInfo;
  return `${tls === undefined ? 'ws' : 'wss'}://${formatAddress({ host: DIALLABLE[host] ?? host, port })}${path}`;
}

/** What to dial for addresses that stand for all. */
const DIALLABLE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'the system forbids it',
  ENOTFOUND: 'the host name is unknown',
};

const text = (pem: string | Uint8Array): string => (typeof pem === 'string' ? pem : new TextDecoder().decode(pem));
