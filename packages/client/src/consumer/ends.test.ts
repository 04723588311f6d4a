import { describe, expect, test } from 'vitest';
import { store, storeNumbers, texts, withTopic } from '../testing/filled.ts';
import { until } from '../testing/until.ts';

const range = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `${from + i}`);
const T = 1_700_000_000_000;

describe('where it ends', () => {
  test('after so many records, in the middle of a batch, and those only', async () => {
    const { cluster, client } = await withTopic(2);
    storeNumbers(cluster, 0, 3, 10);
    storeNumbers(cluster, 1, 3, 10);
    const consumer = client.consumer('t', { start: 'beginning', until: { count: 25 } });
    expect(await texts(consumer)).toHaveLength(25);
    await until(() => cluster.connections(1) === 0);
  });

  test('with the last of so many records, also where that is waited for, and with nothing behind it', async () => {
    const { client } = await withTopic();
    const producer = await client.producer('t');
    const consumer = client.consumer('t', { start: 'beginning', until: { count: 3 } });
    const records = consumer[Symbol.asyncIterator]();
    for (const value of range(0, 3)) {
      const next = records.next();
      await producer.send({ value });
      expect((await next).value?.text()).toBe(value);
    }
    expect((await records.next()).done).toBe(true);
  });

  test('in front of an offset', async () => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 3, 10);
    const consumer = client.consumer('t', { start: { offset: 5n }, until: { offset: 17n } });
    expect(await texts(consumer)).toEqual(range(5, 17));
  });

  test('in front of an offset that is not there yet: waits for it', async () => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 1, 10);
    const reading = texts(client.consumer('t', { start: 'beginning', until: { offset: 12n } }));
    await until(() => cluster.credits.includes(10n));
    const producer = await client.producer('t');
    for (const value of range(10, 14)) await producer.send({ value });
    expect(await reading).toEqual(range(0, 12));
  });

  test('in front of a time, each partition by itself', async () => {
    const { cluster, client } = await withTopic(2);
    for (const partition of [0, 1]) {
      for (let batch = 0; batch < 4; batch++) {
        store(
          cluster,
          partition,
          [0, 1, 2].map((n) => ({ value: `${partition}:${batch * 3 + n}`, timeMs: T + (batch * 3 + n) * 100 })),
        );
      }
    }
    const consumer = client.consumer('t', { start: 'beginning', until: { time: T + 700 } });
    const values = await texts(consumer);
    for (const partition of [0, 1]) {
      const mine = values.filter((value) => value.startsWith(`${partition}:`));
      expect(mine).toEqual(range(0, 7).map((n) => `${partition}:${n}`));
    }
  });

  test('a time that is over ends at the end, although nothing is as new', async () => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 2, 5);
    expect(await texts(client.consumer('t', { start: 'beginning', until: { time: new Date() } }))).toEqual(
      range(0, 10),
    );
  });

  test('a time to come ends at the end that there is then', async () => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 2, 5);
    const time = Date.now() + 200;
    expect(await texts(client.consumer('t', { start: 'beginning', until: { time } }))).toEqual(range(0, 10));
    expect(Date.now()).toBeGreaterThanOrEqual(time);
  });

  test('when nothing comes for a while, and not while something does', async () => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 2, 5);
    expect(await texts(client.consumer('t', { start: 'beginning', until: { idleMs: 50 } }))).toEqual(range(0, 10));
    await until(() => cluster.connections(1) === 0);
  });

  test.each([
    [{ count: 0 }, /counts 0/],
    [{ offset: -1n }, /offset -1/],
    [{ idleMs: 0 }, /waits for 0/],
    [{ time: Number.NaN }, /a time that is none/],
    ['start' as never, /'start'/],
  ])('%o is refused', async (end, text) => {
    const { client } = await withTopic();
    expect(() => client.consumer('t', { until: end })).toThrow(text);
  });
});

describe('a start by time', () => {
  const filled = async (times: readonly (readonly number[])[]) => {
    const setup = await withTopic();
    let n = 0;
    for (const batch of times)
      store(
        setup.cluster,
        0,
        batch.map((ms) => ({ value: `${n++}`, timeMs: T + ms })),
      );
    return setup;
  };
  const batches = Array.from({ length: 40 }, (_, i) => [0, 1, 2, 3, 4].map((n) => (i * 5 + n) * 10));

  test.each([
    ['before everything', -5_000, 0],
    ['the time of the first record', 0, 0],
    ['the time of a record in the middle of a batch', 730, 73],
    ['a time between two records', 731, 74],
    ['the time of the last record', 1_990, 199],
  ])('%s', async (_, ms, first) => {
    const { client } = await filled(batches);
    const consumer = client.consumer('t', { start: { time: T + ms }, until: 'end' });
    expect(await texts(consumer)).toEqual(range(first, 200));
  });

  test('after everything: waits for what comes', async () => {
    const { client } = await filled(batches);
    expect(await texts(client.consumer('t', { start: { time: T + 5_000 }, until: 'end' }))).toEqual([]);
  });

  test('passes over batches without times', async () => {
    const { cluster, client } = await withTopic();
    for (let i = 0; i < 20; i++) store(cluster, 0, [{ value: `${i}`, timeMs: i % 3 === 1 ? -1 : T + i * 10 }]);
    const values = await texts(client.consumer('t', { start: { time: T + 120 }, until: 'end' }));
    expect(values[0]).toBe('12');
    expect(values).toHaveLength(8);
  });
});

test('several topics are read as one, each record saying where it is from', async () => {
  const { cluster, client } = await withTopic();
  cluster.addTopic('u', 1);
  store(cluster, 0, [{ value: 'a' }]);
  store(cluster, 0, [{ value: 'b' }], 'u');
  const consumer = client.consumer(['t', 'u'], { start: 'beginning', until: 'end' });
  const found: string[] = [];
  for await (const record of consumer) found.push(`${record.topic} ${record.text()}`);
  expect(found.sort()).toEqual(['t a', 'u b']);
  expect(() => client.consumer(['t', 't'])).toThrow(/one twice/);
});

test('workers share the partitions, those that are added later too', async () => {
  const { cluster, client } = await withTopic(5);
  const seen = [0, 1, 2].map(() => new Set<number>());
  const consumers = seen.map((_, worker) =>
    client.consumer('t', { start: 'beginning', partitions: { worker, of: 3 } }),
  );
  const readers = consumers.map(async (consumer, worker) => {
    for await (const record of consumer) seen[worker]?.add(record.partition);
  });
  const producer = await client.producer('t');
  for (let partition = 0; partition < 5; partition++) await producer.send({ value: 'x', partition });
  await until(() => seen.reduce((sum, each) => sum + each.size, 0) === 5);
  cluster.addPartition('t');
  await until(() => cluster.streams.some(({ partition }) => partition === 5));
  await producer.send({ value: 'x', partition: 5 });
  await until(() => seen.reduce((sum, each) => sum + each.size, 0) === 6);
  expect(seen.map((each) => [...each].sort())).toEqual([
    [0, 3],
    [1, 4],
    [2, 5],
  ]);
  await Promise.all(consumers.map((consumer) => consumer.close()));
  await Promise.all(readers);
});

test('a paused consumer hands out nothing, asks for nothing more, and goes on where it was', async () => {
  const { cluster, client } = await withTopic();
  storeNumbers(cluster, 0, 200, 10);
  const consumer = client.consumer('t', { start: 'beginning', until: 'end', maxBytes: 2_000, prefetchBytes: 4_000 });
  const batches = consumer.batches()[Symbol.asyncIterator]();
  const values: string[] = [];
  const read = async (): Promise<boolean> => {
    const next = await batches.next();
    for (const record of next.value ?? []) values.push(record.text());
    return next.done !== true;
  };
  for (let i = 0; i < 50; i++) await read();
  consumer.pause();
  const asked = cluster.credits.length;
  let isRead = false;
  const pending = read().then(() => {
    isRead = true;
  });
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
  expect([isRead, consumer.isPaused]).toEqual([false, true]);
  expect(cluster.credits.length - asked).toBeLessThanOrEqual(2);
  consumer.resume();
  await pending;
  while (await read());
  expect(values).toEqual(range(0, 2_000));
});

test('a paused consumer holds the rest of a batch back, too, and a close ends the read that waits', async () => {
  const { cluster, client } = await withTopic();
  storeNumbers(cluster, 0, 1, 10);
  const consumer = client.consumer('t', { start: 'beginning' });
  const records = consumer[Symbol.asyncIterator]();
  const settled: (string | undefined)[] = [];
  const read = (): Promise<unknown> => records.next().then(({ value }) => settled.push(value?.text()));
  await read();
  consumer.pause();
  const pending = read();
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(settled).toEqual(['0']);
  consumer.resume();
  await pending;
  await read();
  consumer.pause();
  const last = read();
  await consumer.close();
  await last;
  expect(settled).toEqual(['0', '1', '2', undefined]);
});

describe('silence ends every read that waits', () => {
  const idle = { start: 'beginning', until: { idleMs: 20 } } as const;

  test.each(['before', 'after'] as const)('that came %s a pause', async (when) => {
    const { client } = await withTopic();
    const consumer = client.consumer('t', idle);
    const records = consumer[Symbol.asyncIterator]();
    if (when === 'after') consumer.pause();
    const pending = records.next();
    consumer.pause();
    consumer.resume();
    expect((await pending).done).toBe(true);
  });

  test('but not a program that computed for so long, with a record waiting for it', async () => {
    const { client } = await withTopic();
    const producer = await client.producer('t');
    await producer.send({ value: 'first' });
    const records = client.consumer('t', { start: 'beginning', until: { idleMs: 50 } })[Symbol.asyncIterator]();
    expect((await records.next()).value?.text()).toBe('first');
    const pending = records.next();
    // As from the network, it is there once timers have had their turn.
    setImmediate(() => void producer.send({ value: 'second' }));
    const until = performance.now() + 150;
    while (performance.now() < until);
    expect((await pending).value?.text()).toBe('second');
    expect((await records.next()).done).toBe(true);
  });

  test('and the others, when one of them gets something', async () => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 1, 1);
    const consumer = client.consumer('t', { start: 'beginning', until: { idleMs: 500 } });
    const first = consumer.batches()[Symbol.asyncIterator]().next();
    const second = consumer.batches()[Symbol.asyncIterator]().next();
    expect([(await first).done, (await second).done]).toEqual([false, true]);
  });
});

test.each([0, 2])('after %i attempts to resume, with the last reason, where so many are allowed', async (retries) => {
  const { cluster, client } = await withTopic();
  storeNumbers(cluster, 0, 1, 3);
  const told: number[] = [];
  const onRetry = ({ attempt }: { readonly attempt: number }): void => void told.push(attempt);
  const records = client.consumer('t', { start: 'beginning', retries, onRetry })[Symbol.asyncIterator]();
  for (let i = 0; i < 3; i++) await records.next();
  const pending = records.next();
  cluster.faults.stream = () => ({ kind: 'NotLeaderForPartition' });
  cluster.cut(1);
  await expect(pending).rejects.toThrow(retries === 0 ? /connection/ : /NotLeaderForPartition/);
  expect(told).toEqual([1, 2].slice(0, retries));
});

test('the partition that mirrors a cluster is read by its name', async () => {
  const { cluster, client } = await withTopic();
  const config = {
    kind: 'home' as const,
    source: false,
    partitions: ['edge-1', 'edge-2'].map((remoteCluster) => ({ remoteCluster, remoteReplica: 'm-0', source: false })),
  };
  cluster.addTopic('m', 2, { spec: { replicas: { kind: 'mirror', config } } });
  store(cluster, 0, [{ value: 'of edge-1' }], 'm');
  store(cluster, 1, [{ value: 'of edge-2' }], 'm');
  const read = (topic: string, mirror: string): Promise<string[]> =>
    texts(client.consumer(topic, { start: 'beginning', until: 'end', partitions: { mirror } }));
  expect(await read('m', 'edge-2')).toEqual(['of edge-2']);
  await expect(read('m', 'edge-3')).rejects.toThrow(/mirrors edge-1, edge-2/);
  await expect(read('t', 'edge-1')).rejects.toThrow(/mirrors no cluster/);
});

test('a web stream of records, which closes the consumer when it is cancelled', async () => {
  const { cluster, client } = await withTopic();
  storeNumbers(cluster, 0, 3, 10);
  const all: string[] = [];
  const reader = client.consumer('t', { start: 'beginning', until: 'end' }).readable().getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) all.push(next.value.text());
  expect(all).toEqual(range(0, 30));
  const stream = client.consumer('t', { start: 'beginning' }).readable();
  const second = stream.getReader();
  await second.read();
  await second.cancel();
  await until(() => cluster.connections(1) === 0);
});

test('one fetch reads what is there from an offset on, and widens for a batch that does not fit', async () => {
  const { cluster, client } = await withTopic();
  storeNumbers(cluster, 0, 5, 10);
  const all = await client.fetch('t', 0, { offset: 13n });
  expect([...all].map((record) => record.text())).toEqual(range(13, 50));
  expect(all).toMatchObject({ nextOffset: 50n, startOffset: 0n, highWatermark: 50n });
  const one = await client.fetch('t', 0, { offset: 13n, maxBytes: 1 });
  expect([...one].map((record) => record.text())).toEqual(range(13, 20));
  expect(one.nextOffset).toBe(20n);
  expect([...(await client.fetch('t', 0, { offset: 50n }))]).toEqual([]);
  await expect(client.fetch('t', 0, { offset: 0n, maxBytes: 1, maxBatchBytes: 60 })).rejects.toMatchObject({
    code: 'consume/batch-too-large',
  });
});
