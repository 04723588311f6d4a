/** Working on several records at a time, one at a time for each key, with offsets that are stored in order. */
import { clientError } from '../errors.ts';
import type { Consumer } from './consumer.ts';
import type { ConsumerRecord } from './record.ts';

/** How records are worked on. */
export interface ParallelOptions {
  /** Records that are worked on at the same time. Default 16. */
  readonly concurrency?: number;
  /**
   * What must not be worked on at the same time. Default: the record's key as text, and for a record without one its own
   * place, so that it waits for nobody.
   */
  readonly keyOf?: (record: ConsumerRecord) => string;
  /** Milliseconds between two commits, where the consumer has a `consumerId`. Default 1,000. */
  readonly commitIntervalMs?: number;
}

/** What has been handed to the handler in one partition. */
interface Lane {
  readonly topic: string;
  readonly partition: number;
  /** Offsets in order, and whether each is done. */
  readonly begun: { readonly offset: bigint; isDone: boolean }[];
  /** The last offset with nothing undone in front of it. */
  done: bigint | undefined;
}

/**
 * Hands every record to `handle`, several at a time; records of one key one after another, in order. Commits only what has
 * nothing undone in front of it, so that after a crash nothing is missing (some may come twice). Resolves when the consumer
 * is over and everything is done.
 *
 * The first handler that fails ends it, at once: no more records are begun, those under way are waited for, what is done is
 * committed, and the error is thrown. The consumer is closed in any case.
 *
 * ```ts
 * import type { Client } from '@fluvio-ts/client';
 * import { processByKey } from '@fluvio-ts/client';
 *
 * declare const client: Client;
 * declare function bill(order: unknown): Promise<void>;
 *
 * const orders = client.consumer('orders', { consumerId: 'billing', commit: 'manual' });
 * await processByKey(orders, (record) => bill(record.json()), { concurrency: 32 });
 * ```
 *
 * @throws `option/invalid` for a consumer that commits by itself, what a handler throws, and what the consumer does
 */
export async function processByKey(
  consumer: Consumer,
  handle: (record: ConsumerRecord) => Promise<unknown>,
  options: ParallelOptions = {},
): Promise<void> {
  const { concurrency = 16, commitIntervalMs = 1_000, keyOf = ownKey } = options;
  if (consumer.commitMode === 'auto') {
    const reason = "is 'auto': what is handed out is not done yet here, so make the consumer with commit: 'manual'";
    throw clientError('option/invalid', { option: 'commit', reason });
  }
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw clientError('option/invalid', { option: 'concurrency', reason: `is ${concurrency}: it must be at least 1` });
  }
  const lanes = new Map<string, Lane>();
  const tails = new Map<string, Promise<void>>();
  let running = 0;
  let free: (() => void) | undefined;
  let failure: { readonly error: unknown } | undefined;
  let committing: Promise<void> | undefined;

  const fail = (error: unknown): void => {
    failure ??= { error };
    // Ends the read that may wait for a record that does not come.
    consumer.close().catch(() => {});
  };

  const commit = async (): Promise<void> => {
    if (consumer.commitMode === 'none') return;
    for (const { topic, partition, done } of lanes.values()) {
      if (done !== undefined) await consumer.commit({ topic, partition, offset: done });
    }
  };
  const commitNow = (): void => {
    committing ??= commit()
      .catch(fail)
      .finally(() => {
        committing = undefined;
      });
  };

  const settle = (lane: Lane, entry: Lane['begun'][number]): void => {
    entry.isDone = true;
    while (lane.begun[0]?.isDone === true) lane.done = lane.begun.shift()?.offset;
  };

  const begin = (record: ConsumerRecord): void => {
    const name = `${record.topic}-${record.partition}`;
    const lane: Lane = lanes.get(name) ?? {
      topic: record.topic,
      partition: record.partition,
      begun: [],
      done: undefined,
    };
    lanes.set(name, lane);
    const entry = { offset: record.offset, isDone: false };
    lane.begun.push(entry);
    const key = keyOf(record);
    running++;
    const mine = (tails.get(key) ?? Promise.resolve())
      .then(async () => {
        if (failure !== undefined) return;
        await handle(record);
        settle(lane, entry);
      })
      .catch(fail)
      .finally(() => {
        running--;
        if (tails.get(key) === mine) tails.delete(key);
        free?.();
      });
    tails.set(key, mine);
  };

  const untilRunning = async (most: number): Promise<void> => {
    while (running > most) {
      await new Promise<void>((resolve) => {
        free = resolve;
      });
    }
  };

  const timer = setInterval(commitNow, commitIntervalMs);
  try {
    const records = consumer[Symbol.asyncIterator]();
    while (failure === undefined) {
      const record = await records.next();
      if (record.done === true) break;
      begin(record.value);
      await untilRunning(concurrency - 1);
    }
  } catch (error) {
    fail(error);
  }
  await untilRunning(0);
  clearInterval(timer);
  await committing;
  await commit().catch(fail);
  await consumer.close();
  if (failure !== undefined) throw (failure as { readonly error: unknown }).error;
}

const ownKey = (record: ConsumerRecord): string =>
  record.key === null ? `${record.topic}-${record.partition}-${record.offset}` : `k${record.keyText()}`;
