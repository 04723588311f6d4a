/** The client half of one connection: requests go out, answers come back by correlation id. */
import type { FluvioError } from '../errors.ts';
import { isFluvioError, protocolError } from '../errors.ts';
import { DEFAULT_FRAME_LIMIT_BYTES, frameSplitter } from '../frames.ts';
import type { Api } from '../messages/api.ts';
import type { ApiVersionsResponse } from '../messages/api-versions.ts';
import { ScApiVersions, SpuApiVersions } from '../messages/api-versions.ts';
import { correlationIdOf, decodeResponse, writeRequest } from '../messages/envelope.ts';
import { errorText } from '../messages/error-code.ts';
import { UpdateOffsets } from '../messages/spu/stream-fetch.ts';
import type { BytePipe } from '../transport.ts';
import { negotiate } from '../versions.ts';
import type { AnswerQueue, Answers } from './answers.ts';
import { answerQueue } from './answers.ts';
import { correlationIds } from './correlation-ids.ts';
import type { EarlyAck } from './early-ack.ts';
import { earlyAck } from './early-ack.ts';
import { patientTimer } from './patient-timer.ts';
import type { StopSignal } from './stop.ts';
import type { Watchdog } from './watchdog.ts';
import { watchdog } from './watchdog.ts';

/** How one call is bounded. */
export interface CallOptions {
  readonly signal?: StopSignal | undefined;
  /** Milliseconds until `request/timeout`; default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds that the server may be silent because of this call, on top of what {@link SessionOptions.probe} grants. Default 0. */
  readonly patienceMs?: number | undefined;
}

/** How a stream is bounded. */
export interface OpenOptions {
  readonly signal?: StopSignal | undefined;
  /** Answers that may wait to be taken before the stream fails with `stream/overflow`; default 1,024. */
  readonly queueLimit?: number | undefined;
}

/** One connection to one server, after its ApiVersions exchange. */
export interface Session {
  /** Address of the server, for error texts. */
  readonly peer: string;
  /** What the server said of itself. */
  readonly server: ApiVersionsResponse;
  /** Version at which an API is spoken here. @throws `version/unsupported` */
  version(api: Api<unknown, unknown>): number;
  /**
   * Sends a request and waits for its answer. An answer that comes after a time-out or an abort is ignored.
   *
   * @throws `request/timeout`, `request/aborted`, `connection/closed`, `version/unsupported`, `wire/*`
   */
  call<Q, R>(api: Api<Q, R>, request: Q, options?: CallOptions): Promise<R>;
  /** Sends a request whose answers keep coming. @throws as {@link Session.call} */
  open<Q, R>(api: Api<Q, R>, request: Q, options?: OpenOptions): Answers<R>;
  /** Drops the connection: pending calls and streams fail with `connection/closed`. */
  close(reason?: string): void;
  /** Settles with the reason when the connection is over; never rejects. */
  readonly closed: Promise<FluvioError>;
  /** Whether the connection is over. */
  readonly isClosed: boolean;
}

/** How a session begins. */
export interface SessionOptions {
  readonly server: 'sc' | 'spu';
  /** Default `fluvio-ts`. */
  readonly clientId?: string;
  /** Semantic version that is told to the server; the SC drops clients without one. */
  readonly clientVersion?: string;
  /** Milliseconds for the ApiVersions exchange; default 10,000. */
  readonly handshakeTimeoutMs?: number;
  readonly frameLimitBytes?: number;
  /**
   * After `idleMs` milliseconds of silence the server is asked for its versions once more, and the connection ends with
   * `connection/closed` when nothing at all comes for another `answerMs`. Default: silence is never doubted.
   */
  readonly probe?: { readonly idleMs: number; readonly answerMs: number } | undefined;
  readonly signal?: StopSignal | undefined;
  /** Whether to acknowledge early where the pipe can and the server needs it. Default false. */
  readonly earlyAck?: boolean | undefined;
}

const DEFAULT_CALL_TIMEOUT_MS = 60_000;
const DEFAULT_HANDSHAKE_TIMEOUT_MS = 10_000;
const DEFAULT_QUEUE_LIMIT = 1024;
const HANDSHAKE_VERSION = 2;

/** What waits for frames of one correlation id. */
interface Waiter {
  readonly kind: 'answer' | 'credit' | 'other';
  readonly patienceMs?: number | undefined;
  onFrame(frame: Uint8Array): void;
  onEnd(error: FluvioError): void;
}

/**
 * Starts a session on a fresh pipe: exchanges ApiVersions, then serves calls. The pipe is closed when this fails.
 *
 * Requests are written without waiting for the pipe to take them, so what waits to be sent is bounded by those who ask:
 * the budget of producers, one credit per stream, and callers who wait for their answers.
 *
 * @throws `request/timeout`, `request/aborted`, `connection/closed`, `wire/*`
 */
export async function startSession(pipe: BytePipe, options: SessionOptions): Promise<Session> {
  const clientId = options.clientId ?? 'fluvio-ts';
  const waiters = new Map<number, Waiter>();
  const { peer } = pipe;
  const takeId = correlationIds((id) => waiters.has(id));
  let failure: FluvioError | undefined;
  let served: ApiVersionsResponse | undefined;
  let dog: Watchdog | undefined;
  const versions = new Map<object, number>();
  let settleClosed: (reason: FluvioError) => void = () => {};
  const closed = new Promise<FluvioError>((resolve) => {
    settleClosed = resolve;
  });

  const finish = (error: FluvioError): void => {
    if (failure !== undefined) return;
    failure = error;
    dog?.stop();
    pipe.close(error);
    const pending = [...waiters.values()];
    waiters.clear();
    for (const waiter of pending) waiter.onEnd(error);
    settleClosed(error);
  };

  /** What cannot be read is told as it is while the server may not be one at all; later on, trying again may help. */
  const fail = (reason: unknown): void => {
    const isTold = isFluvioError(reason) && (served === undefined || !reason.code.startsWith('wire/'));
    if (isTold) finish(reason);
    else finish(protocolError('connection/closed', { peer, reason: reasonText(reason) }, reason));
  };

  const read = async (): Promise<void> => {
    const splitter = frameSplitter(options.frameLimitBytes ?? DEFAULT_FRAME_LIMIT_BYTES);
    const onFrame = (frame: Uint8Array): void => {
      const waiter = waiters.get(correlationIdOf(frame));
      early?.framed(waiter?.kind ?? 'other', frame.length);
      waiter?.onFrame(frame);
    };
    try {
      for await (const chunk of pipe.incoming) {
        dog?.heard();
        splitter.push(chunk, onFrame);
        const { pendingBytes, announcedBytes } = splitter;
        early?.read({ sizeBytes: chunk.length, pendingBytes, announcedBytes });
      }
      const reason =
        splitter.pendingBytes > 0
          ? 'the server ended it in the middle of an answer'
          : 'the server ended it (it is going down, or could not read a request)';
      finish(protocolError('connection/closed', { peer, reason }));
    } catch (error) {
      fail(error);
    }
  };

  /** Registers before it writes, so that no answer can be missed; a failed write ends the connection. */
  const send = (id: number, chunks: readonly Uint8Array[], waiter: Waiter): void => {
    waiters.set(id, waiter);
    pipe.write(early === undefined ? chunks : early.rest(chunks)).catch(fail);
  };

  const callAt = <Q, R>(api: Api<Q, R>, version: number, request: Q, call: CallOptions): Promise<R> => {
    const { signal, timeoutMs = DEFAULT_CALL_TIMEOUT_MS, patienceMs } = call;
    if (failure !== undefined) return Promise.reject(failure);
    if (signal?.aborted === true) return Promise.reject(aborted(api.name, signal));
    const id = takeId();
    const frame = writeRequest(api, version, id, clientId, request).chunks();
    return new Promise<R>((resolve, reject) => {
      const release = (): void => {
        waiters.delete(id);
        clear();
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        release();
        reject(aborted(api.name, signal));
      };
      const clear = patientTimer(timeoutMs, () => {
        release();
        reject(protocolError('request/timeout', { api: api.name, peer, timeoutMs: Math.round(timeoutMs) }));
      });
      signal?.addEventListener('abort', onAbort, { once: true });
      send(id, frame, {
        kind: api.key === UpdateOffsets.key ? 'credit' : 'other',
        patienceMs,
        onFrame(answer) {
          release();
          try {
            resolve(decodeResponse(api, version, answer));
          } catch (error) {
            reject(error);
            // An answer that cannot be read means that the two sides disagree: nothing after it can be trusted. The other
            // callers did nothing wrong, so theirs is an error that a retry may help.
            const reason = `its answer to ${api.name} cannot be read: ${reasonText(error)}`;
            finish(protocolError('connection/closed', { peer, reason }, error));
          }
        },
        onEnd(error) {
          release();
          reject(error);
        },
      });
    });
  };

  const session: Session = {
    peer,
    closed,
    get server() {
      return served as ApiVersionsResponse;
    },
    get isClosed() {
      return failure !== undefined;
    },
    version(api) {
      let version = versions.get(api);
      if (version === undefined) {
        version = negotiate(
          api as Api<unknown, unknown>,
          served?.apiKeys ?? [],
          `${options.server.toUpperCase()} ${peer}`,
        );
        versions.set(api, version);
      }
      return version;
    },
    async call(api, request, call = {}) {
      return callAt(api, session.version(api), request, call);
    },
    open<Q, R>(api: Api<Q, R>, request: Q, open: OpenOptions = {}) {
      const { signal, queueLimit = DEFAULT_QUEUE_LIMIT } = open;
      if (failure !== undefined) throw failure;
      if (signal?.aborted === true) throw aborted(api.name, signal);
      const version = session.version(api);
      const id = takeId();
      const frame = writeRequest(api, version, id, clientId, request).chunks();
      const onAbort = (): void => answers.fail(aborted(api.name, signal));
      const answers: AnswerQueue<R> = answerQueue(
        queueLimit,
        (answer) => decodeResponse(api, version, answer),
        () => {
          waiters.delete(id);
          signal?.removeEventListener('abort', onAbort);
        },
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      send(id, frame, {
        kind: 'answer',
        onFrame(answer) {
          if (!answers.push(answer)) {
            answers.fail(protocolError('stream/overflow', { api: api.name, limit: queueLimit }));
          }
        },
        onEnd: (error) => answers.fail(error),
      });
      return answers;
    },
    close(reason = 'it was closed by this program') {
      finish(protocolError('connection/closed', { peer, reason }));
    },
  };

  const handshake = options.server === 'sc' ? ScApiVersions : SpuApiVersions;
  const greeting = { clientVersion: options.clientVersion ?? '0.1.0', clientOs: 'js', clientArch: 'js' };

  const watch = ({ idleMs, answerMs }: NonNullable<SessionOptions['probe']>): Watchdog =>
    watchdog({
      idleMs,
      answerMs,
      ask() {
        const id = takeId();
        const frame = writeRequest(handshake, HANDSHAKE_VERSION, id, clientId, greeting).chunks();
        send(id, frame, { kind: 'other', onFrame: () => waiters.delete(id), onEnd() {} });
      },
      patienceMs: () => [...waiters.values()].reduce((most, { patienceMs = 0 }) => Math.max(most, patienceMs), 0),
      dead(silentMs) {
        const reason = `it was silent for ${silentMs} ms and did not answer a probe: the machine or the network may be gone`;
        finish(protocolError('connection/closed', { peer, reason }));
      },
    });

  const early: EarlyAck | undefined =
    options.earlyAck === true && pipe.writesAcknowledge === true
      ? earlyAck(
          (bytes) => void pipe.write([bytes]).catch(fail),
          () => writeRequest(UpdateOffsets, UpdateOffsets.max, takeId(), clientId, { offsets: [] }).chunks(),
        )
      : undefined;

  void read();
  try {
    const answer = await callAt(handshake, HANDSHAKE_VERSION, greeting, {
      signal: options.signal,
      timeoutMs: options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS,
    });
    if (answer.errorCode.kind !== 'None') {
      const reason = `it refuses this client: ${errorText(answer.errorCode)}`;
      throw protocolError('connection/closed', { peer, reason });
    }
    served = answer;
  } catch (error) {
    fail(error);
    throw error;
  }
  if (failure !== undefined) throw failure;
  if (options.probe !== undefined) dog = watch(options.probe);
  return session;
}

function aborted(what: string, signal: StopSignal | undefined): FluvioError {
  return protocolError('request/aborted', { what }, signal?.reason);
}

function reasonText(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
