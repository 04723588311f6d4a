/** Waiting: for a time, for a deadline, for whichever of several signals comes first. */
import { isFluvioError } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import { patientTimer, protocolError, stopper } from '@fluvio-ts/protocol/internal';
import { clientError, reasonOf } from '../errors.ts';

/** Resolves after `ms` or when the signal is aborted, whichever is first; leaves no timer and no listener behind. */
export function setTimer(ms: number, signal: StopSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** A signal with a deadline, which its owner releases; see {@link deadline}. */
export interface Deadline {
  readonly signal: StopSignal;
  /** Whether the time is over (and not one of the other signals the reason). */
  readonly passed: boolean;
  /** Clears the timer and the listeners. */
  release(): void;
}

/** A signal that is aborted by any of `signals` or after `ms` (24 days at most). Release it in `finally`. */
export function deadline(ms: number, ...signals: readonly (StopSignal | undefined)[]): Deadline {
  // Not an AbortController: that one costs as much as the rest of a small request, most of it in the garbage collector.
  const controller = stopper();
  const given = signals.filter((signal) => signal !== undefined);
  let passed = false;
  const onAbort = (): void => controller.stop(given.find((signal) => signal.aborted)?.reason);
  const clear = patientTimer(ms, () => {
    passed = true;
    controller.stop(undefined);
  });
  for (const signal of given) signal.addEventListener('abort', onAbort, { once: true });
  if (given.some((signal) => signal.aborted)) onAbort();
  return {
    signal: controller.signal,
    get passed() {
      return passed;
    },
    release() {
      clear();
      for (const signal of given) signal.removeEventListener('abort', onAbort);
    },
  };
}

/** Runs `work` with a platform signal that follows `stop`, for those who know no other kind. */
export async function withAbortSignal<T>(stop: StopSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(stop.reason);
  if (stop.aborted) abort();
  else stop.addEventListener('abort', abort, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    stop.removeEventListener('abort', abort);
  }
}

/** Waits for `promise` no longer than the signal allows; then rejects with what `onAbort` makes. */
export async function orAborted<T>(promise: Promise<T>, signal: StopSignal, onAbort: () => Error): Promise<T> {
  if (signal.aborted) {
    // Nobody waits for it any more, so nobody would hear of its rejection.
    promise.catch(() => {});
    throw onAbort();
  }
  let listener: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    listener = () => reject(onAbort());
    signal.addEventListener('abort', listener, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', listener);
  }
}

/** `request/aborted` with the signal's reason as its cause, or that reason itself where it is one of our errors already. */
export const abortedError = (what: string, signal: StopSignal | undefined): Error =>
  isFluvioError(signal?.reason) ? signal.reason : protocolError('request/aborted', { what }, signal?.reason);

/** What a wait that ended says: the deadline, with what kept failing, or the caller's abort. */
export const waitError = (what: string, timeoutMs: number, wait: Deadline, last: unknown): Error =>
  wait.passed
    ? clientError(
        'connect/timeout',
        { what, timeoutMs, reason: last === undefined ? 'there was no answer' : reasonOf(last) },
        last,
      )
    : abortedError(what, wait.signal);
