/** A listening port: every accepted socket becomes a pipe, up to a number of them. Over TCP, or over TLS. */
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { pipeFromSocket } from '@fluvio-ts/adapter-tcp/internal';
import type { Address, BytePipe } from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { PeerIdentity } from '../security/peer.ts';
import { identityOf } from '../security/peer.ts';
import type { ServerTls } from '../security/server-tls.ts';
import { lastingPorts } from './lasting-port.ts';
import { peerName } from './peer-name.ts';
import { secureServer } from './secure-server.ts';

/** Where the servers of a cluster talk to each other: they are all on one machine, and nobody else has to hear it. */
export const LOOPBACK = '127.0.0.1';

/** Where and how to listen. */
export interface ListenOptions {
  readonly host: string;
  /** 0: any, and one that the server can have again later. */
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

/** Starts to listen. @throws `cluster/port-taken`, `cluster/listen`, `cluster/options` for certificates that cannot be used */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host, maxConnections, tls, serve, log } = options;
  const pipes = new Set<BytePipe>();

  const accept = (socket: Socket): void => {
    const peer = peerName(tls === undefined ? 'tcp' : 'tls', socket);
    const pipe = pipeFromSocket(socket, peer);
    pipes.add(pipe);
    void serve(pipe, identityOf(socket)).then((reason) => {
      pipes.delete(pipe);
      if (reason !== undefined) log('info', 'a connection was ended', { peer, reason: reasonOf(reason) });
    });
  };
  const { server, drop } =
    tls === undefined
      ? // Half-open, so that a client that ends its writes still gets its answers.
        { server: createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, accept), drop: () => {} }
      : secureServer({ ...options, tls, accept });
  server.maxConnections = maxConnections;
  server.on('drop', (dropped) => {
    log('warn', 'a connection was refused: there are too many', { from: dropped?.remoteAddress, maxConnections });
  });
  try {
    await bind(server, options);
  } catch (error) {
    drop();
    throw error;
  }
  // After this, errors are those of single accepts, such as too many open files: the port goes on listening.
  server.on('error', (error) => log('warn', 'a connection could not be accepted', { reason: error.message }));
  const { port: bound } = server.address() as AddressInfo;
  return {
    address: { host, port: bound },
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const pipe of pipes) pipe.close();
        drop();
      });
    },
  };
}

async function bind(server: Server, { host, port, option }: ListenOptions): Promise<void> {
  for (const candidate of port === 0 ? lastingPorts() : [port]) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port: candidate }, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE') throw clusterError('cluster/listen', { host, port, reason: message }, error);
      if (port !== 0) throw clusterError('cluster/port-taken', { host, port, option }, error);
    }
  }
}
