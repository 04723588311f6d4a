/** The server half of one connection: requests come in, are handled one after another, and are answered. */
import { isFluvioError, protocolError } from '../errors.ts';
import { DEFAULT_FRAME_LIMIT_BYTES, frameSplitter } from '../frames.ts';
import type { Api } from '../messages/api.ts';
import { decodeHeader, writeResponse } from '../messages/envelope.ts';
import type { BytePipe } from '../transport.ts';

/** What a handler knows of its request, besides the body. */
export interface Call<R> {
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string;
  /** Aborted when the connection ends; pushes reject from then on. */
  readonly signal: AbortSignal;
  /** Sends one more answer with this request's correlation id; resolves when the connection wants more. */
  push(response: R): Promise<void>;
}

/** Answers a request, or returns undefined when it answers by {@link Call.push}, now or later. A rejection ends the connection. */
export type Handler<Q, R> = (request: Q, call: Call<R>) => R | undefined | Promise<R | undefined>;

/** An API with its handler; made by {@link on}. */
export interface Route {
  readonly api: Api<unknown, unknown>;
  readonly handler: Handler<unknown, unknown>;
}

/** Binds a handler to an API. `const`, so that labels and kinds in what a handler returns are not widened to `string`. */
export const on = <Q, const R>(api: Api<Q, R>, handler: Handler<Q, R>): Route => ({
  api: api as Api<unknown, unknown>,
  handler: handler as Handler<unknown, unknown>,
});

/** How a connection is served. */
export interface ServeOptions {
  /** Default 64 MiB. */
  readonly frameLimitBytes?: number;
}

/**
 * Serves one connection until it ends, and resolves with the error that ended it (undefined after a clean end). Requests
 * are handled strictly in order; the next is not read before the last is answered. Whatever cannot be read ends the
 * connection without an answer, as in Fluvio.
 */
export async function serve(
  pipe: BytePipe,
  routes: readonly Route[],
  options: ServeOptions = {},
): Promise<Error | undefined> {
  const byKey = new Map(routes.map((route) => [route.api.key, route]));
  const splitter = frameSplitter(options.frameLimitBytes ?? DEFAULT_FRAME_LIMIT_BYTES);
  const connection = new AbortController();
  let frames: Uint8Array[] = [];

  const handle = (frame: Uint8Array): unknown => {
    const { header, body } = decodeHeader(frame);
    const { apiKey, apiVersion: version, correlationId, clientId } = header;
    const route = byKey.get(apiKey);
    if (route === undefined) throw protocolError('wire/invalid', { what: `unknown API key ${apiKey}`, at: 0 });
    const request = route.api.request.at(version).read(body);
    const push = async (response: unknown): Promise<void> => {
      connection.signal.throwIfAborted();
      await pipe.write(writeResponse(route.api, version, correlationId, response).chunks());
    };
    const answer = route.handler(request, { version, correlationId, clientId, signal: connection.signal, push });
    if (answer instanceof Promise) return answer.then((late) => (late === undefined ? undefined : push(late)));
    return answer === undefined ? undefined : push(answer);
  };

  const end = (why: Error | undefined): void => {
    connection.abort(
      isFluvioError(why)
        ? why
        : protocolError('connection/closed', { peer: pipe.peer, reason: why?.message ?? 'the peer ended it' }, why),
    );
  };
  // A handler that waits (for replicas, say) must learn of a lost connection although nothing is read meanwhile.
  void pipe.closed.then(end);

  let reason: Error | undefined;
  try {
    for await (const chunk of pipe.incoming) {
      splitter.push(chunk, (frame) => frames.push(frame));
      const ready = frames;
      frames = [];
      for (const frame of ready) await handle(frame);
    }
  } catch (error) {
    reason = error instanceof Error ? error : new Error(String(error));
  }
  end(reason);
  pipe.close(reason);
  return reason;
}
