/** What has arrived and nobody has read: batches in the order of their arrival. */
import type { ConsumerBatch } from './batch.ts';

/** A batch, and whom to tell that the application took it. */
export interface Arrived {
  readonly batch: ConsumerBatch;
  readonly taken: () => void;
}

/** A queue of batches between the streams and the reader. */
export interface Arrivals {
  /** A partition's stream begins. */
  open(topic: string, partition: number): void;
  push(batch: ConsumerBatch, taken: () => void): void;
  /** Everything that is stored of a partition has been pushed. */
  caughtUp(topic: string, partition: number): void;
  /** A partition's stream is over. */
  end(topic: string, partition: number): void;
  /** The next batch to be read, if there is one. */
  take(): Arrived | undefined;
  readonly isEmpty: boolean;
  clear(): void;
}

/** Makes an empty queue. */
export function arrivalOrder(): Arrivals {
  const queue: Arrived[] = [];
  return {
    open() {},
    caughtUp() {},
    end() {},
    push: (batch, taken) => void queue.push({ batch, taken }),
    take: () => queue.shift(),
    get isEmpty() {
      return queue.length === 0;
    },
    clear() {
      queue.length = 0;
    },
  };
}
