/** The far side of a WebSocket tunnel: a server of the `ws` package that takes every message as bytes. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { KeyPair } from '../certificates.ts';
import { arrivals, connections, type FarServer, type FarSide, listen } from './far-side.ts';

/** A {@link FarServer} with a URL. */
export interface FarWebSocketServer extends FarServer {
  readonly url: string;
  /** The handshakes so far. */
  readonly requests: readonly IncomingMessage[];
}

/** A WebSocket server, over TLS when a certificate is given. */
export async function farWebSocketServer(tls?: KeyPair): Promise<FarWebSocketServer> {
  const accepted = connections();
  const requests: IncomingMessage[] = [];
  const server: Server = tls === undefined ? createServer() : createTlsServer(tls);
  const upgrades = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 1024 * 1024 });
  upgrades.on('connection', (socket, request) => {
    requests.push(request);
    accepted.add(farWebSocket(socket, request.socket));
  });
  const port = await listen(server);
  return {
    requests,
    url: `${tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/tunnel`,
    endpoint: { kind: 'sc', address: { host: '127.0.0.1', port } },
    accept: () => accepted.take(),
    close: () => {
      for (const socket of upgrades.clients) socket.terminate();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function farWebSocket(socket: WebSocket, raw: Socket): FarSide {
  const received = arrivals();
  socket.on('message', (data: Buffer) => received.add(data));
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    send: (bytes) => new Promise((resolve) => socket.send(bytes, () => resolve())),
    bytes: (count) => received.first(count),
    get receivedBytes() {
      return received.total;
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    end: () => socket.close(1000),
    reset: () => {
      raw.resetAndDestroy();
    },
    ended: closed,
    closed,
  };
}
