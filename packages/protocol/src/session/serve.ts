/** The server half of one connection: requests come in, are handled one after another, and are answered. */
import { isFluvioError, protocolError } from '../errors.ts';
import type { FramePool } from '../frame-pool.ts';
import { DEFAULT_FRAME_LIMIT_BYTES, frameSplitter } from '../frames.ts';
import type { Api } from '../messages/api.ts';
import { decodeHeader, writeResponse } from '../messages/envelope.ts';
import type { BytePipe } from '../transport.ts';
import type { ArrivingBudget } from './arriving.ts';
import { watchArrival } from './arriving.ts';

/** What a handler knows of its request, besides the body. */
export interface Call<R> {
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string;
  /** Aborted when the connection ends; pushes reject from then on. */
  readonly signal: AbortSignal;
  /** Sends one more answer with this request's correlation id; resolves when the connection wants more. */
  push(response: R): Promise<void>;
  /**
   * Whether all answers of the connection have left this process, so that memory which they referred to may be used again.
   * False where the connection cannot tell.
   */
  allSent(): boolean;
  /**
   * Lets the next request of the connection be handled before this one is answered: called by a handler that has done what
   * later requests could depend on, and only waits for others from then on.
   */
  release(): void;
}

/** Answers a request, or returns undefined when it answers by {@link Call.push}, now or later. A rejection ends the connection. */
export type Handler<Q, R> = (request: Q, call: Call<R>) => R | undefined | Promise<R | undefined>;

/** An API with its handler; made by {@link on}. */
export interface Route extends RouteOptions {
  readonly api: Api<unknown, unknown>;
  readonly handler: Handler<unknown, unknown>;
}

/** What more there is to say about a route. */
export interface RouteOptions {
  /** The handler keeps no part of a request once it has answered, so that its memory can be used again. Default false. */
  readonly borrows?: boolean;
}

/** Binds a handler to an API. `const`, so that labels and kinds in what a handler returns are not widened to `string`. */
export const on = <Q, const R>(api: Api<Q, R>, handler: Handler<Q, R>, options: RouteOptions = {}): Route => ({
  ...options,
  api: api as Api<unknown, unknown>,
  handler: handler as Handler<unknown, unknown>,
});

/** How a connection is served. */
export interface ServeOptions {
  /** Default 64 MiB. */
  readonly frameLimitBytes?: number;
  /** How long the first request may take. Default: for ever. */
  readonly firstRequestMs?: number;
  /** How long a request that has begun may take to arrive as a whole. Default: for ever. */
  readonly requestMs?: number;
  /** What requests that are still arriving may hold, all connections with this budget together. Default: no such limit. */
  readonly arriving?: ArrivingBudget;
  /** Memory for requests whose handlers only borrow it. Default: each has its own. */
  readonly framePool?: FramePool;
  /** Requests that may be unanswered at a time after {@link Call.release}; then no more is read. Default 256. */
  readonly waitingLimit?: number;
}

const DEFAULT_WAITING_LIMIT = 256;

/**
 * Serves one connection until it ends, and resolves with the error that ended it (undefined after a clean end). Requests
 * are handled strictly in order; the next is not read before the last is answered, or its handler has released it. Whatever
 * cannot be read ends the connection without an answer, as in Fluvio.
 */
export async function serve(
  pipe: BytePipe,
  routes: readonly Route[],
  options: ServeOptions = {},
): Promise<Error | undefined> {
  const { frameLimitBytes = DEFAULT_FRAME_LIMIT_BYTES, waitingLimit = DEFAULT_WAITING_LIMIT } = options;
  const byKey = new Map(routes.map((route) => [route.api.key, route]));
  const { framePool } = options;
  const splitter = frameSplitter(frameLimitBytes, options.arriving?.reserveBytes, framePool);
  const arrival = watchArrival(pipe, splitter, options);
  const connection = new AbortController();
  let frames: Uint8Array[] = [];
  /** Requests that were released and are not answered. */
  let waiting = 0;
  let answered: () => void = () => {};

  const end = (why: Error | undefined): void => {
    connection.abort(
      isFluvioError(why)
        ? why
        : protocolError('connection/closed', { peer: pipe.peer, reason: why?.message ?? 'the peer ended it' }, why),
    );
  };

  const allSent = (): boolean => pipe.unsentBytes?.() === 0;

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
    let released = false;
    let onRelease: () => void = () => {};
    const release = (): void => {
      if (released) return;
      released = true;
      onRelease();
    };
    const call = { version, correlationId, clientId, signal: connection.signal, push, allSent, release };
    const answer = route.handler(request, call);
    const handled = (): void => {
      if (route.borrows === true) framePool?.give(frame);
    };
    if (!(answer instanceof Promise)) {
      handled();
      return answer === undefined ? undefined : push(answer);
    }
    const done = answer.then((late) => {
      handled();
      return late === undefined ? undefined : push(late);
    });
    return new Promise<void>((resolve, reject) => {
      let waits = false;
      onRelease = () => {
        waits = true;
        waiting++;
        resolve();
      };
      const settle = (): void => {
        onRelease = () => {};
        if (!waits) return;
        waiting--;
        answered();
      };
      done.then(
        () => {
          settle();
          resolve();
        },
        (error: Error) => {
          settle();
          reject(error);
          // Nobody waits for it any more.
          if (waits) pipe.close(error);
        },
      );
      if (released) onRelease();
    });
  };

  const untilWaiting = async (atMost: number): Promise<void> => {
    while (waiting > atMost) {
      await new Promise<void>((resolve) => {
        answered = resolve;
      });
    }
  };

  // A handler that waits (for replicas, say) must learn of a lost connection although nothing is read meanwhile.
  void pipe.closed.then(end);

  let reason: Error | undefined;
  try {
    for await (const chunk of pipe.incoming) {
      splitter.push(chunk, (frame) => frames.push(frame));
      arrival.arrived(frames.length);
      const ready = frames;
      frames = [];
      for (const frame of ready) {
        await handle(frame);
        if (waiting >= waitingLimit) await untilWaiting(waitingLimit - 1);
      }
      arrival.waits();
    }
    // The peer may have ended its own half only, and still want its answers.
    await untilWaiting(0);
  } catch (error) {
    reason = error instanceof Error ? error : new Error(String(error));
  } finally {
    arrival.over();
  }
  end(reason);
  pipe.close(reason);
  return reason;
}
