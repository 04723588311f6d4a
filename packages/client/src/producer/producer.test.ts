import { EMPTY_BATCH_BYTES, readBatches, recordSize } from '@fluvio-ts/protocol';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Client } from '../client.ts';
import { connect } from '../client.ts';
import { clientError } from '../errors.ts';
import type { Broker } from '../testing/broker.ts';
import { broker } from '../testing/broker.ts';
import { until } from '../testing/until.ts';
import type { ProducerOptions } from './options.ts';

const clients: Client[] = [];
const connected = async (cluster: Broker): Promise<Client> => {
  const client = await connect({ endpoint: 'localhost:9003', transport: cluster.transport });
  clients.push(client);
  return client;
};
const producing = async (options: ProducerOptions = {}, partitions = 1, spus = 1) => {
  const cluster = broker(spus);
  cluster.addTopic('t', partitions);
  const client = await connected(cluster);
  return { cluster, client, producer: await client.producer('t', options) };
};

/** Values of a partition's log, in order. */
const stored = (cluster: Broker, partition = 0): string[] =>
  cluster.log('t', partition).batches.flatMap((bytes) => {
    const block = readBatches(bytes).batches[0]?.open();
    if (block === undefined || block instanceof Promise) throw new Error('no block');
    return [...block].map((record) => record.text());
  });

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(clients.splice(0).map((client) => client.close({ timeoutMs: 1 })));
});

test('send resolves with where the acknowledged record is', async () => {
  const { cluster, producer } = await producing();
  expect(await producer.send({ value: 'a' })).toEqual({
    partition: 0,
    offset: 0n,
    timestampMs: expect.any(Number),
    mayBeDuplicate: false,
  });
  expect(await producer.send({ value: new Uint8Array([98]) })).toMatchObject({ offset: 1n });
  expect(stored(cluster)).toEqual(['a', 'b']);
});

test('records that are sent in one turn travel in one batch, in order', async () => {
  const { cluster, producer } = await producing();
  const values = Array.from({ length: 100 }, (_, i) => `value ${i}`);
  const results = await Promise.all(values.map((value) => producer.send({ value })));
  expect(results.map((result) => result.offset)).toEqual(values.map((_, i) => BigInt(i)));
  expect(stored(cluster)).toEqual(values);
  expect(cluster.produced).toHaveLength(1);
  expect(cluster.log('t', 0).batches).toHaveLength(1);
});

test('what comes while a request is in flight becomes the next request', async () => {
  const { cluster, producer } = await producing();
  const first = producer.send({ value: 'first' });
  await until(() => cluster.produced.length === 1);
  const rest = ['second', 'third'].map((value) => producer.send({ value }));
  await Promise.all([first, ...rest]);
  expect(cluster.produced).toHaveLength(2);
});

test('a full batch begins another, and one request carries several', async () => {
  const { cluster, producer } = await producing({ batchBytes: 1_000 });
  const values = Array.from({ length: 50 }, (_, i) => `${i}`.padStart(100, '.'));
  await Promise.all(values.map((value) => producer.send({ value })));
  expect(stored(cluster)).toEqual(values);
  expect(cluster.produced).toHaveLength(1);
  for (const batch of cluster.log('t', 0).batches) expect(batch.length).toBeLessThanOrEqual(1_000);
});

test('a request stays under its limit, and a batch under the segment size of its topic', async () => {
  const cluster = broker();
  cluster.addTopic('t', 1, { segmentSize: 2_048 });
  const producer = await (await connected(cluster)).producer('t', { maxRequestBytes: 4_500 });
  const values = Array.from({ length: 100 }, () => 'x'.repeat(300));
  await Promise.all(values.map((value) => producer.send({ value })));
  expect(stored(cluster)).toEqual(values);
  for (const { topics } of cluster.produced) {
    const sizes = topics.flatMap((topic) => topic.partitions.map(({ records }) => records.length));
    for (const size of sizes) expect(size).toBeLessThanOrEqual(2_048);
    expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(4_500);
  }
});

describe('linger', () => {
  test('waits for more records, and flush does not', async () => {
    const { cluster, producer } = await producing({ lingerMs: 3_600_000 });
    const sent = ['a', 'b'].map((value) => producer.send({ value }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(cluster.produced).toHaveLength(0);
    await producer.flush();
    await Promise.all(sent);
    expect(cluster.produced).toHaveLength(1);
  });

  test('ends by its timer', async () => {
    const { cluster, producer } = await producing({ lingerMs: 5 });
    await Promise.all(['a', 'b'].map((value) => producer.send({ value })));
    expect(cluster.produced).toHaveLength(1);
  });

  test('counts from the first record, also while a request is in flight', async () => {
    const { cluster, producer } = await producing({ lingerMs: 50 });
    vi.useFakeTimers();
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    cluster.faults.produce = () => 'silent';
    void producer.send({ value: 'stuck' }).catch(() => {});
    await vi.advanceTimersByTimeAsync(50);
    expect(cluster.produced).toHaveLength(1);
    delete cluster.faults.produce;
    const sent = producer.send({ value: 'next' });
    await vi.advanceTimersByTimeAsync(60);
    cluster.cut(1);
    await vi.advanceTimersByTimeAsync(45);
    random.mockRestore();
    expect(await sent).toMatchObject({ offset: 1n });
  });

  test('leaves no timer behind a close', async () => {
    const { cluster, client, producer } = await producing({ lingerMs: 3_600_000 });
    vi.useFakeTimers();
    cluster.faults.produce = () => 'silent';
    const sent = producer.send({ value: 'a' }).catch((error: unknown) => error);
    const closing = client.close({ timeoutMs: 5 });
    await vi.advanceTimersByTimeAsync(5);
    await closing;
    expect(await sent).toMatchObject({ code: 'produce/closed' });
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    ['a batch that is full to the byte', 100, 3],
    ['a record that is larger than a batch', 1_000, 1],
  ])('does not hold %s back', async (_, length, count) => {
    const batchBytes = EMPTY_BATCH_BYTES + 3 * recordSize(null, 'x'.repeat(100));
    const { cluster, producer } = await producing({ lingerMs: 60_000, batchBytes });
    const record = { value: 'x'.repeat(length), timestampMs: 1_700_000_000_000 };
    await Promise.all(Array.from({ length: count }, () => producer.send(record)));
    expect(cluster.produced).toHaveLength(1);
  });

  test('does not hold a full batch back', async () => {
    const { cluster, producer } = await producing({ lingerMs: 3_600_000, batchBytes: 300 });
    const full = [1, 2, 3].map(() => producer.send({ value: 'x'.repeat(100) }));
    await Promise.all(full.slice(0, 2));
    expect(cluster.produced).toHaveLength(1);
  });
});

describe('partitions', () => {
  test('a key goes where every other client sends it, an empty key too', async () => {
    const { producer } = await producing({}, 3);
    const partitionOf = async (key: string): Promise<number> => (await producer.send({ key, value: '' })).partition;
    expect(await partitionOf('key')).toBe(2);
    expect(await partitionOf('fluvio')).toBe(1);
    expect(await partitionOf('')).toBe(2);
    expect(await partitionOf('café')).toBe(0);
  });

  test('records without a key go round', async () => {
    const { producer } = await producing({}, 3);
    const results = await Promise.all([1, 2, 3, 4].map(() => producer.send({ value: '' })));
    expect(results.map((result) => result.partition)).toEqual([0, 1, 2, 0]);
  });

  test('a null key is not an empty key', async () => {
    const { cluster, producer } = await producing();
    await producer.send({ key: null, value: '' });
    await producer.send({ key: '', value: '' });
    const keys = cluster.log('t', 0).batches.map((bytes) => {
      const block = readBatches(bytes).batches[0]?.open();
      return block === undefined || block instanceof Promise ? [] : [...block].map((record) => record.key);
    });
    expect(keys).toEqual([[null], [new Uint8Array(0)]]);
  });

  test('one can be named, and a wrong one is refused', async () => {
    const { producer } = await producing({}, 3);
    expect(await producer.send({ key: 'key', value: '', partition: 1 })).toMatchObject({ partition: 1 });
    await expect(producer.send({ value: '', partition: 3 })).rejects.toMatchObject({
      code: 'partition/not-found',
      context: { topic: 't', partition: 3, partitions: 3 },
    });
  });

  test('added partitions are used', async () => {
    const { cluster, producer } = await producing();
    cluster.addPartition('t');
    const partitions = new Set<number>();
    while (partitions.size < 2) partitions.add((await producer.send({ value: '' })).partition);
    expect([...partitions].sort()).toEqual([0, 1]);
  });
});

describe('when things go wrong', () => {
  test('a new leader gets what the old one refuses, in order', async () => {
    const { cluster, producer } = await producing({}, 1, 2);
    await producer.send({ value: 'before' });
    cluster.moveLeader('t', 0, 2, { quietly: true });
    const sent = ['a', 'b', 'c'].map((value) => producer.send({ value }));
    await until(() => cluster.produced.length >= 2);
    cluster.announce();
    const results = await Promise.all(sent);
    expect(results.map((result) => result.mayBeDuplicate)).toEqual([false, false, false]);
    expect(stored(cluster)).toEqual(['before', 'a', 'b', 'c']);
  });

  test('a lost connection is replaced; what was not stored is stored once', async () => {
    const { cluster, producer } = await producing();
    let cuts = 2;
    cluster.faults.produce = () => (cuts-- > 0 ? 'cut' : undefined);
    const results = await Promise.all(['a', 'b'].map((value) => producer.send({ value })));
    expect(stored(cluster)).toEqual(['a', 'b']);
    expect(results.map((result) => result.mayBeDuplicate)).toEqual([true, true]);
  });

  test('a lost answer leads to a repetition that says so', async () => {
    const { cluster, producer } = await producing();
    let cuts = 1;
    cluster.faults.produce = () => (cuts-- > 0 ? 'store and cut' : undefined);
    expect(await producer.send({ value: 'a' })).toMatchObject({ partition: 0, offset: 1n, mayBeDuplicate: true });
    expect(stored(cluster)).toEqual(['a', 'a']);
  });

  test('an error that no retry helps rejects at once and leaves the producer usable', async () => {
    const { cluster, producer } = await producing();
    cluster.faults.produce = () => ({ kind: 'MessageTooLarge' });
    await expect(producer.send({ value: 'a' })).rejects.toMatchObject({
      code: 'batch/too-large',
      context: { name: 'MessageTooLarge', number: 10 },
    });
    delete cluster.faults.produce;
    await expect(producer.send({ value: 'b' })).resolves.toMatchObject({ offset: 0n });
    expect(cluster.produced).toHaveLength(2);
  });

  test('a record over the request limit is refused with both sizes and leaves the others alone', async () => {
    const { cluster, producer } = await producing({ maxRequestBytes: 1_000 });
    const ok = producer.send({ value: 'ok' });
    await expect(producer.send({ value: 'x'.repeat(2_000) })).rejects.toMatchObject({
      code: 'produce/too-large',
      context: { limitBytes: 872, sizeBytes: 2_009 },
    });
    await expect(producer.send({ value: 'é'.repeat(500) })).rejects.toMatchObject({ code: 'produce/too-large' });
    await ok;
    expect(stored(cluster)).toEqual(['ok']);
  });

  test('a timestamp that is no whole number is refused and costs no room', async () => {
    const { producer } = await producing();
    await expect(producer.send({ value: 'a', timestampMs: 1.5 })).rejects.toMatchObject({ code: 'wire/unwritable' });
    expect(producer.bufferedBytes).toBe(0);
    await expect(producer.send({ value: 'b', timestampMs: 1_700_000_000_000 })).resolves.toMatchObject({ offset: 0n });
  });

  test('a record that nobody takes is rejected at its deadline with what it waited for', async () => {
    const { cluster, producer } = await producing({ deliveryTimeoutMs: 60 });
    cluster.faults.produce = () => ({ kind: 'NotLeaderForPartition' });
    await expect(producer.send({ value: 'a' })).rejects.toMatchObject({
      code: 'produce/timeout',
      context: { topic: 't', partition: 0, waitingFor: expect.stringContaining('does not lead') },
    });
    expect(producer.bufferedBytes).toBe(0);
  });

  test('what a leader has stored and could not commit in time is waited for, not sent again and not refused', async () => {
    const { cluster, producer } = await producing({ isolation: 'read_committed' });
    cluster.log('t', 0).highWatermark = 0n;
    cluster.faults.produce = () => 'store and time out';
    const sent = ['a', 'b'].map((value) => producer.send({ value }));
    await until(() => cluster.produced.length === 1);
    delete cluster.faults.produce;
    cluster.log('t', 0).highWatermark = undefined;
    expect(await Promise.all(sent)).toMatchObject([
      { partition: 0, offset: 0n, mayBeDuplicate: false },
      { partition: 0, offset: 1n, mayBeDuplicate: false },
    ]);
    expect(stored(cluster)).toEqual(['a', 'b']);
  });

  test('what the next leader may not have is sent again, with a word', async () => {
    const { cluster, producer } = await producing({ isolation: 'read_committed' }, 1, 2);
    cluster.log('t', 0).highWatermark = 0n;
    cluster.faults.produce = (spu) => (spu === 1 ? 'store and time out' : undefined);
    const sent = producer.send({ value: 'a' });
    await until(() => cluster.produced.length === 1);
    cluster.moveLeader('t', 0, 2);
    expect(await sent).toMatchObject({ mayBeDuplicate: true });
    expect(stored(cluster)).toEqual(['a', 'a']);
  });

  test('what is never committed is rejected at its deadline, which says why', async () => {
    const { cluster, producer } = await producing({ isolation: 'read_committed', deliveryTimeoutMs: 60 });
    cluster.log('t', 0).highWatermark = 0n;
    cluster.faults.produce = () => 'store and time out';
    await expect(producer.send({ value: 'a' })).rejects.toMatchObject({
      code: 'produce/timeout',
      context: { waitingFor: expect.stringContaining('too few of its replicas are in sync') },
    });
    expect(stored(cluster)).toEqual(['a']);
  });

  test('a leader that says nothing any more is left as soon as there is another one', async () => {
    vi.useFakeTimers();
    const { cluster, producer } = await producing({}, 1, 2);
    const first = producer.send({ value: 'before' });
    await vi.advanceTimersByTimeAsync(1);
    await first;
    cluster.freeze(1);
    const sent = ['a', 'b'].map((value) => producer.send({ value }));
    await vi.advanceTimersByTimeAsync(100);
    cluster.moveLeader('t', 0, 2);
    await vi.advanceTimersByTimeAsync(1);
    expect(await Promise.all(sent)).toMatchObject([{ mayBeDuplicate: true }, { mayBeDuplicate: true }]);
    vi.useRealTimers();
  });

  test('a leader that does not even shake hands is left as soon as there is another one', async () => {
    vi.useFakeTimers();
    const { cluster, producer } = await producing({}, 1, 2);
    cluster.faults.handshake = (spu) => (spu === 1 ? 'silent' : undefined);
    const sent = producer.send({ value: 'a' });
    await vi.advanceTimersByTimeAsync(100);
    cluster.moveLeader('t', 0, 2);
    await vi.advanceTimersByTimeAsync(1);
    expect(await sent).toMatchObject({ offset: 0n, mayBeDuplicate: false });
    vi.useRealTimers();
  });

  test('a dead partition does not hold the others up', async () => {
    const { cluster, producer } = await producing({}, 2, 2);
    cluster.faults.produce = (spu) => (spu === 1 ? 'silent' : undefined);
    void producer.send({ value: 'stuck', partition: 0 }).catch(() => {});
    await expect(producer.send({ value: 'free', partition: 1 })).resolves.toMatchObject({ partition: 1 });
  });

  test('a topic that does not exist is refused at once, by name', async () => {
    const { client } = await producing();
    await expect(client.producer('nowhere')).rejects.toMatchObject({
      code: 'topic/not-found',
      message: expect.stringContaining("'nowhere'"),
    });
  });
});

describe('flush', () => {
  test('ends although records keep coming', async () => {
    const { producer } = await producing();
    let going = true;
    const sending = (async () => {
      while (going) await Promise.all([producer.send({ value: 'a' }), producer.send({ value: 'b' })]);
    })();
    const keepBusy = (async () => {
      while (going) await producer.send({ value: 'c' });
    })();
    await producer.flush();
    going = false;
    await Promise.all([sending, keepBusy]);
  });

  test('covers those who wait for room, and not those who come after it', async () => {
    const { cluster, producer } = await producing({ bufferBytes: 500 });
    let settled = 0;
    const send = (): void =>
      void producer.send({ value: 'x'.repeat(100) }).then(
        () => settled++,
        () => {},
      );
    for (let i = 0; i < 20; i++) send();
    const flushed = producer.flush();
    cluster.faults.produce = (_, { topics }) => {
      // Whatever comes behind the twenty is held for ever.
      for (let i = 0; i < 2; i++) send();
      return settled >= 20 && topics.length > 0 ? 'silent' : undefined;
    };
    await flushed;
    expect(settled).toBeGreaterThanOrEqual(20);
  });

  test('waits for what has lingered longer than a delivery may take', async () => {
    const { cluster, producer } = await producing({ lingerMs: 60_000, deliveryTimeoutMs: 20 });
    cluster.faults.produce = () => 'silent';
    let isSettled = false;
    void producer.send({ value: 'a' }).finally(() => {
      isSettled = true;
    });
    const flushed = producer.flush();
    await until(() => cluster.produced.length === 1);
    setTimeout(() => {
      delete cluster.faults.produce;
      cluster.cut(1);
    }, 60);
    await flushed;
    expect(isSettled).toBe(true);
  });

  test('covers what is retried and forgets what is settled', async () => {
    const { cluster, producer } = await producing({ batchBytes: 200 });
    let refusals = 3;
    cluster.faults.batch = (_, index) => (index > 0 && refusals-- > 0 ? { kind: 'NotLeaderForPartition' } : undefined);
    const sent = [1, 2].map((n) => producer.send({ value: `${n}`.padEnd(150) }));
    await until(() => cluster.produced.length === 1);
    await sent[0];
    await producer.flush();
    expect(await Promise.all(sent)).toMatchObject([{ offset: 0n }, { offset: 1n }]);
  });
});

describe('what a caller gets wrong', () => {
  test.each([
    [undefined, 'record', 'undefined'],
    [null, 'record', 'null'],
    ['text', 'record', 'string'],
    [{ value: 5 }, 'value', 'number'],
    [{ value: undefined }, 'value', 'undefined'],
    [{ value: null }, 'value', 'null'],
    [{ value: { a: 1 } }, 'value', 'Object'],
    [{ value: new ArrayBuffer(3) }, 'value', 'ArrayBuffer'],
    [{ value: '', key: 7 }, 'key', 'number'],
  ])('%o is refused by name and costs no room', async (record, field, kind) => {
    const { producer } = await producing({ bufferBytes: 300 });
    await expect(producer.send(record as never)).rejects.toMatchObject({
      code: 'produce/invalid-record',
      context: { topic: 't', field, kind },
    });
    expect(producer.bufferedBytes).toBe(0);
    await Promise.all([1, 2, 3].map(() => producer.send({ value: 'x'.repeat(100) })));
  });

  test('an option that is undefined counts as not given', async () => {
    const { cluster, producer } = await producing({
      lingerMs: undefined,
      bufferBytes: undefined,
      batchBytes: undefined,
    } as never);
    await Promise.all([1, 2, 3].map(() => producer.send({ value: 'x' })));
    expect(cluster.produced).toHaveLength(1);
  });

  test.each([
    [{ lingerMs: -1 }],
    [{ deliveryTimeoutMs: 2 ** 31 }],
    [{ bufferBytes: Number.NaN }],
    [{ batchBytes: '5' }],
  ])('%o is refused', async (options) => {
    await expect(producing(options as never)).rejects.toMatchObject({
      code: 'option/invalid',
      context: { option: Object.keys(options)[0] },
    });
  });
});

describe('order', () => {
  test('is kept when a server refuses one batch of a request and stores the next', async () => {
    const { cluster, producer } = await producing({ batchBytes: 200 });
    let first = true;
    cluster.faults.batch = (_, index) => {
      if (!first || index > 0) return undefined;
      first = false;
      return { kind: 'NotLeaderForPartition' };
    };
    const values = ['1', '2', '3'].map((n) => n.padEnd(150));
    const results = await Promise.allSettled(values.map((value) => producer.send({ value })));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(stored(cluster)).toEqual(values.slice(1));
  });

  test('and deadlines are those of each batch, whatever it travels with', async () => {
    const { cluster, producer } = await producing({ deliveryTimeoutMs: 1_000, batchBytes: 200 });
    vi.useFakeTimers();
    cluster.faults.produce = () => ({ kind: 'NotLeaderForPartition' });
    const failure = (value: string): Promise<unknown> =>
      producer.send({ value: value.padEnd(150) }).catch((error: unknown) => error);
    const first = failure('first');
    const old = failure('old');
    await vi.advanceTimersByTimeAsync(500);
    const young = producer.send({ value: 'young'.padEnd(150) });
    await vi.advanceTimersByTimeAsync(499);
    delete cluster.faults.produce;
    cluster.faults.connect = () => clientError('partition/unavailable', { topic: 't', partition: 0, reason: 'down' });
    cluster.cut(1);
    await vi.advanceTimersByTimeAsync(2);
    delete cluster.faults.connect;
    await vi.advanceTimersByTimeAsync(498);
    expect(await first).toMatchObject({ code: 'produce/timeout' });
    expect(await old).toMatchObject({ code: 'produce/timeout' });
    expect(await young).toMatchObject({ offset: 0n });
  });
});

test('a clock that is set does not time records out', async () => {
  const { cluster, producer } = await producing();
  let refusals = 1;
  cluster.faults.produce = () => (refusals-- > 0 ? { kind: 'NotLeaderForPartition' } : undefined);
  const sent = producer.send({ value: 'a' });
  await until(() => cluster.produced.length === 1);
  const real = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + 86_400_000);
  await expect(sent).resolves.toMatchObject({ offset: 0n });
  vi.restoreAllMocks();
});

test('a leader that is back is tried at once, however long the pause has become', async () => {
  vi.useFakeTimers();
  const { cluster, producer } = await producing();
  cluster.setOnline(1, false);
  const sent = producer.send({ value: 'a' });
  await vi.advanceTimersByTimeAsync(60_000);
  cluster.setOnline(1, true);
  await vi.advanceTimersByTimeAsync(1);
  expect(await sent).toMatchObject({ offset: 0n, mayBeDuplicate: false });
  vi.useRealTimers();
});

test('a new leader is tried at once, however long the pause has become', async () => {
  const { cluster, producer } = await producing({}, 1, 2);
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
  cluster.faults.produce = (spu) => (spu === 1 ? { kind: 'NotLeaderForPartition' } : undefined);
  const sent = producer.send({ value: 'a' });
  await vi.advanceTimersByTimeAsync(20_000);
  cluster.moveLeader('t', 0, 2);
  await vi.advanceTimersByTimeAsync(10);
  expect(await sent).toMatchObject({ offset: 0n, mayBeDuplicate: false });
  vi.restoreAllMocks();
});

describe('a full buffer', () => {
  test('lets the next one in when the one before it gives up', async () => {
    const { cluster, producer } = await producing({ bufferBytes: 1_500 });
    cluster.faults.produce = () => 'silent';
    void producer.send({ value: 'x'.repeat(300) }).catch(() => {});
    const controller = new AbortController();
    const large = producer.send({ value: 'y'.repeat(600) }, { signal: controller.signal }).catch(() => {});
    const small = producer.send({ value: 'z'.repeat(100) }).catch((error: unknown) => error);
    const before = producer.bufferedBytes;
    controller.abort();
    expect(producer.bufferedBytes).toBeGreaterThan(before);
    await large;
    await producer.close({ timeoutMs: 1 });
    expect(await small).toMatchObject({ code: 'produce/closed' });
  });

  test('costs a signal that many sends share one listener, and gives it back', async () => {
    const { producer } = await producing({ bufferBytes: 300 });
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, 'addEventListener');
    const remove = vi.spyOn(signal, 'removeEventListener');
    await Promise.all(Array.from({ length: 50 }, () => producer.send({ value: 'x'.repeat(100) }, { signal })));
    expect(add).toHaveBeenCalledTimes(1);
    expect(remove).toHaveBeenCalledTimes(1);
  });

  test('makes send wait, and lets records in by the order of their sending', async () => {
    const { cluster, producer } = await producing({ bufferBytes: 2_000, batchBytes: 500 });
    const values = Array.from({ length: 60 }, (_, i) => `${i}`.padEnd(i % 3 === 0 ? 300 : 10, '.'));
    const sent = values.map((value) => producer.send({ value }));
    expect(producer.bufferedBytes).toBeLessThanOrEqual(2_000);
    await Promise.all(sent);
    expect(stored(cluster)).toEqual(values);
    expect(producer.bufferedBytes).toBe(0);
  });

  test('gives up by the caller’s signal, with its reason', async () => {
    const { cluster, producer } = await producing({ bufferBytes: 200 });
    cluster.faults.produce = () => 'silent';
    void producer.send({ value: 'x'.repeat(100) }).catch(() => {});
    const controller = new AbortController();
    const waiting = producer.send({ value: 'y'.repeat(100) }, { signal: controller.signal });
    const why = new Error('enough');
    controller.abort(why);
    await expect(waiting).rejects.toMatchObject({ code: 'request/aborted', cause: why });
  });

  test('or one with room takes nothing whose signal is aborted already', async () => {
    const { cluster, producer } = await producing();
    const signal = AbortSignal.abort(new Error('too late'));
    const late = { code: 'request/aborted', cause: { message: 'too late' } };
    await expect(producer.send({ value: 'a' }, { signal })).rejects.toMatchObject(late);
    await expect(producer.sendAll([{ value: 'a' }], { signal })).rejects.toMatchObject(late);
    await producer.send({ value: 'b' });
    expect(cluster.produced).toHaveLength(1);
  });

  test('takes a record that is larger than the whole of it', async () => {
    const { producer } = await producing({ bufferBytes: 100 });
    await expect(producer.send({ value: 'x'.repeat(5_000) })).resolves.toMatchObject({ offset: 0n });
  });
});

describe('close', () => {
  test('settles everything that was accepted, those who wait for room included', async () => {
    const { cluster, producer } = await producing({ lingerMs: 3_600_000, bufferBytes: 1_000 });
    const sent = Array.from({ length: 20 }, () => producer.send({ value: 'x'.repeat(100) }));
    await producer.close();
    expect(await Promise.all(sent)).toHaveLength(20);
    expect(stored(cluster)).toHaveLength(20);
    await expect(producer.send({ value: 'late' })).rejects.toMatchObject({ code: 'produce/closed' });
    await producer.close();
  });

  test('rejects at its deadline what could not be delivered', async () => {
    const { cluster, producer } = await producing({ bufferBytes: 300 });
    cluster.faults.produce = () => 'silent';
    const sent = [1, 2, 3].map(() => producer.send({ value: 'x'.repeat(100) }));
    const outcomes = Promise.allSettled(sent);
    await producer.close({ timeoutMs: 20 });
    expect((await outcomes).map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  test('of the client ends producers, and nothing can be sent any more', async () => {
    const { client, producer } = await producing();
    await client.close();
    await expect(producer.send({ value: 'late' })).rejects.toMatchObject({ code: 'produce/closed' });
    await expect(client.producer('t')).rejects.toMatchObject({ code: 'client/closed' });
  });
});
