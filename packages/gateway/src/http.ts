/** The gateway's answers over plain HTTP: JSON, always. */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gatewayError, type Refusal, STATUS } from './errors.ts';

/** The URL of a request, of which only path and query mean something. @throws FluvioError `http/not-found` */
export function urlOf({ url = '/' }: IncomingMessage): URL {
  const base = 'http://gateway';
  if (URL.canParse(url, base)) return new URL(url, base);
  throw gatewayError('http/not-found', { path: url });
}

/** Answers with `body` as JSON. Nothing of it may be kept: it is about this moment. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** Answers with why there is no tunnel. Pages of any origin may read that. */
export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  const { code, message } = refusal;
  const { origin } = response.req.headers;
  sendJson(
    response,
    STATUS[code],
    { code, message },
    {
      ...(origin !== undefined && { 'access-control-allow-origin': origin, vary: 'Origin' }),
      ...(code === 'tunnel/token' && { 'www-authenticate': 'Bearer' }),
      ...(code === 'tunnel/upgrade-required' && { upgrade: 'websocket' }),
      ...(code === 'http/method' && { allow: 'GET' }),
      ...(STATUS[code] === 503 && { 'retry-after': '1' }),
    },
  );
}

/** A response on the socket of an upgrade request that is not upgraded; the socket is closed after it. */
export function responseOn(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  return response;
}
