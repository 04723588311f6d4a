/** A server that takes sockets over TLS. */
import type { Server, Socket } from 'node:net';
import { createServer, type SecureContextOptions } from 'node:tls';
import { clusterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import { refusePeer } from '../security/peer.ts';
import type { ServerTls } from '../security/server-tls.ts';
import { peerName } from './peer-name.ts';

/** How sockets are taken. */
export interface SecureOptions {
  readonly tls: ServerTls;
  /** A handshake that takes longer is ended. */
  readonly handshakeTimeoutMs: number;
  /** Takes a socket whose handshake is over, and whose certificate counts, if it has shown one. */
  readonly accept: (socket: Socket) => void;
  readonly log: Logger;
}

/** Makes a server that does not listen yet. @throws `cluster/options` for certificates that cannot be used */
export function secureServer({ tls, handshakeTimeoutMs, accept, log }: SecureOptions): {
  readonly server: Server;
  /** Drops every socket, those in their handshake too, and stops looking after the certificate. */
  drop(): void;
} {
  const sockets = new Set<Socket>();
  const server = createServer(
    {
      ...usable(tls.context),
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      handshakeTimeout: handshakeTimeoutMs,
      requestCert: true,
      rejectUnauthorized: tls.clientCertificates === 'required',
    },
    (socket) => {
      const refused = refusePeer(socket);
      if (refused === undefined) {
        accept(socket);
        return;
      }
      log('warn', 'a client was refused', { peer: peerName('tls', socket), reason: refused });
      socket.destroy();
    },
  );
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', (error, socket) => {
    log('info', 'a TLS handshake failed', { peer: peerName('tls', socket), reason: error.message });
    socket.destroy();
  });
  const stop = tls.keepFresh((context) => server.setSecureContext(context));
  return {
    server,
    drop() {
      stop();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** What OpenSSL says of a pair that it cannot use comes as an error of ours. */
function usable(context: SecureContextOptions): SecureContextOptions {
  try {
    createServer(context);
    return context;
  } catch (error) {
    throw clusterError('cluster/options', { option: 'tls.files', reason: reasonOf(error) }, error);
  }
}
