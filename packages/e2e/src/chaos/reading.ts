/** Consumers under chaos: each notes what it reads, in the order in which it reads it. */
import type { Client } from '@fluvio-ts/client';
import type { Read } from './history.ts';

/** A consumer at work. */
export interface Reader {
  readonly name: string;
  /** Waits until it has read everything that is stored, compares, and ends. Sentences say what is wrong. */
  compare(stored: Read, withinMs: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Reads committed records as they come; a slow one gives credit for one answer at a time. */
export function readCommitted(client: Client, topic: string, pace: 'fast' | 'slow'): Reader {
  const problems: string[] = [];
  const values = new Map<number, string[]>();
  let count = 0;
  let wake: () => void = () => {};
  const consumer = client.consumer(topic, {
    start: 'beginning',
    isolation: 'read_committed',
    ...(pace === 'slow' ? { maxBytes: 2_000, prefetchBytes: 1 } : {}),
  });
  const reading = (async () => {
    for await (const record of consumer) {
      const own = values.get(record.partition) ?? [];
      values.set(record.partition, own);
      if (record.offset !== BigInt(own.length) && problems.length < 5) {
        problems.push(`offset ${record.offset} of partition ${record.partition} comes after ${own.length} records`);
      }
      own.push(record.text());
      count++;
      wake();
    }
  })().catch((error) => problems.push(`it ended: ${String(error)}`));

  return {
    name: `${pace} reader`,
    async compare(stored, withinMs) {
      const all = [...stored.values()].reduce((sum, own) => sum + own.length, 0);
      const until = performance.now() + withinMs;
      while (count < all && performance.now() < until) {
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), pause(100), reading]);
      }
      for (const [partition, own] of stored) {
        const mine = values.get(partition) ?? [];
        const at = own.findIndex((value, offset) => mine[offset] !== value);
        if (at >= 0) {
          problems.push(
            `partition ${partition}: read ${mine.length} of ${own.length}, other than stored from ${at} on`,
          );
        }
      }
      return problems;
    },
    async close() {
      await consumer.close();
      await reading;
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
