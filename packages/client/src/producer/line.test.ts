import type { ErrorCode } from '@fluvio-ts/protocol';
import { readBatches } from '@fluvio-ts/protocol';
import { afterEach, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { connect } from '../client.ts';
import type { Broker } from '../testing/broker.ts';
import { broker } from '../testing/broker.ts';
import { until } from '../testing/until.ts';
import type { ProducerOptions } from './options.ts';

const VALUE_BYTES = 10_000;
/** Enough for several requests. */
const COUNT = 400;

const clients: Client[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close({ timeoutMs: 1 })));
});

/** A producer whose leader has stored a record, so that it need not be waited for. */
const producing = async (options: ProducerOptions = {}) => {
  const cluster = broker(1);
  cluster.addTopic('t', 1);
  const client = await connect({ endpoint: 'localhost:9003', transport: cluster.transport });
  clients.push(client);
  const producer = await client.producer('t', options);
  await Promise.all([producer.send({ value: name(0) }), producer.flush()]);
  await new Promise((resolve) => setImmediate(resolve));
  return { cluster, producer };
};

const name = (i: number): string => `${i}`.padEnd(VALUE_BYTES, '.');
const numbers = Array.from({ length: COUNT }, (_, i) => i);

/** Numbers of the records of the log, in order. */
const stored = (cluster: Broker): number[] =>
  cluster.log('t', 0).batches.flatMap((bytes) => {
    const block = readBatches(bytes).batches[0]?.open();
    if (block === undefined || block instanceof Promise) throw new Error('no block');
    return [...block].map((record) => Number.parseInt(record.text(), 10));
  });

const isSorted = (all: readonly number[]): boolean => all.every((each, i) => i === 0 || (all[i - 1] as number) <= each);

test.each([0, 60_000])(
  'full batches follow a request that is not answered, with a linger of %d ms',
  async (lingerMs) => {
    const { cluster, producer } = await producing({ lingerMs });
    const sent = numbers.slice(1).map((i) => producer.send({ value: name(i) }));
    expect(producer.stats().requestsInFlight).toBeGreaterThan(1);
    await producer.flush();
    const results = await Promise.all(sent);
    expect(results.map(({ offset }) => Number(offset))).toEqual(numbers.slice(1));
    expect(stored(cluster)).toEqual(numbers);
  },
);

test('nothing follows where replicas are waited for', async () => {
  const { cluster, producer } = await producing({ isolation: 'read_committed' });
  let most = 0;
  cluster.faults.produce = () => {
    most = Math.max(most, producer.stats().requestsInFlight);
    return undefined;
  };
  await Promise.all(numbers.slice(1).map((i) => producer.send({ value: name(i) })));
  expect(most).toBe(1);
  expect(stored(cluster)).toEqual(numbers);
});

test('nothing follows on a new connection before something is stored there', async () => {
  const { cluster, producer } = await producing();
  const inFlight: number[] = [];
  cluster.faults.produce = () => {
    inFlight.push(producer.stats().requestsInFlight);
    return undefined;
  };
  cluster.cut(1);
  await until(() => cluster.connections(1) === 0);
  await Promise.all(numbers.slice(1).map((i) => producer.send({ value: name(i) })));
  expect(inFlight[0]).toBe(1);
  expect(Math.max(...inFlight)).toBeGreaterThan(1);
  expect(stored(cluster)).toEqual(numbers);
});

test.each(['cut', 'store and cut'] as const)(
  'a connection that ends with several on their way (%s) loses nothing',
  async (fault) => {
    const { cluster, producer } = await producing();
    let requests = 0;
    cluster.faults.produce = () => (++requests === 2 ? fault : undefined);
    const results = await Promise.all(numbers.slice(1).map((i) => producer.send({ value: name(i) })));
    const log = stored(cluster);
    expect([...new Set(log)]).toEqual(numbers);
    if (fault === 'cut') expect(isSorted(log)).toBe(true);
    // Each is where its result says.
    for (const [i, { offset }] of results.entries()) expect(log[Number(offset)]).toBe(i + 1);
  },
);

test('what is refused for a moment goes again in order, and nothing twice', async () => {
  const { cluster, producer } = await producing();
  let requests = 0;
  const notNow: ErrorCode = { kind: 'NotLeaderForPartition' };
  cluster.faults.produce = () => (++requests >= 2 && requests <= 6 ? notNow : undefined);
  await Promise.all(numbers.slice(1).map((i) => producer.send({ value: name(i) })));
  expect(stored(cluster)).toEqual(numbers);
  expect(producer.stats().retries).toBeGreaterThan(0);
});

test('what a later request has overtaken is refused rather than stored behind it', async () => {
  const { cluster, producer } = await producing();
  let requests = 0;
  cluster.faults.produce = () => (++requests === 2 ? { kind: 'NotLeaderForPartition' } : undefined);
  const outcomes = await Promise.allSettled(numbers.slice(1).map((i) => producer.send({ value: name(i) })));
  const log = stored(cluster);
  expect(isSorted(log)).toBe(true);
  const failed = outcomes.flatMap(({ status }, i) => (status === 'rejected' ? [i + 1] : []));
  expect(failed.length).toBeGreaterThan(0);
  expect([...log, ...failed].sort((a, b) => a - b)).toEqual(numbers);
  // One request's worth, and the next goes through.
  expect(failed.length).toBeLessThan(COUNT / 2);
  expect(await producer.send({ value: name(COUNT) })).toMatchObject({ mayBeDuplicate: false });
});

test('no attempt more than was asked for, and none that may be a second copy where that is not wanted', async () => {
  const { cluster, producer } = await producing({ delivery: 'atMostOnce' });
  let requests = 0;
  cluster.faults.produce = () => (++requests === 2 ? 'store and cut' : undefined);
  const outcomes = await Promise.allSettled(numbers.slice(1).map((i) => producer.send({ value: name(i) })));
  const log = stored(cluster);
  expect(new Set(log).size).toBe(log.length);
  expect(isSorted(log)).toBe(true);
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') expect(log[Number(outcome.value.offset)]).toBe(i + 1);
    else expect(outcome.reason).toMatchObject({ code: 'produce/unconfirmed' });
  }
});
