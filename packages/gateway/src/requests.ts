/** What a gateway answers: its health, a tunnel, or why there is none. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Admission, isRefusal } from './admission.ts';
import { gatewayError } from './errors.ts';
import { responseOn, sendJson, sendRefusal, urlOf } from './http.ts';
import { reasonOf } from './log.ts';
import { type GatewayPlan, HEALTH_PATH } from './options.ts';
import type { Tunnels } from './tunnels.ts';

/** What the answers come from. */
export interface RequestParts {
  readonly plan: GatewayPlan;
  readonly admit: Admission;
  readonly tunnels: Tunnels;
  /** Whether the cluster answers, and of which version it is. Never rejects. */
  readonly health: () => Promise<{ readonly connected: boolean; readonly platformVersion: string }>;
}

/** Answers the requests of `server`. */
export function answerRequests(server: Server, { plan, admit, tunnels, health }: RequestParts): void {
  const { log } = plan;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '' } = request;
    const url = urlOf(request);
    if (url.pathname === HEALTH_PATH && (method === 'GET' || method === 'HEAD')) {
      const { connected, platformVersion } = await health();
      sendJson(response, connected ? 200 : 503, {
        status: connected ? 'ok' : 'cluster unreachable',
        cluster: { name: plan.cluster.name, connected, platformVersion },
        tunnels: tunnels.count,
      });
      return;
    }
    // What a WebSocket would be told, for those that look for a mistake.
    const { pipe, who } = await admit(request, url);
    pipe.close();
    throw gatewayError('tunnel/upgrade-required', { target: who });
  };

  const refuse = (response: ServerResponse, error: unknown): void => {
    if (isRefusal(error)) sendRefusal(response, error);
    else sendJson(response, 500, { code: 'gateway/internal', message: 'the gateway could not handle the request' });
  };

  const report = ({ socket }: IncomingMessage, error: unknown): void => {
    const facts = { from: socket.remoteAddress, reason: reasonOf(error) };
    if (isRefusal(error)) log('info', 'refused a request', { ...facts, code: error.code });
    else log('error', 'could not handle a request', facts);
  };

  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => {
      report(request, error);
      refuse(response, error);
    });
  });

  const upgrade = async (request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> => {
    try {
      tunnels.open({ request, socket, head }, await admit(request, urlOf(request)));
    } catch (error) {
      report(request, error);
      const fromAllowedPage = request.headers.origin !== undefined && plan.allowsOrigin(request.headers);
      if (isRefusal(error) && fromAllowedPage) tunnels.refuse({ request, socket, head }, error);
      else refuse(responseOn(request, socket), error);
    }
  };

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const socket = stream as Socket;
    // The server has let go of the socket, and nobody else listens yet.
    socket.on('error', () => {});
    void upgrade(request, socket, head);
  });
}
