import { afterEach, beforeEach, expect, test } from 'vitest';
import { storeNumbers, texts, withTopic } from '../testing/filled.ts';
import { until } from '../testing/until.ts';

const unhandled: unknown[] = [];
const listener = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => void process.on('unhandledRejection', listener));
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', listener);
  expect(unhandled.splice(0)).toEqual([]);
});
/** As JavaScript allows it where a function that returns nothing is wanted. */
const rejecting = (async (): Promise<void> => {
  throw new Error('mine');
}) as () => void;

test('a gap whose hook rejects ends the consumer with that', async () => {
  const { cluster, client } = await withTopic();
  storeNumbers(cluster, 0, 5, 10);
  const log = cluster.log('t', 0);
  log.batches.splice(0, 2);
  log.start = 20n;
  const options = { start: { offset: 3n }, whenEvicted: 'earliest', onGap: rejecting } as const;
  await expect(texts(client.consumer('t', options))).rejects.toThrow('mine');
});

test('a retry whose hook rejects ends the consumer with that', async () => {
  const { cluster, client } = await withTopic();
  storeNumbers(cluster, 0, 1, 10);
  const records = client.consumer('t', { start: 'beginning', onRetry: rejecting })[Symbol.asyncIterator]();
  await records.next();
  const rest = (async () => {
    while ((await records.next()).done !== true);
  })();
  cluster.cut(1);
  await expect(rest).rejects.toThrow('mine');
});

test('a commit that fails and whose hook rejects changes nothing', async () => {
  const { cluster, client } = await withTopic();
  storeNumbers(cluster, 0, 1, 10);
  let told = 0;
  const onCommitError = (async (): Promise<void> => {
    told++;
    throw new Error('mine');
  }) as () => void;
  cluster.faults.store = () => ({ kind: 'Other', message: 'not now' });
  const consumer = client.consumer('t', { consumerId: 'c', start: 'beginning', commitIntervalMs: 5, onCommitError });
  const records = consumer[Symbol.asyncIterator]();
  for (let i = 0; i < 5; i++) await records.next();
  await until(() => told > 1);
  await consumer.close();
});
