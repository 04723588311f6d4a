/** Which partitions producers and consumers are waiting for, and what each waits for: a leader that is dead, or not elected. */
import { reasonOf } from '../errors.ts';

/** A partition that cannot be written to or read at the moment. */
export interface WaitingPartition {
  readonly topic: string;
  readonly partition: number;
  readonly by: 'producer' | 'consumer';
  /** Milliseconds since it was first tried in vain. */
  readonly forMs: number;
  /** Attempts in vain. */
  readonly attempts: number;
  /** What is waited for: why the last attempt failed. */
  readonly reason: string;
}

/** One producer's or consumer's wait for a partition. */
export interface Wait {
  /** An attempt failed, and will be repeated. */
  failed(error: unknown): void;
  /** It works again, or is not wanted any more. Safe to call at any time. */
  over(): void;
}

/** See the file's head. */
export interface Waits {
  of(by: WaitingPartition['by'], topic: string, partition: number): Wait;
  /** Those that go on. */
  readonly list: readonly WaitingPartition[];
}

/** Nobody waits. */
export function waits(): Waits {
  const open = new Set<() => WaitingPartition>();
  return {
    of(by, topic, partition) {
      let since = 0;
      let attempts = 0;
      let last: unknown;
      const show = (): WaitingPartition => {
        const forMs = Math.round(performance.now() - since);
        return { topic, partition, by, forMs, attempts, reason: reasonOf(last) };
      };
      return {
        failed(error) {
          if (attempts++ === 0) since = performance.now();
          last = error;
          open.add(show);
        },
        over() {
          if (attempts === 0) return;
          attempts = 0;
          last = undefined;
          open.delete(show);
        },
      };
    },
    get list() {
      return [...open].map((show) => show());
    },
  };
}
