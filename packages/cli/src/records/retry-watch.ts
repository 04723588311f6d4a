/** Says when reading is interrupted, and gives up after a time where the user does not want to wait for ever. */
import type { ConsumerGap, ConsumerRetry } from '@fluvio-ts/client';
import type { Talk } from '../output/talk.ts';

/** See the file's head. */
export interface RetryWatch {
  readonly onRetry: (retry: ConsumerRetry) => void;
  readonly onGap: (gap: ConsumerGap) => void;
  /** Records have come. */
  arrived(): void;
  /** Aborted, with the last error as its reason, when the time is over. */
  readonly given: AbortSignal;
}

/** Watches one consumer; without `timeoutMs` it waits for ever. */
export function retryWatch(talk: Talk, timeoutMs: number | undefined): RetryWatch {
  const stop = new AbortController();
  let since: number | undefined;
  return {
    onRetry({ topic, partition, attempt, error }) {
      const now = performance.now();
      if (attempt === 1) {
        since ??= now;
        talk.warn(`reading ${topic}-${partition} was interrupted (${reasonOf(error)}), trying again`);
      }
      if (timeoutMs !== undefined && since !== undefined && now - since >= timeoutMs) stop.abort(error);
    },
    onGap({ topic, partition, wanted, next }) {
      talk.warn(
        `offsets ${wanted} to ${next - 1n} of ${topic}-${partition} are not stored any more, going on at ${next}`,
      );
    },
    arrived() {
      since = undefined;
    },
    given: stop.signal,
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
