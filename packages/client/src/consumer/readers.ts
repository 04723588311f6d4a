/** The iterators over what a consumer has: by batches and by records. By hand: a generator costs twice as much per record. */
import type { ConsumerBatch } from './batch.ts';
import type { ConsumerRecord } from './record.ts';

type Next = () => Promise<ConsumerBatch | undefined>;
type Close = () => Promise<void>;

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** How a loop is left. */
const leaving = (close: Close): Pick<Required<AsyncIterator<never, undefined>>, 'return' | 'throw'> => ({
  async return() {
    await close();
    return DONE;
  },
  async throw(error: unknown) {
    await close();
    throw error;
  },
});

/** Hands out batches. */
export function batchReader(next: Next, close: Close): AsyncIterator<ConsumerBatch, undefined> {
  return {
    async next() {
      const batch = await next();
      return batch === undefined ? DONE : { done: false, value: batch };
    },
    ...leaving(close),
  };
}

/** Hands out records; `isCut` tells that the rest of the batch in hand is not wanted any more. */
export function recordReader(
  nextBatch: Next,
  close: Close,
  isCut: () => boolean,
): AsyncIterator<ConsumerRecord, undefined> {
  type Result = IteratorResult<ConsumerRecord, undefined>;
  let records: Iterator<ConsumerRecord> | undefined;
  /** The pull that waits for a batch; those that come meanwhile wait behind it, so that no batch is left half-read. */
  let pending: Promise<Result> | undefined;

  const nextRecord = async (): Promise<Result> => {
    for (;;) {
      try {
        const record = isCut() ? undefined : records?.next();
        if (record !== undefined && record.done !== true) return record;
      } catch (error) {
        return damaged(error);
      }
      records = undefined;
      const batch = await nextBatch();
      if (batch === undefined) return DONE;
      records = batch[Symbol.iterator]();
    }
  };

  /** A record that cannot be read ends the consumer: loops do not close what has thrown. */
  const damaged = async (error: unknown): Promise<never> => {
    records = undefined;
    await close();
    throw error;
  };

  const queue = (): Promise<Result> => {
    const mine: Promise<Result> = pending === undefined ? nextRecord() : pending.then(nextRecord, nextRecord);
    pending = mine;
    const settled = (): void => {
      if (pending === mine) pending = undefined;
    };
    mine.then(settled, settled);
    return mine;
  };

  return {
    next() {
      if (pending === undefined && records !== undefined && !isCut()) {
        try {
          const record = records.next();
          if (record.done !== true) return Promise.resolve(record);
        } catch (error) {
          return damaged(error);
        }
      }
      return queue();
    },
    ...leaving(close),
  };
}
