/** Trying again until it works, the deadline passes, or the caller has enough. */
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import { isRetryable } from '../errors.ts';
import { pause } from './backoff.ts';
import { deadline, waitError } from './timer.ts';

/** How a retried operation is bounded. */
export interface RetryOptions {
  /** Names the operation in errors, as in "reading the offsets of topic-0". */
  readonly what: string;
  readonly timeoutMs: number;
  /** Any of these stops it; a signal whose reason is a FluvioError rejects with that error. */
  readonly signals: readonly (StopSignal | undefined)[];
}

/**
 * Runs `attempt` until it succeeds. Errors that a retry cannot help are thrown at once.
 *
 * @throws `connect/timeout` with the last failure as cause, `request/aborted`, and whatever is not retryable
 */
export async function retrying<T>(options: RetryOptions, attempt: (signal: StopSignal) => Promise<T>): Promise<T> {
  const wait = deadline(options.timeoutMs, ...options.signals);
  let last: unknown;
  try {
    for (let tries = 1; ; tries++) {
      if (wait.signal.aborted) throw waitError(options.what, options.timeoutMs, wait, last);
      try {
        return await attempt(wait.signal);
      } catch (error) {
        if (!wait.signal.aborted && !isRetryable(error)) throw error;
        if (!wait.signal.aborted) last = error;
      }
      await pause(tries, wait.signal);
    }
  } finally {
    wait.release();
  }
}
