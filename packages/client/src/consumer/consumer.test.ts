import type { Codec } from '@fluvio-ts/protocol';
import { BatchBuilder, readBatchHeader, rewriteBatch } from '@fluvio-ts/protocol';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Client } from '../client.ts';
import { clusterOf, connect } from '../client.ts';
import type { Broker } from '../testing/broker.ts';
import { broker } from '../testing/broker.ts';
import { until } from '../testing/until.ts';
import type { Consumer } from './consumer.ts';
import type { ConsumerOptions } from './options.ts';
import type { ConsumerRecord } from './record.ts';
import type { ConsumerGap, ConsumerRetry } from './settings.ts';

const clients: Client[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close({ timeoutMs: 1 })));
});

const connected = async (cluster: Broker): Promise<Client> => {
  const client = await connect({ endpoint: 'localhost:9003', transport: cluster.transport });
  clients.push(client);
  return client;
};

/** A topic with `records` records in batches of `perBatch`, spread round the partitions. */
const filled = async (
  records: number,
  { partitions = 1, perBatch = 10, spus = 1, pad = 0 } = {},
): Promise<{ cluster: Broker; client: Client }> => {
  const cluster = broker(spus);
  cluster.addTopic('t', partitions);
  const client = await connected(cluster);
  const producer = await client.producer('t');
  for (let i = 0; i < records; i += perBatch * partitions) {
    const chunk = Array.from({ length: Math.min(perBatch * partitions, records - i) }, (_, n) => i + n);
    await Promise.all(
      chunk.map((n) => producer.send({ key: `k${n}`, value: `${n}`.padEnd(pad, '.'), partition: n % partitions })),
    );
  }
  return { cluster, client };
};

const take = async (consumer: Consumer, count: number): Promise<ConsumerRecord[]> => {
  const records: ConsumerRecord[] = [];
  for await (const record of consumer) {
    records.push(record);
    if (records.length === count) break;
  }
  return records;
};
const numbers = (records: readonly ConsumerRecord[]): number[] =>
  records.map((record) => Number.parseInt(record.text(), 10));
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('where it starts', () => {
  test.each([
    ['the beginning', 'beginning', 0],
    ['so many behind the beginning', { beginning: 7 }, 7],
    ['so many before the end', { end: 3 }, 27],
    ['more before the end than there are', { end: 99 }, 0],
    ['an absolute offset in the middle of a batch', { offset: 15n }, 15],
  ] as const)('%s', async (_, start, first) => {
    const { client } = await filled(30);
    const records = await take(client.consumer('t', { start }), 30 - first);
    expect(numbers(records)).toEqual(range(first, 30));
    expect(records.map((record) => record.offset)).toEqual(range(first, 30).map(BigInt));
  });

  test('the end: only what comes later', async () => {
    const { cluster, client } = await filled(30);
    const producer = await client.producer('t');
    const next = take(client.consumer('t'), 1);
    await until(() => cluster.streams.length === 1);
    await producer.send({ value: '30' });
    expect(numbers(await next)).toEqual([30]);
  });

  test.each([
    [{ offset: -1n }, /offset -1/],
    [{ end: 1.5 }, /1.5/],
    ['start' as never, /'start'/],
  ])('%o is refused', async (start, text) => {
    const { client } = await filled(1);
    expect(() => client.consumer('t', { start })).toThrow(text);
  });
});

test('records carry key, value, place and time, and copies stand alone', async () => {
  const { client } = await filled(1);
  const before = Date.now();
  const [record] = await take(client.consumer('t', { start: 'beginning' }), 1);
  expect(record).toMatchObject({ topic: 't', partition: 0, offset: 0n });
  expect(record?.keyText()).toBe('k0');
  expect(record?.json()).toBe(0);
  expect(Math.abs((record?.timestampMs ?? 0) - before)).toBeLessThan(60_000);
  const copy = record?.copy();
  expect(copy?.value.buffer.byteLength).toBe(3);
  expect(copy).toMatchObject({ offset: 0n, timestampMs: record?.timestampMs, key: record?.key, value: record?.value });
});

test('until the end: it ends by itself, in an empty partition too', async () => {
  const { client } = await filled(25);
  const records = await take(client.consumer('t', { start: 'beginning', until: 'end' }), Number.POSITIVE_INFINITY);
  expect(numbers(records)).toEqual(range(0, 25));
  const none = await take(client.consumer('t', { start: 'end', until: 'end' }), Number.POSITIVE_INFINITY);
  expect(none).toEqual([]);
});

test('batches are what was stored together, cut at the start', async () => {
  const { client } = await filled(30);
  const lengths: number[] = [];
  for await (const batch of client.consumer('t', { start: { offset: 5n }, until: 'end' }).batches()) {
    lengths.push(batch.length);
    expect(numbers([...batch])).toEqual(range(Number(batch.firstOffset), Number(batch.nextOffset)));
  }
  expect(lengths).toEqual([5, 10, 10]);
});

describe('credit', () => {
  test('is not given while the reader does not take what it has', async () => {
    const { cluster, client } = await filled(400, { pad: 1_000 });
    const consumer = client.consumer('t', { start: 'beginning', maxBytes: 20_000, prefetchBytes: 25_000 });
    const batches = consumer.batches()[Symbol.asyncIterator]();
    await batches.next();
    await until(() => cluster.credits.length > 0);
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    const early = cluster.credits.length;
    expect(early).toBeLessThanOrEqual(3);
    const [stream] = cluster.streams;
    expect(stream?.maxBytes).toBe(20_000);
    for (let i = 1; i < 40; i++) await batches.next();
    expect(cluster.credits.length).toBeGreaterThan(early);
    await batches.return?.();
  });
});

test('batches are decompressed as they are taken, not all that an answer brought', async () => {
  const { cluster, client } = await filled(0);
  let opened = 0;
  const codec: Codec = {
    name: 'gzip',
    compress: (bytes) => bytes,
    decompress: (bytes) => {
      opened++;
      return bytes.slice();
    },
  };
  const log = cluster.log('t', 0);
  for (let i = 0; i < 20; i++) {
    const builder = new BatchBuilder();
    builder.add(null, `${i}`.padEnd(1_000), 0);
    const bytes = (await builder.finish(codec)).slice();
    rewriteBatch(bytes, { baseOffset: log.end++ });
    log.batches.push(bytes);
  }
  const reading = await connect({ transport: cluster.transport, codecs: { gzip: codec } });
  clients.push(reading);
  const consumer = reading.consumer('t', { start: 'beginning', prefetchBytes: 2_500 });
  const reader = consumer.batches()[Symbol.asyncIterator]();
  await reader.next();
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(opened).toBeLessThanOrEqual(5);
  for (let i = 1; i < 20; i++) expect((await reader.next()).value?.firstOffset).toBe(BigInt(i));
  await consumer.close();
  void client;
});

describe('options', () => {
  test('that are undefined count as not given', async () => {
    const { client } = await filled(3);
    const options = {
      start: 'beginning',
      maxBytes: undefined,
      prefetchBytes: undefined,
      verifyCrc: undefined,
    } as never;
    expect(numbers(await take(client.consumer('t', options), 3))).toEqual(range(0, 3));
  });

  test('a topic that is none', async () => {
    const { client } = await filled(3);
    for (const topic of [undefined, '', [], [undefined], null]) {
      expect(() => client.consumer(topic as never)).toThrow(/option topic/);
    }
    for (const topic of [undefined, '', 3])
      await expect(client.producer(topic as never)).rejects.toThrow(/option topic/);
  });

  test.each([
    [{ start: 7 }, /is 7, which is no place: for an offset, write \{ offset: 7n \}/],
    [{ start: null }, /is null, which is no place/],
    [{ partitions: 0 }, /is 0, but must be 'all', a list/],
    [{ partitions: [1, 0, 1] }, /partition 1 twice/],
    [{ partitions: [] }, /no partition/],
    [{ maxBytes: 2 ** 30 }, /maxBytes .* 134217728/],
  ])('%o are refused', async (options, text) => {
    const { client } = await filled(1);
    // Types forbid some of these, and JavaScript does not.
    expect(() => client.consumer('t', options as ConsumerOptions)).toThrow(text);
  });
});

describe('pulls that do not wait for one another', () => {
  test('get every record once, in order', async () => {
    const { client } = await filled(40, { perBatch: 4 });
    const reader = client.consumer('t', { start: 'beginning', maxBytes: 1 })[Symbol.asyncIterator]();
    const results = await Promise.all(Array.from({ length: 40 }, () => reader.next()));
    expect(results.map(({ value }) => Number.parseInt(value?.text() ?? '', 10))).toEqual(range(0, 40));
    const late = [reader.next(), reader.next(), reader.next()];
    await reader.return?.();
    expect((await Promise.all(late)).map(({ done }) => done)).toEqual([true, true, true]);
  });

  test('get every batch once, and the error each', async () => {
    const { cluster, client } = await filled(30);
    cluster.faults.stream = () => ({ kind: 'PermissionDenied' });
    const batches = client.consumer('t', { start: 'beginning' }).batches()[Symbol.asyncIterator]();
    const pulls = [batches.next(), batches.next()].map((pull) => pull.catch((error: unknown) => error));
    for (const outcome of await Promise.all(pulls)) expect(outcome).toMatchObject({ code: 'permission/denied' });
  });
});

describe('closing', () => {
  test('drops the rest of the batch in hand, by return, by close and by abort', async () => {
    const { client } = await filled(30);
    const returned = client.consumer('t', { start: 'beginning' })[Symbol.asyncIterator]();
    await returned.next();
    await returned.return?.();
    expect(await returned.next()).toEqual({ done: true, value: undefined });

    const seen: ConsumerRecord[] = [];
    const closed = client.consumer('t', { start: 'beginning' });
    for await (const record of closed) {
      seen.push(record);
      if (seen.length === 3) void closed.close();
    }
    expect(seen).toHaveLength(3);

    const controller = new AbortController();
    const aborted = client.consumer('t', { start: 'beginning', signal: controller.signal })[Symbol.asyncIterator]();
    await aborted.next();
    controller.abort();
    await expect(aborted.next()).rejects.toMatchObject({ code: 'request/aborted' });
  });

  test('leaves no listener behind, with whatever it ends', async () => {
    const { cluster, client } = await filled(30, { partitions: 3 });
    const { metadata } = clusterOf(client);
    let listeners = 0;
    const real = metadata.onChange;
    vi.spyOn(metadata, 'onChange').mockImplementation((listener) => {
      listeners++;
      const unsubscribe = real(listener);
      return () => {
        listeners--;
        unsubscribe();
      };
    });
    const reader = client.consumer('t', { start: 'beginning' })[Symbol.asyncIterator]();
    for (let i = 0; i < 30; i++) await reader.next();
    for (let i = 0; i < 100; i++) cluster.announce();
    expect(listeners).toBeLessThanOrEqual(4);
    await reader.return?.();
    await until(() => listeners === 0);
    await take(client.consumer('t', { start: 'beginning', until: 'end' }), Number.POSITIVE_INFINITY);
    await until(() => listeners === 0);
    vi.restoreAllMocks();
  });

  test('break gives its connection back, and leaves other consumers alone', async () => {
    const { cluster, client } = await filled(30);
    const producer = await client.producer('t');
    await producer.send({ value: '30' });
    const before = cluster.connections(1);
    const other = client.consumer('t', { start: 'beginning' })[Symbol.asyncIterator]();
    await other.next();
    await take(client.consumer('t', { start: 'beginning' }), 5);
    await until(() => cluster.connections(1) === before + 1);
    expect((await other.next()).value?.text()).toBe('1');
    await other.return?.();
    await until(() => cluster.connections(1) === before);
  });

  test('ends a pending read, and every later one', async () => {
    const { client } = await filled(1);
    const consumer = client.consumer('t');
    const reader = consumer[Symbol.asyncIterator]();
    const pending = reader.next();
    await consumer.close();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    await consumer.close();
  });

  test('by an abort rejects with its reason', async () => {
    const { client } = await filled(1);
    const controller = new AbortController();
    const pending = take(client.consumer('t', { signal: controller.signal }), 1);
    const why = new Error('enough');
    controller.abort(why);
    await expect(pending).rejects.toMatchObject({ code: 'request/aborted', cause: why });
  });

  test('by the client ends the read', async () => {
    const { client } = await filled(1);
    const pending = take(client.consumer('t'), 1);
    await client.close();
    expect(await pending).toEqual([]);
  });
});

describe('when things go wrong', () => {
  test('the failure of one partition is told although the others go on', async () => {
    const { cluster, client } = await filled(40, { partitions: 2, spus: 2, perBatch: 4 });
    const producer = await client.producer('t');
    const damaged = cluster.log('t', 1).batches[1] as Uint8Array;
    damaged[damaged.length - 2] = (damaged[damaged.length - 2] as number) ^ 1;
    const reader = client.consumer('t', { start: 'beginning', maxBytes: 1 }).batches()[Symbol.asyncIterator]();
    let failure: unknown;
    for (let i = 0; i < 100 && failure === undefined; i++) {
      // Partition 0 always has something more to read.
      await producer.send({ value: 'more', partition: 0 });
      failure = await reader.next().then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    expect(failure).toMatchObject({ code: 'wire/crc-mismatch' });
    expect(await reader.next().catch((error: unknown) => error)).toBe(failure);
  });

  test('a leader that is deposed without a word is left for the new one', async () => {
    const { cluster, client } = await filled(10, { spus: 2 });
    const reader = client.consumer('t', { start: 'beginning' })[Symbol.asyncIterator]();
    for (let i = 0; i < 10; i++) await reader.next();
    const next = reader.next();
    await until(() => cluster.credits.length > 0);
    cluster.moveLeader('t', 0, 2);
    await (await client.producer('t')).send({ value: '10' });
    expect((await next).value?.text()).toBe('10');
    await reader.return?.();
  });

  test('a leader that was deposed and came back, both unseen, is asked what the stream does not tell', async () => {
    vi.useFakeTimers();
    const { cluster, client } = await filled(10, { spus: 2 });
    const reader = client.consumer('t', { start: 'beginning' })[Symbol.asyncIterator]();
    for (let i = 0; i < 10; i++) await reader.next();
    const next = reader.next();
    await vi.advanceTimersByTimeAsync(1);
    cluster.moveLeader('t', 0, 2, { quietly: true });
    await (await (await connected(cluster)).producer('t')).send({ value: '10' });
    cluster.moveLeader('t', 0, 1, { quietly: true });
    await vi.advanceTimersByTimeAsync(16_000);
    expect((await next).value?.text()).toBe('10');
    await reader.return?.();
    vi.useRealTimers();
  });

  test('a topic that is deleted ends its readers', async () => {
    const { cluster, client } = await filled(1);
    const reader = client.consumer('t', { start: 'beginning' })[Symbol.asyncIterator]();
    await reader.next();
    const next = reader.next();
    await until(() => cluster.credits.length > 0);
    cluster.deleteTopic('t');
    await expect(next).rejects.toMatchObject({ code: 'topic/not-found' });
  });

  test('a leader that has forgotten the stream is asked for a new one', async () => {
    const { cluster, client } = await filled(30);
    const reader = client.consumer('t', { start: 'beginning', maxBytes: 1, prefetchBytes: 1 })[Symbol.asyncIterator]();
    const seen = [(await reader.next()).value];
    cluster.forgetStreams(1);
    while (seen.length < 30) seen.push((await reader.next()).value);
    expect(numbers(seen as ConsumerRecord[])).toEqual(range(0, 30));
    await reader.return?.();
  });

  test('a leader whose machine is gone is found out while nothing is to be read, and so is the controller', async () => {
    vi.useFakeTimers();
    const { cluster, client } = await filled(10);
    const reader = client.consumer('t', { start: 'beginning' })[Symbol.asyncIterator]();
    for (let i = 0; i < 10; i++) await reader.next();
    const next = reader.next();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(cluster.streams).toHaveLength(1);
    cluster.freeze(0);
    cluster.freeze(1);
    cluster.addTopic('other', 1);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(cluster.streams).toHaveLength(2);
    const producer = await client.producer('other');
    expect(await producer.send({ value: '' })).toMatchObject({ offset: 0n });
    await (await client.producer('t')).send({ value: '10' });
    expect((await next).value?.text()).toBe('10');
    await reader.return?.();
    vi.useRealTimers();
  });

  test('a leader that sends less than it may of a batch is not asked without a pause', async () => {
    const { cluster, client } = await filled(10, { pad: 500 });
    cluster.faults.slice = (records) => records.slice(0, 100);
    const retries: ConsumerRetry[] = [];
    const events: unknown[] = [];
    client.on('consumer-retry', (event) => events.push(event));
    const consumer = client.consumer('t', {
      start: 'beginning',
      maxBytes: 200,
      onRetry: (retry) => retries.push(retry),
    });
    const next = consumer[Symbol.asyncIterator]().next();
    await until(() => retries.length > 1);
    expect(retries[0]?.error).toMatchObject({ code: 'partition/unavailable' });
    expect(cluster.streams.length).toBeLessThan(8);
    delete cluster.faults.slice;
    expect((await next).value?.offset).toBe(0n);
    await consumer.close();
    expect(events).toEqual(retries.map((retry) => ({ type: 'consumer-retry', ...retry })));
  });

  test('a record that is damaged ends the read and gives the connection back', async () => {
    const { cluster, client } = await filled(10);
    const before = cluster.connections(1);
    const batch = cluster.log('t', 0).batches[0] as Uint8Array;
    batch[batch.length - 3] = 0x7e;
    const seen: ConsumerRecord[] = [];
    const reading = (async () => {
      for await (const record of client.consumer('t', { start: 'beginning', verifyCrc: false })) seen.push(record);
    })();
    await expect(reading).rejects.toMatchObject({ code: expect.stringMatching(/^wire/) });
    expect(numbers(seen)).toEqual(range(0, 9));
    await until(() => cluster.connections(1) === before);
  });

  test('every partition resumes at its own place: nothing missing, nothing twice', async () => {
    const { cluster, client } = await filled(300, { partitions: 3, spus: 2, perBatch: 4 });
    const retries: ConsumerRetry[] = [];
    const consumer = client.consumer('t', {
      start: 'beginning',
      maxBytes: 200,
      prefetchBytes: 1,
      onRetry: (retry) => retries.push(retry),
    });
    const seen: number[] = [];
    for await (const record of consumer) {
      seen.push(Number.parseInt(record.text(), 10));
      if (seen.length % 40 === 0) cluster.cut((seen.length / 40) % 3); // the SC, then each SPU in turn
      if (seen.length === 300) break;
    }
    expect(seen.sort((a, b) => a - b)).toEqual(range(0, 300));
    expect(retries.length).toBeGreaterThan(0);
  });

  test('a new leader is followed', async () => {
    const { cluster, client } = await filled(10, { spus: 2 });
    const reader = client.consumer('t', { start: 'beginning' })[Symbol.asyncIterator]();
    for (let i = 0; i < 10; i++) await reader.next();
    cluster.moveLeader('t', 0, 2);
    cluster.cut(1);
    const producer = await client.producer('t');
    await producer.send({ value: '10' });
    expect((await reader.next()).value?.text()).toBe('10');
    await reader.return?.();
  });

  test('a leader that does not take a credit any more is left as soon as there is another one', async () => {
    const { cluster, client } = await filled(30, { spus: 2 });
    const retries: ConsumerRetry[] = [];
    const consumer = client.consumer('t', {
      start: 'beginning',
      maxBytes: 1,
      prefetchBytes: 1,
      onRetry: (retry) => retries.push(retry),
    });
    const seen: number[] = [];
    const until = performance.now();
    for await (const record of consumer) {
      seen.push(Number.parseInt(record.text(), 10));
      if (seen.length === 10) {
        cluster.freeze(1);
        setTimeout(() => cluster.moveLeader('t', 0, 2), 20);
      }
      if (seen.length === 30) break;
    }
    expect(seen).toEqual(range(0, 30));
    // The client waits a minute for the answer to a credit.
    expect(performance.now() - until).toBeLessThan(30_000);
    expect(retries[0]?.error).toMatchObject({ code: 'partition/unavailable' });
  });

  test('an answer that is cut in the middle of a batch loses nothing', async () => {
    const { cluster, client } = await filled(200, { pad: 50 });
    cluster.faults.slice = (records, { maxBytes }) => records.slice(0, maxBytes);
    const consumer = client.consumer('t', { start: 'beginning', until: 'end', maxBytes: 1_900 });
    expect(numbers(await take(consumer, Number.POSITIVE_INFINITY))).toEqual(range(0, 200));
  });

  test('a batch larger than the window widens it', async () => {
    const { cluster, client } = await filled(20, { pad: 500 });
    cluster.faults.slice = (records, { maxBytes }) => records.slice(0, maxBytes);
    const consumer = client.consumer('t', { start: 'beginning', until: 'end', maxBytes: 40 });
    expect(numbers(await take(consumer, Number.POSITIVE_INFINITY))).toEqual(range(0, 20));
  });

  test('a batch larger than may be fetched is refused with the size it needs', async () => {
    const { cluster, client } = await filled(10, { pad: 500 });
    cluster.faults.slice = (records, { maxBytes }) => records.slice(0, maxBytes);
    const size = readBatchHeader(cluster.log('t', 0).batches[0] as Uint8Array)?.size;
    await expect(
      take(client.consumer('t', { start: 'beginning', maxBytes: 100, maxBatchBytes: 1_000 }), 1),
    ).rejects.toMatchObject({ code: 'consume/batch-too-large', context: { neededBytes: size, limitBytes: 1_000 } });
  });

  test('what retention took while it was away is jumped over and reported', async () => {
    const { cluster, client } = await filled(100, { perBatch: 10 });
    const gaps: ConsumerGap[] = [];
    const reader = client
      .consumer('t', { start: 'beginning', maxBytes: 1, prefetchBytes: 1, onGap: (gap) => gaps.push(gap) })
      [Symbol.asyncIterator]();
    const first = await reader.next();
    cluster.log('t', 0).start = 50n;
    cluster.log('t', 0).batches.splice(0, 5);
    cluster.cut(1);
    const seen = [Number(first.value?.text())];
    while (seen.at(-1) !== 99) seen.push(Number((await reader.next()).value?.text()));
    await reader.return?.();
    expect(gaps).toEqual([{ topic: 't', partition: 0, wanted: expect.any(BigInt), next: 50n, reason: 'evicted' }]);
    expect(seen).toEqual([...range(0, Number(gaps[0]?.wanted)), ...range(50, 100)]);
  });

  test('an explicit offset that is gone is an error that names the next one', async () => {
    const { cluster, client } = await filled(20);
    cluster.log('t', 0).start = 10n;
    await expect(take(client.consumer('t', { start: { offset: 3n } }), 1)).rejects.toMatchObject({
      code: 'offset/evicted',
      context: { name: 'OffsetEvicted', number: 71 },
      message: expect.stringContaining('next available one is 10'),
    });
  });

  test('a damaged batch is an error, and what came before it is delivered', async () => {
    const { cluster, client } = await filled(30);
    const damaged = cluster.log('t', 0).batches[2] as Uint8Array;
    damaged[damaged.length - 2] = (damaged[damaged.length - 2] as number) ^ 1;
    const seen: number[] = [];
    const reading = (async () => {
      for await (const record of client.consumer('t', { start: 'beginning' })) seen.push(Number(record.text()));
    })();
    await expect(reading).rejects.toMatchObject({ code: 'wire/crc-mismatch', context: { baseOffset: 20n } });
    expect(seen).toEqual(range(0, 20));
  });

  test('a topic or a partition that does not exist is an error', async () => {
    const { client } = await filled(1);
    await expect(take(client.consumer('nowhere'), 1)).rejects.toMatchObject({ code: 'topic/not-found' });
    await expect(take(client.consumer('t', { partitions: [0, 5] }), 1)).rejects.toMatchObject({
      code: 'partition/not-found',
      context: { partition: 5, partitions: 1 },
    });
  });

  test('an error of the server that no retry helps ends the read with it', async () => {
    const { cluster, client } = await filled(1);
    cluster.faults.stream = () => ({ kind: 'PermissionDenied' });
    await expect(take(client.consumer('t', { start: 'beginning' }), 1)).rejects.toMatchObject({
      code: 'permission/denied',
      context: { name: 'PermissionDenied' },
    });
  });
});

test('a partition that is added later joins, from its beginning', async () => {
  const { cluster, client } = await filled(1);
  const reader = client.consumer('t', { start: 'beginning' })[Symbol.asyncIterator]();
  await reader.next();
  cluster.addPartition('t');
  const producer = await client.producer('t');
  await until(() => clusterOf(client).metadata.partitions.get('t-1') !== undefined);
  await producer.send({ value: 'new', partition: 1 });
  expect((await reader.next()).value).toMatchObject({ partition: 1, offset: 0n });
  await reader.return?.();
});
