/** Turns what Node and `ws` say into this package's errors. */
import type { IncomingMessage } from 'node:http';
import type { FluvioError } from '@fluvio-ts/protocol';
import { type WebSocketCodes, webSocketError } from './errors.ts';

interface NodeError extends Error {
  readonly code?: string;
  /** OpenSSL's words, without its file names. */
  readonly reason?: string;
  readonly errors?: readonly NodeError[];
}

const CERTIFICATE = /CERT|UNABLE_TO_(?:GET|VERIFY)|HOSTNAME_MISMATCH/;

/** Statuses of a gateway or a proxy that may be others a moment later. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** As much of a refusal's body as belongs into an error. */
const REASON_CHARACTERS = 200;
/** As much of a body as is read. */
const BODY_CHARACTERS = 2_000;

/** The error of this package that `error` amounts to; `error` becomes its cause. */
export function explain(error: NodeError, peer: string): FluvioError<WebSocketCodes> {
  // A host with several addresses fails with one error for each; the refusal says most, since a host answered.
  const all = error.errors ?? [];
  const telling = all.find((each) => each.code === 'ECONNREFUSED') ?? all[0] ?? error;
  const code = telling.code ?? '';
  const reason = telling.reason ?? (telling.message || code);
  if (code === 'ECONNREFUSED') return webSocketError('connection/refused', { peer }, error);
  if (code === 'ECONNRESET' || code === 'EPIPE') return webSocketError('connection/reset', { peer }, error);
  // OpenSSL's alerts have CERTIFICATE in their names, and are about ours.
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return webSocketError('tls/handshake', { peer, reason }, error);
  if (CERTIFICATE.test(code)) return webSocketError('tls/certificate', { peer, reason }, error);
  // The system's errors have a number, those of `ws` and of the HTTP parser have none.
  if ('syscall' in telling) return webSocketError('connection/unreachable', { peer, reason }, error);
  return webSocketError('websocket/protocol', { peer, reason }, error);
}

/** The error for a handshake that was answered with something else than 101, with the first line of what was said. */
export async function refusal(response: IncomingMessage, peer: string): Promise<FluvioError<WebSocketCodes>> {
  const status = response.statusCode ?? 0;
  const reason = (await firstLine(response)) || response.statusMessage || '';
  const { location } = response.headers;
  return webSocketError(PASSING.has(status) ? 'websocket/unavailable' : 'websocket/refused', {
    peer,
    status,
    reason: location === undefined ? reason : `redirected to ${location}`,
  });
}

/** What a body says: the `message` of JSON, as our gateway sends it, else the first line. */
function messageIn(body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Not JSON: then it is text for people.
  }
  return body.trim().split('\n', 1)[0] ?? '';
}

/** Reads until there is enough of it; whoever called cuts the connection then. */
function firstLine(response: IncomingMessage): Promise<string> {
  if (!/^(?:text\/plain|application\/(?:problem\+)?json)/.test(response.headers['content-type'] ?? '')) {
    return Promise.resolve('');
  }
  let text = '';
  return new Promise((resolve) => {
    const done = (): void => resolve(messageIn(text).slice(0, REASON_CHARACTERS));
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      text += part;
      if (text.length > BODY_CHARACTERS) done();
    });
    response.on('close', done);
    response.on('error', done);
  });
}
