import { describe, expect, test } from 'vitest';
import { storeNumbers, texts, withTopic } from '../testing/filled.ts';
import { until } from '../testing/until.ts';

const range = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `${from + i}`);

const filled = async (partitions = 1, spus = 1) => {
  const setup = await withTopic(partitions, spus);
  for (let partition = 0; partition < partitions; partition++) storeNumbers(setup.cluster, partition, 5, 10);
  return setup;
};
const named = { consumerId: 'c', start: 'beginning' } as const;

describe('automatic commits', () => {
  test('store everything when the end is reached, and the next consumer starts behind it', async () => {
    const { cluster, client } = await filled(2);
    expect(await texts(client.consumer('t', { ...named, until: 'end' }))).toHaveLength(100);
    expect([...cluster.stored]).toEqual(
      expect.arrayContaining([
        ['c t-0', 49n],
        ['c t-1', 49n],
      ]),
    );
    const producer = await client.producer('t');
    await producer.send({ value: 'new', partition: 1 });
    expect(await texts(client.consumer('t', { ...named, until: 'end' }))).toEqual(['new']);
    expect(await texts(client.consumer('t', { ...named, until: 'end', resume: false }))).toHaveLength(101);
  });

  test('are told, with their failures; and health says how far behind the consumer is', async () => {
    const { cluster, client } = await filled();
    const told: unknown[] = [];
    client.on('commit', (event) => told.push(event));
    const consumer = client.consumer('t', { ...named, commit: 'manual' });
    const records = consumer[Symbol.asyncIterator]();
    await records.next();
    const lag = { topic: 't', partition: 0, consumerId: 'c' };
    expect(client.health().lag).toEqual([{ ...lag, records: 40 }]);
    cluster.faults.store = () => ({ kind: 'Other', message: 'not now' });
    await expect(consumer.commit({ partition: 0, offset: 0n })).rejects.toMatchObject({ code: 'server/error' });
    delete cluster.faults.store;
    await consumer.commit({ partition: 0, offset: 0n });
    const event = { type: 'commit', ...lag, offset: 0n, durationMs: expect.any(Number) };
    expect(told).toEqual([{ ...event, error: expect.any(Error) }, event]);
    for (let i = 1; i < 50; i++) await records.next();
    expect(client.health().lag).toEqual([{ ...lag, records: 0 }]);
    await consumer.close();
    expect(client.health().lag).toEqual([]);
  });

  test('leave the record in hand out when the loop is left, whether it is done or has failed', async () => {
    const { cluster, client } = await filled();
    const seen: string[] = [];
    for await (const record of client.consumer('t', named)) {
      seen.push(record.text());
      if (seen.length === 14) break;
    }
    expect(cluster.stored.get('c t-0')).toBe(12n);
    const failing = async (): Promise<void> => {
      for await (const record of client.consumer('t', named)) {
        if (record.text() === '20') throw new Error('cannot');
      }
    };
    await expect(failing()).rejects.toThrow('cannot');
    expect(cluster.stored.get('c t-0')).toBe(19n);
    expect(await texts(client.consumer('t', { ...named, until: 'end' }))).toEqual(range(20, 50));
  });

  test('by batches: a batch is done when the next one is asked for', async () => {
    const { cluster, client } = await filled();
    let batches = 0;
    for await (const _ of client.consumer('t', named).batches()) if (++batches === 3) break;
    expect(cluster.stored.get('c t-0')).toBe(19n);
  });

  test('come by themselves while the reader works on', async () => {
    const { cluster, client } = await filled();
    const consumer = client.consumer('t', { ...named, commitIntervalMs: 10 });
    const records = consumer[Symbol.asyncIterator]();
    for (let i = 0; i < 15; i++) await records.next();
    await until(() => cluster.stored.get('c t-0') === 13n);
    await consumer.close();
    expect(cluster.stored.get('c t-0')).toBe(13n);
  });

  test('that fail are told, and made up for by the next', async () => {
    const { cluster, client } = await filled();
    cluster.faults.store = () => ({ kind: 'Other', message: 'not now' });
    const errors: unknown[] = [];
    const consumer = client.consumer('t', {
      ...named,
      commitIntervalMs: 10,
      onCommitError: (error) => errors.push(error),
    });
    const records = consumer[Symbol.asyncIterator]();
    for (let i = 0; i < 5; i++) await records.next();
    await until(() => errors.length > 0);
    expect(errors[0]).toMatchObject({ code: 'server/error' });
    delete cluster.faults.store;
    await consumer.close();
    expect(cluster.stored.get('c t-0')).toBe(3n);
  });

  test('survive a lost connection and a new leader', async () => {
    const { cluster, client } = await filled(1, 2);
    const consumer = client.consumer('t', { ...named, until: 'end' });
    let seen = 0;
    for await (const _ of consumer) {
      if (++seen === 12) cluster.cut(1);
      if (seen === 30) cluster.moveLeader('t', 0, 2);
    }
    expect(seen).toBe(50);
    expect(cluster.stored.get('c t-0')).toBe(49n);
  });
});

describe('commits by hand', () => {
  test('store what they are told and nothing else', async () => {
    const { cluster, client } = await filled();
    const consumer = client.consumer('t', { ...named, commit: 'manual' });
    let seen = 0;
    for await (const record of consumer) {
      if (++seen === 7) await consumer.commit(record);
      if (seen === 9) break;
    }
    expect(cluster.stores).toEqual([6n]);
    const second = client.consumer('t', { ...named, commit: 'manual' });
    const records = second[Symbol.asyncIterator]();
    expect((await records.next()).value?.text()).toBe('7');
    await second.commit({ partition: 0, offset: 41n });
    await second.close();
    expect(await texts(client.consumer('t', { ...named, commit: 'manual', until: 'end' }))).toEqual(range(42, 50));
    expect(cluster.stores).toEqual([6n, 41n]);
  });

  test('that cannot be stored are told to their caller, and no later one fails for them', async () => {
    const { cluster, client } = await filled();
    const consumer = client.consumer('t', { ...named, commit: 'manual' });
    await expect(consumer.commit({ partition: 9, offset: 1n })).rejects.toMatchObject({ code: 'partition/not-found' });
    await expect(consumer.commit({ partition: -1, offset: 1n })).rejects.toMatchObject({ code: 'partition/not-found' });
    for (const offset of [-2n, 5 as never]) {
      await expect(consumer.commit({ partition: 0, offset })).rejects.toMatchObject({ code: 'option/invalid' });
    }
    await consumer.commit({ partition: 0, offset: 3n });
    await consumer.commit();
    expect(cluster.stores).toEqual([3n]);
  });

  test('are stored in the order of the calls, back to an offset that is being overtaken, too', async () => {
    const { cluster, client } = await filled();
    const consumer = client.consumer('t', { ...named, commit: 'manual' });
    await consumer.commit({ partition: 0, offset: 3n });
    await Promise.all([7n, 3n].map((offset) => consumer.commit({ partition: 0, offset })));
    expect(cluster.stored.get('c t-0')).toBe(3n);
    await consumer.close();
    await consumer.commit({ partition: 0, offset: 4n });
    expect(cluster.stored.get('c t-0')).toBe(4n);
  });

  test('without a point, store all that was done', async () => {
    const { cluster, client } = await filled();
    const consumer = client.consumer('t', { ...named, commit: 'manual' });
    const records = consumer[Symbol.asyncIterator]();
    for (let i = 0; i < 23; i++) await records.next();
    await consumer.commit();
    expect(cluster.stored.get('c t-0')).toBe(21n);
    await consumer.close();
  });

  test('need a consumer id', async () => {
    const { client } = await filled();
    await expect(client.consumer('t').commit()).rejects.toMatchObject({ code: 'option/invalid' });
  });
});

describe('stored offsets', () => {
  test('are listed, deleted, moved, and measured against what there is', async () => {
    const { cluster, client } = await filled(2);
    await texts(client.consumer('t', { ...named, until: 'end', partitions: [1] }));
    const { consumerOffsets } = client;
    expect(await consumerOffsets.list()).toEqual([
      { consumerId: 'c', topic: 't', partition: 1, offset: 49n, storedAtMs: 1_700_000_000_000 },
    ]);
    await consumerOffsets.set({ consumerId: 'c', topic: 't', partition: 1, offset: 39n });
    expect(cluster.stored.get('c t-1')).toBe(39n);
    expect(await consumerOffsets.lag({ consumerId: 'c', topic: 't' })).toEqual([
      { topic: 't', partition: 0, stored: undefined, highWatermark: 50n, lag: 50n },
      { topic: 't', partition: 1, stored: 39n, highWatermark: 50n, lag: 10n },
    ]);
    expect(await texts(client.consumer('t', { ...named, until: 'end', partitions: [1] }))).toEqual(range(40, 50));
    expect(await consumerOffsets.delete({ consumerId: 'c', topic: 't' })).toHaveLength(1);
    expect(await consumerOffsets.list({ consumerId: 'c' })).toEqual([]);
    await until(() => cluster.connections(1) <= 2);
  });

  test('that retention has overtaken are jumped over, by the policy', async () => {
    const { cluster, client } = await filled();
    await client.consumerOffsets.set({ consumerId: 'c', topic: 't', partition: 0, offset: 4n });
    const log = cluster.log('t', 0);
    log.batches.splice(0, 2);
    log.start = 20n;
    const gaps: unknown[] = [];
    const consumer = client.consumer('t', { ...named, until: 'end', onGap: (gap) => gaps.push(gap) });
    expect(await texts(consumer)).toEqual(range(20, 50));
    expect(gaps).toEqual([{ topic: 't', partition: 0, wanted: 5n, next: 20n, reason: 'evicted' }]);
  });
});

test('a stored offset that the log does not reach is told, and the reader goes on at the end', async () => {
  const { cluster, client } = await filled();
  await client.consumerOffsets.set({ consumerId: 'c', topic: 't', partition: 0, offset: 99n });
  const gaps: unknown[] = [];
  const consumer = client.consumer('t', { ...named, until: { count: 1 }, onGap: (gap) => gaps.push(gap) });
  const read = texts(consumer);
  await until(() => gaps.length > 0);
  expect(gaps).toEqual([{ topic: 't', partition: 0, wanted: 100n, next: 50n, reason: 'truncated' }]);
  storeNumbers(cluster, 0, 1, 1);
  expect(await read).toHaveLength(1);
});

test('a stored offset between the high watermark and the end is where an uncommitted reader goes on', async () => {
  const { cluster, client } = await filled();
  cluster.log('t', 0).highWatermark = 30n;
  await client.consumerOffsets.set({ consumerId: 'c', topic: 't', partition: 0, offset: 39n });
  expect((await texts(client.consumer('t', { ...named, until: { count: 1 } })))[0]).toBe('40');
});

describe('what becomes of an offset that is gone', () => {
  const evicted = async (whenEvicted: 'earliest' | 'latest' | 'fail') => {
    const { cluster, client } = await filled();
    const log = cluster.log('t', 0);
    log.batches.splice(0, 2);
    log.start = 20n;
    const gaps: bigint[] = [];
    const options = { start: { offset: 3n }, until: 'end', whenEvicted } as const;
    return { gaps, read: texts(client.consumer('t', { ...options, onGap: ({ next }) => gaps.push(next) })) };
  };

  test.each([
    ['earliest', 20],
    ['latest', 50],
  ] as const)('%s', async (policy, first) => {
    const { gaps, read } = await evicted(policy);
    expect(await read).toEqual(range(first, 50));
    expect(gaps).toEqual([BigInt(first)]);
  });

  test('fail', async () => {
    const { gaps, read } = await evicted('fail');
    await expect(read).rejects.toMatchObject({ code: 'offset/evicted', context: { name: 'OffsetEvicted' } });
    expect(gaps).toEqual([]);
  });
});

test('a leader that changes while the stored offset is looked up ends nothing', async () => {
  const { cluster, client } = await filled(1, 2);
  const asked = new Promise<void>((resolve) => {
    cluster.faults.listing = async () => {
      resolve();
      await answered;
    };
  });
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const first = client.consumer('t', named)[Symbol.asyncIterator]().next();
  await asked;
  const retries: unknown[] = [];
  const retried = new Promise<void>((resolve) => {
    client.on('consumer-retry', ({ error }) => {
      retries.push(error);
      resolve();
    });
  });
  cluster.moveLeader('t', 0, 2);
  await retried;
  answer();
  expect((await first).value?.offset).toBe(0n);
  expect(retries).toEqual([expect.objectContaining({ code: 'partition/unavailable' })]);
});
