/** A listening port: every accepted socket becomes a pipe, up to a number of them. Over TCP, or over TLS. */
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { createServer as createTlsServer, type SecureContextOptions } from 'node:tls';
import { pipeFromSocket } from '@fluvio-ts/adapter-tcp/internal';
import type { Address, BytePipe } from '@fluvio-ts/protocol';
import { formatAddress } from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { PeerIdentity } from '../security/peer.ts';
import { identityOf, refusePeer } from '../security/peer.ts';
import type { ServerTls } from '../security/server-tls.ts';

/** Where the servers of a cluster talk to each other: they are all on one machine, and nobody else has to hear it. */
export const LOOPBACK = '127.0.0.1';

/** Where and how to listen. */
export interface ListenOptions {
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** What the caller calls the option that holds the port, for the error that says it is taken. */
  readonly option: string;
  /** Connections above this number are closed at once. */
  readonly maxConnections: number;
  /** How long a TLS handshake may take. */
  readonly handshakeTimeoutMs: number;
  /** Undefined for plaintext. */
  readonly tls?: ServerTls | undefined;
  /** Serves one connection until it ends. Resolves with what ended it; must not reject. */
  readonly serve: (pipe: BytePipe, peer: PeerIdentity | undefined) => Promise<Error | undefined>;
  readonly log: Logger;
}

/** A port that is listened on. */
export interface Listener {
  readonly address: Address;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

/** Starts to listen. @throws `cluster/port-taken`, `cluster/listen`, `cluster/options` for a certificate that cannot be used */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host, port, maxConnections, tls, serve, log } = options;
  const pipes = new Set<BytePipe>();
  const handshakes = new Set<Socket>();
  // Half-open, so that a client that ends its writes still gets its answers.
  const sockets = { allowHalfOpen: true, noDelay: true, keepAlive: true };

  const accept = (socket: Socket): void => {
    const peer = peerName(tls === undefined ? 'tcp' : 'tls', socket);
    const refused = refusePeer(socket);
    if (refused !== undefined) {
      log('warn', 'a client was refused', { peer, reason: refused });
      socket.destroy();
      return;
    }
    const pipe = pipeFromSocket(socket, peer);
    pipes.add(pipe);
    void serve(pipe, identityOf(socket)).then((reason) => {
      pipes.delete(pipe);
      if (reason !== undefined) log('info', 'a connection was ended', { peer, reason: reasonOf(reason) });
    });
  };
  const server =
    tls === undefined
      ? createServer(sockets, accept)
      : secureServer(tls, { ...sockets, handshakeTimeout: options.handshakeTimeoutMs }, accept, log);
  const stopRenewal = tls?.keepFresh((context) =>
    (server as ReturnType<typeof createTlsServer>).setSecureContext(context),
  );
  if (tls !== undefined) {
    server.on('connection', (socket) => {
      handshakes.add(socket);
      socket.once('close', () => handshakes.delete(socket));
    });
  }
  server.maxConnections = maxConnections;
  server.on('drop', (dropped) => {
    log('warn', 'a connection was refused: there are too many', { from: dropped?.remoteAddress, maxConnections });
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE')
          reject(clusterError('cluster/port-taken', { host, port, option: options.option }, error));
        else reject(clusterError('cluster/listen', { host, port, reason: error.message }, error));
      });
      server.listen({ host, port }, resolve);
    });
  } catch (error) {
    stopRenewal?.();
    throw error;
  }
  // After this, errors are those of single accepts, such as too many open files: the port goes on listening.
  server.on('error', (error) => log('warn', 'a connection could not be accepted', { reason: error.message }));
  const { port: bound } = server.address() as AddressInfo;
  return {
    address: { host, port: bound },
    close() {
      stopRenewal?.();
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const pipe of pipes) pipe.close();
        for (const socket of handshakes) socket.destroy();
      });
    },
  };
}

function secureServer(
  { context, clientCertificates }: ServerTls,
  options: { readonly allowHalfOpen: boolean; readonly noDelay: boolean; readonly handshakeTimeout: number },
  accept: (socket: Socket) => void,
  log: Logger,
): Server {
  const server = createTlsServer(
    {
      ...usable(context),
      ...options,
      requestCert: true,
      rejectUnauthorized: clientCertificates === 'required',
    },
    accept,
  );
  server.on('tlsClientError', (error, socket) => {
    log('info', 'a TLS handshake failed', { peer: peerName('tls', socket), reason: error.message });
    socket.destroy();
  });
  return server;
}

/** What OpenSSL says of a pair that it cannot use comes as an error of ours. */
function usable(context: SecureContextOptions): SecureContextOptions {
  try {
    createTlsServer(context);
    return context;
  } catch (error) {
    throw clusterError('cluster/options', { option: 'tls.files', reason: reasonOf(error) }, error);
  }
}

const peerName = (kind: 'tcp' | 'tls', socket: Socket): string =>
  `${kind} ${formatAddress({ host: socket.remoteAddress ?? '?', port: socket.remotePort ?? 0 })}`;
