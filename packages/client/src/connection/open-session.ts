/** One dial: a pipe, a handshake, and nothing left open when either fails or nobody wants it any more. */
import type { BytePipe, Endpoint, Transport } from '@fluvio-ts/protocol';
import { formatAddress, isFluvioError } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import { startSession } from '@fluvio-ts/protocol/internal';
import { countedSession } from '../observe/counted-session.ts';
import type { Counters } from '../observe/counters.ts';
import type { ServerPlace } from '../observe/events.ts';
import type { Deadline } from './timer.ts';
import { abortedError, orAborted, waitError, withAbortSignal } from './timer.ts';

/** How connections are made. */
export interface DialOptions {
  readonly transport: Transport;
  readonly clientId: string;
  /** Milliseconds for one connection to stand, handshakes included. */
  readonly connectTimeoutMs: number;
  /** Milliseconds of silence after which the server is asked for a sign of life; 0 for never. */
  readonly probeIntervalMs: number;
  /** Whether to acknowledge answers of SPUs early where that helps. Default false. */
  readonly earlyAck?: boolean;
  /** Hears of every connection. */
  readonly counters?: Counters;
}

/** Milliseconds that a server has to answer a probe. */
const PROBE_ANSWER_MS = 10_000;
/** The largest batch that can be read, and the answer around it. */
const LARGEST_FRAME_BYTES = 128 * 1024 * 1024 + 64 * 1024;

/** Dials and shakes hands. @throws the transport's errors, `request/aborted`, `connection/closed`, `wire/*` */
export async function openSession(to: Endpoint, options: DialOptions, stop: StopSignal): Promise<Session> {
  const { counters } = options;
  const startedAt = performance.now();
  try {
    const session = await shakeHands(to, options, stop);
    if (counters === undefined) return session;
    return countedSession(session, counters.connected(placeOf(to), performance.now() - startedAt));
  } catch (error) {
    if (!isFluvioError(stop.reason, 'client/closed')) {
      counters?.failed(placeOf(to), performance.now() - startedAt, error);
    }
    throw error;
  }
}

const placeOf = (to: Endpoint): ServerPlace => ({
  server: to.kind,
  ...(to.kind === 'spu' && { spuId: to.id }),
  address: formatAddress(to.address),
});

async function shakeHands(to: Endpoint, options: DialOptions, stop: StopSignal): Promise<Session> {
  const { transport, clientId, connectTimeoutMs, probeIntervalMs } = options;
  const pipe = await withAbortSignal(stop, (signal) => {
    const connecting = transport.connect(to, { signal });
    const what = `connecting to ${to.kind === 'sc' ? 'the SC' : `SPU ${to.id}`} at ${formatAddress(to.address)}`;
    return orAborted(connecting, stop, () => {
      dropLate(connecting);
      return abortedError(what, stop);
    });
  });
  return startSession(pipe, {
    server: to.kind,
    clientId,
    handshakeTimeoutMs: connectTimeoutMs,
    frameLimitBytes: LARGEST_FRAME_BYTES,
    probe: probeIntervalMs > 0 ? { idleMs: probeIntervalMs, answerMs: PROBE_ANSWER_MS } : undefined,
    signal: stop,
    earlyAck: options.earlyAck === true && to.kind === 'spu',
  });
}

/** A transport may notice the abort too late, or not at all: what it brings is not wanted any more. */
function dropLate(connecting: Promise<BytePipe>): void {
  connecting.then(
    (pipe) => pipe.close(),
    () => {},
  );
}

/** What a dial that ran out of time says; its own abort is no reason. */
export const dialTimeout = (what: string, timeoutMs: number, limit: Deadline, error: unknown): Error =>
  waitError(what, timeoutMs, limit, isFluvioError(error, 'request/aborted') ? undefined : error);
