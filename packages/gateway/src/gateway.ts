/** One process in front of a cluster: an HTTP server whose upgrades become tunnels. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { tcp } from '@fluvio-ts/adapter-tcp';
import { connect } from '@fluvio-ts/client';
import { abortedError } from '@fluvio-ts/client/internal';
import { formatAddress } from '@fluvio-ts/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Admitted, admission, isRefusal } from './admission.ts';
import { CloseCode } from './closing.ts';
import { directory } from './directory.ts';
import { gatewayError } from './errors.ts';
import { responseOn, sendJson, sendRefusal, urlOf } from './http.ts';
import { keepAlive } from './keep-alive.ts';
import { reasonOf } from './log.ts';
import { type GatewayOptions, HEALTH_PATH, planGateway } from './options.ts';
import { listen, makeServer, tunnelsUrl } from './server.ts';
import { type Tunnel, tunnel } from './tunnel.ts';

/** A gateway that runs. */
export interface Gateway extends AsyncDisposable {
  /** Where tunnels are, such as `ws://127.0.0.1:9095/v1/tunnel`: what `webSocket({ url })` of `@fluvio-ts/adapter-ws` takes. */
  readonly url: string;
  /** Tunnels that are open. */
  readonly connections: number;
  /** Refuses new tunnels, closes the open ones with code 1001, and frees the port. Safe to call twice; takes 2 s at most. */
  stop(): Promise<void>;
}

/** How long clients may take to answer the closing handshake: of one tunnel, and when the gateway stops. */
const CLOSE_MS = 5_000;
const STOP_MS = 2_000;

const STOPPING = 'the gateway is stopping';

/**
 * Connects to the cluster and opens the gateway in front of it. Later it survives the cluster's restarts by itself.
 *
 * ```ts
 * await using gateway = await startGateway({ cluster: { endpoint: 'localhost:9003' }, port: 9095 });
 * ```
 *
 * @throws FluvioError `gateway/options`, `gateway/listen`; `connect/failed` when the cluster cannot be reached;
 *   `request/aborted`
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const plan = planGateway(options);
  const { cluster, limits, log, signal } = plan;
  const server = makeServer(plan);
  const transport = tcp({ tls: cluster.tls });
  const client = await connect({
    endpoint: formatAddress(cluster.address),
    transport,
    clientId: 'fluvio-ts gateway',
    ...(signal && { signal }),
  });
  const life = new AbortController();
  const tunnels = new Set<Tunnel>();
  const members = directory(client, cluster.address, cluster.spuAddress);
  const admit = admission({ plan, members, transport, life: life.signal });
  const webSockets = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxMessageBytes,
    closeTimeout: CLOSE_MS, // Not in the types yet.
  };
  const upgrades = new WebSocketServer(webSockets);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '' } = request;
    const url = urlOf(request);
    if (url.pathname === HEALTH_PATH && (method === 'GET' || method === 'HEAD')) {
      const connected = await members.reachable();
      sendJson(response, connected ? 200 : 503, {
        status: connected ? 'ok' : 'cluster unreachable',
        cluster: { name: cluster.name, connected, platformVersion: client.platformVersion },
        tunnels: tunnels.size,
      });
      return;
    }
    // Says why the same request for a WebSocket is refused, for browsers do not show the answer to that.
    const { pipe, who } = await admit(request, url);
    pipe.close();
    throw gatewayError('tunnel/upgrade-required', { target: who });
  };

  const refuse = (request: IncomingMessage, response: ServerResponse, error: unknown): void => {
    const from = request.socket.remoteAddress;
    if (isRefusal(error)) {
      log('info', 'refused a request', { from, code: error.code, reason: error.message });
      sendRefusal(response, error);
    } else {
      log('error', 'could not handle a request', { from, reason: reasonOf(error) });
      sendJson(response, 500, { code: 'gateway/internal', message: 'the gateway could not handle the request' });
    }
  };

  const open = (ws: WebSocket, socket: Socket, { pipe, who }: Admitted): void => {
    const from = socket.remoteAddress;
    const opened = tunnel({ ws, pipe, who }, limits);
    tunnels.add(opened);
    log('debug', 'opened a tunnel', { from, to: who, tunnels: tunnels.size });
    const stopPings = keepAlive(ws, socket, limits.keepAliveMs, () => {
      log('info', 'dropped a client that does not answer', { from, to: who });
      opened.abort();
    });
    void opened.closed.then((end) => {
      stopPings();
      tunnels.delete(opened);
      log('debug', 'closed a tunnel', { from, to: who, ...end });
    });
    if (life.signal.aborted) opened.close(CloseCode.stopping, STOPPING);
  };

  const upgrade = async (request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> => {
    const { pipe, who } = await admit(request, urlOf(request));
    let upgraded = false;
    // Calls back at once or never: it answers a wrong handshake by itself, and the client may have left meanwhile.
    upgrades.handleUpgrade(request, socket, head, (ws) => {
      upgraded = true;
      open(ws, socket, { pipe, who });
    });
    if (!upgraded) pipe.close();
  };

  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => refuse(request, response, error));
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const socket = stream as Socket;
    // The server has let go of the socket, and nobody else listens yet.
    socket.on('error', () => {});
    upgrade(request, socket, head).catch((error: unknown) => refuse(request, responseOn(request, socket), error));
  });

  let stopping: Promise<void> | undefined;
  const stopOnce = async (): Promise<void> => {
    signal?.removeEventListener('abort', onAbort);
    life.abort();
    const freed = server.listening ? once(server.close(), 'close') : undefined;
    for (const each of tunnels) each.close(CloseCode.stopping, STOPPING);
    const grace = setTimeout(() => {
      for (const each of tunnels) each.abort();
      server.closeAllConnections();
    }, STOP_MS);
    await Promise.all([...tunnels].map((each) => each.closed));
    await freed;
    clearTimeout(grace);
    await client.close();
    log('info', 'the gateway has stopped');
  };
  const stop = (): Promise<void> => {
    stopping ??= stopOnce();
    return stopping;
  };
  const onAbort = (): void => void stop();

  try {
    await listen(server, plan);
    if (signal?.aborted) throw abortedError('starting the gateway', signal);
  } catch (error) {
    await stop();
    throw error;
  }
  server.on('error', (error) => log('error', 'the server failed', { reason: reasonOf(error) }));
  signal?.addEventListener('abort', onAbort, { once: true });
  const url = tunnelsUrl(server, plan);
  log('info', 'the gateway listens', { url, cluster: cluster.name });
  return {
    url,
    get connections() {
      return tunnels.size;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
