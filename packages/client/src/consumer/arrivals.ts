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
  /** Forgets what is of this partition from that offset on. */
  drop(topic: string, partition: number, from: bigint): void;
  /** A partition's stream is over. */
  end(topic: string, partition: number): void;
  /** The next batch to be read, if there is one. */
  take(): Arrived | undefined;
  readonly isEmpty: boolean;
  clear(): void;
}

/** Whether a batch has records of this partition from that offset on. */
export const reaches = (batch: ConsumerBatch, topic: string, partition: number, from: bigint): boolean =>
  batch.topic === topic && batch.partition === partition && batch.nextOffset > from;

/** Makes an empty queue. */
export function arrivalOrder(): Arrivals {
  let queue: Arrived[] = [];
  return {
    open() {},
    caughtUp() {},
    end() {},
    drop(topic, partition, from) {
      const doomed = queue.filter(({ batch }) => reaches(batch, topic, partition, from));
      queue = queue.filter((each) => !doomed.includes(each));
      for (const { taken } of doomed) taken();
    },
    push: (batch, taken) => void queue.push({ batch, taken }),
    take: () => queue.shift(),
    get isEmpty() {
      return queue.length === 0;
    },
    clear() {
      queue = [];
    },
  };
}
