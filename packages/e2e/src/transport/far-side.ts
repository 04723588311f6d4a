/**
 * The other end of a tested pipe, made of plain sockets and none of the code under test, so that a bug cannot hide by
 * being on both sides.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { Endpoint } from '@fluvio-ts/protocol';

/** One accepted connection, driven by the test. */
export interface FarSide {
  /** Sends bytes; settles when the system has taken all of them, or will not any more. */
  send(bytes: Uint8Array): Promise<void>;
  /** The first `count` bytes that arrived, once they have. */
  bytes(count: number): Promise<Uint8Array>;
  /** Bytes that arrived so far. */
  readonly receivedBytes: number;
  /** Stops taking bytes from the network. */
  pause(): void;
  resume(): void;
  /** Ends its own direction in the clean way. */
  end(): void;
  /** Cuts the connection. */
  reset(): void;
  /** Settles when the client has ended its direction. */
  readonly ended: Promise<void>;
  /** Settles when nothing of the connection is left. */
  readonly closed: Promise<void>;
}

/** Collects what arrives, for {@link FarSide.bytes}. */
export function arrivals() {
  const chunks: Uint8Array[] = [];
  const waiting = new Set<() => void>();
  let total = 0;
  return {
    get total() {
      return total;
    },
    add(chunk: Uint8Array): void {
      chunks.push(chunk);
      total += chunk.length;
      for (const wake of waiting) wake();
    },
    async first(count: number): Promise<Uint8Array> {
      while (total < count) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
      return Buffer.concat(chunks).subarray(0, count);
    },
  };
}

/** A server that hands out its connections one by one. */
export interface FarServer {
  readonly endpoint: Endpoint;
  /** The next connection, in the order of their arrival. */
  accept(): Promise<FarSide>;
  /** Cuts all connections and stops listening. */
  close(): Promise<void>;
}

/** A first-in, first-out hand-over of connections to {@link FarServer.accept}. */
export function connections() {
  const ready: FarSide[] = [];
  const takers: ((side: FarSide) => void)[] = [];
  return {
    add(side: FarSide): void {
      const taker = takers.shift();
      if (taker === undefined) ready.push(side);
      else taker(side);
    },
    take(): Promise<FarSide> {
      const side = ready.shift();
      return side === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(side);
    },
  };
}

/** A TCP server, or a TLS one when `tls` is given. */
export async function farTcpServer(tls?: TlsOptions): Promise<FarServer> {
  const accepted = connections();
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    // A TLS socket cannot be reset, the one below it can; they are of one peer.
    const raw = [...sockets].find((each) => each.remotePort === socket.remotePort) ?? socket;
    accepted.add(farSocket(socket, raw));
  };
  const options = { allowHalfOpen: true, noDelay: true };
  const server = tls === undefined ? createServer(options, serve) : createTlsServer({ ...options, ...tls }, serve);
  server.prependListener('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await listen(server);
  return {
    endpoint: { kind: 'sc', address: { host: '127.0.0.1', port } },
    accept: () => accepted.take(),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Listens on a free port of the loopback interface. */
export async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** A port on which nothing listens: one that was free a moment ago. */
export async function deadPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function farSocket(socket: Socket, raw: Socket): FarSide {
  const received = arrivals();
  socket.on('data', (chunk: Uint8Array) => received.add(chunk));
  socket.on('error', () => {});
  const ended = new Promise<void>((resolve) => socket.once('end', resolve));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    send: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    bytes: (count) => received.first(count),
    get receivedBytes() {
      return received.total;
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    end: () => socket.end(),
    reset: () => {
      raw.resetAndDestroy();
    },
    ended,
    closed,
  };
}
