/** Changing something at the controller: sent once, never repeated, and seen by this client before it is reported done. */
import type { Cluster } from '@fluvio-ts/client/internal';
import { abortedError, deadline, orAborted, setTimer } from '@fluvio-ts/client/internal';
import type { Api, Status } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import { stopper } from '@fluvio-ts/protocol/internal';
import { adminError, type Refused, refused } from '../errors.ts';

/** How a change is bounded. */
export interface ChangeOptions {
  /** Milliseconds until it must be answered, and seen by this client (which gets at least 1,000 for that). Default 95,000: the controller itself waits for up to 90,000. */
  readonly timeoutMs?: number;
  /** Gives up: the change rejects with `request/aborted`, and may still happen. */
  readonly signal?: AbortSignal;
}

/** What is changed, in words, and the name of the object. */
type Subject = Pick<Refused, 'what' | 'object'>;

/** How it is recognised that something has arrived in the client's metadata. */
export interface Arrival<T> {
  /** As in "creating topic 'orders'". */
  readonly what: string;
  /** The result, or undefined while it is not there yet. */
  readonly look: () => T | undefined;
  /** What is there instead, for the error text. */
  readonly state: () => string;
}

/** The deadline of changes, in milliseconds. */
const CHANGE_TIMEOUT_MS = 95_000;

/** Time that the client's metadata gets for following, however late the controller answered. */
const FOLLOW_MS = 1_000;

/** A change's deadline, which begins when this is made. */
export interface Budget {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  leftMs(): number;
}

/** Starts the clock. */
export function budget({ timeoutMs = CHANGE_TIMEOUT_MS, signal }: ChangeOptions): Budget {
  const end = performance.now() + timeoutMs;
  return { timeoutMs, signal, leftMs: () => end - performance.now() };
}

/**
 * Sends a change, once, and waits for the controller's word.
 *
 * @throws a code of `ServerCodes`, `topic/not-found`, `topic/invalid-name`, `change/unconfirmed`, `connect/timeout`, `request/aborted`, `client/closed`
 */
export async function change<Q>(
  cluster: Cluster,
  subject: Subject,
  api: Api<Q, Status>,
  request: Q,
  { timeoutMs, signal }: Budget,
): Promise<void> {
  await answered(cluster, subject, cluster.callSc(api, request, { signal, timeoutMs }));
}

/** Time that the controller gets for its answer once the client sees the change itself. */
const ANSWER_MS = 1_000;

/**
 * Sends a change that the controller answers when it is done, on a connection of its own, and waits for the controller's
 * word or for the change itself: a Fluvio controller at times misses that its own work is done, and says so when its 90
 * seconds are over.
 *
 * @throws as {@link change}
 */
export async function changeSeen<Q, T>(
  cluster: Cluster,
  api: Api<Q, Status>,
  request: Q,
  arrival: Arrival<T> & Subject,
  time: Budget,
): Promise<T> {
  const { look } = arrival;
  const { timeoutMs, signal } = time;
  // What was there before says nothing about this change; the controller refuses it at once, or has little to do.
  if (look() !== undefined) {
    await change(cluster, arrival, api, request, time);
    return arrived(cluster, arrival, time);
  }
  const enough = stopper();
  const wait = deadline(timeoutMs + FOLLOW_MS, signal, enough.signal);
  const word = answered(cluster, arrival, cluster.callScApart(api, request, { signal: wait.signal, timeoutMs }));
  const seen = async (): Promise<void> => {
    while (look() === undefined) await orAborted(cluster.metadata.changed(), wait.signal, () => new Error('unseen'));
    await setTimer(ANSWER_MS, wait.signal);
  };
  try {
    await Promise.race([word, seen().catch(() => word)]);
  } finally {
    enough.stop(undefined);
    wait.release();
    // Where it came too late to matter.
    word.catch(() => {});
  }
  return arrived(cluster, arrival, time);
}

async function answered(cluster: Cluster, { what, object }: Subject, call: Promise<Status>): Promise<void> {
  let status: Status;
  try {
    status = await call;
  } catch (error) {
    if (!isFluvioError(error, 'connection/closed') && !isFluvioError(error, 'request/timeout')) throw error;
    throw adminError('change/unconfirmed', { what, reason: error.message }, error);
  }
  if (status.errorCode.kind !== 'None') throw refused({ what, object, endpoint: cluster.endpoint }, status);
}

/** Waits until the client's metadata shows what has been done. @throws `wait/timeout`, `request/aborted`, `client/closed` */
export async function arrived<T>(
  cluster: Cluster,
  { what, look, state }: Arrival<T>,
  { timeoutMs, signal, leftMs }: Budget,
): Promise<T> {
  const wait = deadline(Math.max(FOLLOW_MS, leftMs()), signal, cluster.life);
  const onAbort = (): Error =>
    wait.passed
      ? adminError('wait/timeout', { what, timeoutMs, last: `the controller has done it, but ${state()}` })
      : abortedError(what, wait.signal);
  try {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      await orAborted(cluster.metadata.changed(), wait.signal, onAbort);
    }
  } finally {
    wait.release();
  }
}
