/** Says when reading is interrupted, and gives up after a time where the user does not want to wait for ever. */
import type { ConsumerGap, ConsumerRetry } from '@fluvio-ts/client';
import type { Talk } from '../output/talk.ts';

/** See the file's head. */
export interface RetryWatch {
  readonly onRetry: (retry: ConsumerRetry) => void;
  readonly onGap: (gap: ConsumerGap) => void;
  /** Records of a partition have come. */
  arrived(partition: number): void;
  /** Aborted, with the last error as its reason, when a partition has been away for too long. */
  readonly given: AbortSignal;
}

/** Watches the partitions of one topic; without `timeoutMs` it waits for ever. */
export function retryWatch(talk: Talk, timeoutMs: number | undefined): RetryWatch {
  const stop = new AbortController();
  /** Since when a partition cannot be read. */
  const away = new Map<number, number>();
  return {
    onRetry({ topic, partition, error }) {
      const now = performance.now();
      const since = away.get(partition);
      if (since === undefined) {
        away.set(partition, now);
        talk.warn(`reading ${topic}-${partition} was interrupted (${reasonOf(error)}), trying again`);
      } else if (timeoutMs !== undefined && now - since >= timeoutMs) {
        stop.abort(error);
      }
    },
    onGap({ topic, partition, wanted, next, reason }) {
      const gone = reason === 'evicted' ? `${wanted} to ${next - 1n}` : `${next} to ${wanted - 1n}`;
      talk.warn(`offsets ${gone} of ${topic}-${partition} are not stored any more, going on at ${next}`);
    },
    arrived(partition) {
      away.delete(partition);
    },
    given: stop.signal,
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
