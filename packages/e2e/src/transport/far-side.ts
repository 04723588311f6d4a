/**
 * The other end of a tested pipe, made of plain sockets and none of the code under test, so that a bug cannot hide by
 * being on both sides.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { Worker } from 'node:worker_threads';
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

/** A server that accepts connections and never says a word. */
export async function muteServer(): Promise<{ readonly endpoint: Endpoint; close(): Promise<void> }> {
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  const port = await listen(server);
  return {
    endpoint: { kind: 'sc', address: { host: '127.0.0.1', port } },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A server in a thread of its own that takes bytes as fast as it can. */
export async function fastSink(kind: 'tcp' | 'ws'): Promise<{ readonly port: number; close(): Promise<void> }> {
  const thread = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const server = workerData === 'ws' ? require('node:http').createServer() : require('node:net').createServer();
     if (workerData === 'ws') new (require('ws').WebSocketServer)({ server }).on('connection', (s) => s.on('error', () => {}));
     else server.on('connection', (socket) => socket.on('error', () => {}).resume());
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true, workerData: kind },
  );
  const port = await new Promise<number>((resolve) => thread.once('message', resolve));
  return {
    port,
    async close() {
      await thread.terminate();
    },
  };
}

/** A server whose system accepts no more connections: its thread sleeps, and its queue is full. */
export async function fullServer(): Promise<{ readonly endpoint: Endpoint; close(): Promise<void> }> {
  const thread = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve) => thread.once('message', resolve));
  const queued: Socket[] = [];
  // One more is taken than the backlog says, each at once; then none.
  for (let taken = 0, full = false; taken < 2 || !full; ) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    queued.push(socket);
    const connected = new Promise<boolean>((resolve) => socket.once('connect', () => resolve(true)));
    // However late the timer is on a busy machine, what has happened until then is seen first.
    const silence = new Promise<boolean>((resolve) => {
      setTimeout(() => setImmediate(() => setImmediate(resolve, false)), 200);
    });
    full = !(await Promise.race([connected, silence]));
    if (!full) taken += 1;
  }
  return {
    endpoint: { kind: 'sc', address: { host: '127.0.0.1', port } },
    async close() {
      for (const socket of queued) socket.destroy();
      await thread.terminate();
    },
  };
}

/** A port on which nothing listens: one that was free a moment ago. */
export async function deadPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A {@link FarSide} over a socket; `raw` is what a reset cuts. */
export function farSocket(socket: Socket, raw: Socket): FarSide {
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
