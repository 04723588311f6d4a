/** The open tunnels of a gateway: what upgrades requests into them, and what ends them all. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Admitted } from './admission.ts';
import { CloseCode, fitReason, refusalCloseCode } from './closing.ts';
import type { Refusal } from './errors.ts';
import { keepAlive } from './keep-alive.ts';
import type { GatewayPlan } from './options.ts';
import { type Tunnel, tunnel } from './tunnel.ts';

/** An upgrade request: its head, its connection, and what came after the head. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}

/** See the file's head. */
export interface Tunnels {
  /** Open now. */
  readonly count: number;
  /** Makes a tunnel of the request and the connection that it was given. */
  open(upgrade: UpgradeRequest, admitted: Admitted): void;
  /** Makes a WebSocket of the request and closes it with the reason: the only answer that a browser shows to its page. */
  refuse(upgrade: UpgradeRequest, refusal: Refusal): void;
  /** Closes all, with code 1001, and those that are still to come; resolves when none is left. */
  stop(): Promise<void>;
  /** Drops all, at once. */
  abort(): void;
}

/** How long a client may take to answer the closing handshake. */
const CLOSE_MS = 5_000;

const STOPPING = 'the gateway is stopping';

/** Makes an empty set. */
export function openTunnels({ limits, log }: GatewayPlan): Tunnels {
  const all = new Set<Tunnel>();
  /** Open only to be told why they are closed. */
  const refused = new Set<WebSocket>();
  let stopping = false;
  const settings = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxMessageBytes,
    closeTimeout: CLOSE_MS, // Not in the types yet.
  };
  const server = new WebSocketServer(settings);

  const join = (ws: WebSocket, socket: Socket, { pipe, who }: Admitted): void => {
    const from = socket.remoteAddress;
    const opened = tunnel({ ws, pipe, who }, limits);
    all.add(opened);
    log('debug', 'opened a tunnel', { from, to: who, tunnels: all.size });
    const stopPings = keepAlive(ws, socket, limits.keepAliveMs, () => {
      log('info', 'dropped a client that does not answer', { from, to: who });
      opened.abort();
    });
    void opened.closed.then((end) => {
      stopPings();
      all.delete(opened);
      log('debug', 'closed a tunnel', { from, to: who, ...end });
    });
    if (stopping) opened.close(CloseCode.stopping, STOPPING);
  };

  return {
    get count() {
      return all.size;
    },
    open({ request, socket, head }, admitted) {
      let upgraded = false;
      // Calls back at once or never: it answers a wrong handshake by itself, and the client may have left meanwhile.
      server.handleUpgrade(request, socket, head, (ws) => {
        upgraded = true;
        join(ws, socket, admitted);
      });
      if (!upgraded) admitted.pipe.close();
    },
    refuse({ request, socket, head }, refusal) {
      server.handleUpgrade(request, socket, head, (ws) => {
        refused.add(ws);
        ws.on('error', () => {}); // Followed by the close.
        ws.once('close', () => refused.delete(ws));
        ws.close(refusalCloseCode(refusal), fitReason(refusal.message));
      });
    },
    async stop() {
      stopping = true;
      for (const each of all) each.close(CloseCode.stopping, STOPPING);
      while (all.size > 0) await Promise.all([...all].map((each) => each.closed));
    },
    abort() {
      for (const each of all) each.abort();
      for (const each of refused) each.terminate();
    },
  };
}
