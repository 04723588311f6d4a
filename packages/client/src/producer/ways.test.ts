import type { Codec } from '@fluvio-ts/protocol';
import { readBatches } from '@fluvio-ts/protocol';
import { describe, expect, test } from 'vitest';
import { clusterOf } from '../client.ts';
import { producers, stored } from '../testing/producing.ts';
import { until } from '../testing/until.ts';
import type { ProducerBatch, ProducerRetry } from './events.ts';

const producing = producers();

/** Turns bytes around, with a promise for as long as `hold` says. */
const turning = (name: Codec['name'], hold?: () => Promise<void> | undefined): Codec => ({
  name,
  compress(bytes) {
    const turned = bytes.slice().reverse();
    const wait = hold?.();
    return wait === undefined ? turned : wait.then(() => turned);
  },
  decompress: (bytes) => bytes.slice().reverse(),
});

describe('compression', () => {
  const opened = (batches: readonly Uint8Array[], codec: Codec): string[] =>
    batches.flatMap((bytes) => {
      const [batch] = readBatches(bytes).batches;
      batch?.verifyCrc();
      expect(batch?.codec).toBe(codec.name);
      const block = batch?.open({ [codec.name]: codec });
      if (block === undefined || block instanceof Promise) throw new Error('no block');
      return Array.from(block, (record) => record.text());
    });

  test.each([
    ['the choice of the producer', 'Any', 'lz4'],
    ['the rule of the topic', 'Lz4', undefined],
    ['both, where they agree', 'Lz4', 'lz4'],
  ] as const)('is %s', async (_, compressionType, compression) => {
    const codec = turning('lz4');
    const options = compression === undefined ? {} : { compression };
    const { cluster, producer } = await producing(options, {
      topic: { spec: { compressionType } },
      client: { codecs: { lz4: codec } },
    });
    expect((await producer.sendAll([{ value: 'a' }, { value: 'b' }])).map(({ offset }) => offset)).toEqual([0n, 1n]);
    expect(opened(cluster.log('t', 0).batches, codec)).toEqual(['a', 'b']);
  });

  test('is none where nobody asks for it, or the topic wants none', async () => {
    for (const compressionType of ['Any', 'None'] as const) {
      const { cluster, producer } = await producing({}, { topic: { spec: { compressionType } } });
      await producer.send({ value: 'a' });
      expect(stored(cluster)).toEqual(['a']);
    }
  });

  test.each([
    ['Gzip', 'lz4', 'option/invalid', /is 'lz4', but topic 't' takes only gzip/],
    ['None', 'lz4', 'option/invalid', /takes only uncompressed batches/],
    ['Gzip', 'none', 'option/invalid', /is 'none', but topic 't' takes only gzip/],
    ['Gzip', undefined, 'produce/codec-missing', /compressed with gzip.*no codec/],
    ['Any', 'zstd', 'produce/codec-missing', /compressed with zstd/],
    ['Any', 'brotli', 'option/invalid', /must be one of none, gzip/],
  ] as const)('of a topic with rule %s is not %s: %s', async (compressionType, compression, code, message) => {
    await expect(
      producing({ compression: compression as 'gzip' }, { topic: { spec: { compressionType } } }),
    ).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('keeps order when codecs answer late, and in another order', async () => {
    const waiting: (() => void)[] = [];
    const codec = turning('gzip', () => new Promise((resolve) => waiting.push(resolve)));
    const { cluster, producer } = await producing(
      { compression: 'gzip', batchBytes: 150 },
      { client: { codecs: { gzip: codec } } },
    );
    const values = Array.from({ length: 9 }, (_, i) => `${i}`.padStart(40, '.'));
    const sent = producer.sendAll(values.map((value) => ({ value })));
    await until(() => waiting.length > 3);
    while (cluster.log('t', 0).end < 9n) {
      waiting.pop()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await sent).map(({ offset }) => Number(offset))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(opened(cluster.log('t', 0).batches, codec)).toEqual(values);
  });

  test.each([
    ['at once', undefined],
    ['late', () => Promise.resolve()],
  ])('that fails %s rejects its batch, and the next one goes on', async (_, hold) => {
    let broken = true;
    const codec = turning('gzip', hold);
    const failing: Codec = {
      ...codec,
      compress(bytes) {
        if (!broken) return codec.compress(bytes);
        if (hold === undefined) throw new Error('codec broke');
        return hold().then(() => {
          throw new Error('codec broke');
        });
      },
    };
    const batches: ProducerBatch[] = [];
    const { cluster, producer } = await producing(
      { compression: 'gzip', onBatch: (batch) => batches.push(batch) },
      { client: { codecs: { gzip: failing } } },
    );
    await expect(producer.send({ value: 'a' })).rejects.toThrow('codec broke');
    broken = false;
    await producer.send({ value: 'b' });
    expect(opened(cluster.log('t', 0).batches, codec)).toEqual(['b']);
    expect(batches).toMatchObject([
      { attempts: 0, error: expect.any(Error) },
      { codec: 'gzip', records: 1 },
    ]);
    expect(producer.bufferedBytes).toBe(0);
  });

  test('that never ends holds no close up', async () => {
    const codec = turning('gzip', () => new Promise(() => {}));
    const { producer } = await producing({ compression: 'gzip' }, { client: { codecs: { gzip: codec } } });
    const sent = producer.send({ value: 'a' });
    await producer.close({ timeoutMs: 5 });
    await expect(sent).rejects.toMatchObject({ code: 'produce/closed' });
    expect(producer.bufferedBytes).toBe(0);
  });
});

describe('partitioners', () => {
  test('one of the caller’s decides, also about keys, and sees what is there', async () => {
    const seen: unknown[] = [];
    const { producer } = await producing(
      {
        partitioner(record, partitions) {
          seen.push([record.key, partitions]);
          return 2;
        },
      },
      { partitions: 3 },
    );
    expect(await producer.send({ key: 'k', value: 'v' })).toMatchObject({ partition: 2 });
    expect(await producer.send({ value: 'v' })).toMatchObject({ partition: 2 });
    expect(await producer.send({ value: 'v', partition: 1 })).toMatchObject({ partition: 1 });
    expect(seen).toEqual([
      [new TextEncoder().encode('k'), { count: 3, online: [0, 1, 2] }],
      [null, { count: 3, online: [0, 1, 2] }],
    ]);
  });

  test.each([3, -1, 0.5, Number.NaN])('that answers %s rejects the record alone', async (answer) => {
    const { producer } = await producing({ partitioner: () => answer }, { partitions: 3 });
    await expect(producer.send({ value: '' })).rejects.toMatchObject({ code: 'partition/not-found' });
    expect(producer.bufferedBytes).toBe(0);
  });

  test('that throws rejects the record with what it throws', async () => {
    const { producer } = await producing({
      partitioner() {
        throw new Error('mine');
      },
    });
    await expect(producer.send({ value: '' })).rejects.toThrow('mine');
    expect(producer.bufferedBytes).toBe(0);
  });

  test('sticky fills one batch after the other, each on another partition; keys go where they always go', async () => {
    const { cluster, producer } = await producing({ partitioner: 'sticky' }, { partitions: 3 });
    const partitionsOf = async (): Promise<number[]> => {
      const results = await producer.sendAll(Array.from({ length: 10 }, () => ({ value: '' })));
      return [...new Set(results.map(({ partition }) => partition))];
    };
    const used = [await partitionsOf(), await partitionsOf(), await partitionsOf()];
    expect(used).toEqual([[0], [1], [2]]);
    expect(cluster.produced).toHaveLength(3);
    expect(await producer.send({ key: 'fluvio', value: '' })).toMatchObject({ partition: 1 });
  });

  test('avoid partitions that are offline', async () => {
    const { cluster, client, producer } = await producing({}, { partitions: 3, spus: 3 });
    cluster.setOnline(2, false);
    await until(() => clusterOf(client).metadata.partitions.get('t-1')?.status.resolution !== 'Online');
    const results = await producer.sendAll(Array.from({ length: 6 }, () => ({ value: '' })));
    expect(new Set(results.map(({ partition }) => partition))).toEqual(new Set([0, 2]));
  });

  test('one partition can be fixed for all, by number or by mirror', async () => {
    const fixed = await producing({ partition: 1 }, { partitions: 3 });
    expect(await fixed.producer.send({ key: 'k', value: '' })).toMatchObject({ partition: 1 });
    const config = {
      kind: 'home' as const,
      source: false,
      partitions: ['edge-1', 'edge-2'].map((remoteCluster) => ({ remoteCluster, remoteReplica: 't-0', source: false })),
    };
    const topic = { spec: { replicas: { kind: 'mirror' as const, config } } };
    const mirrored = await producing({ mirror: 'edge-2' }, { partitions: 2, topic });
    expect(await mirrored.producer.send({ value: '' })).toMatchObject({ partition: 1 });
    const unknown = await producing({ mirror: 'edge-3' }, { partitions: 2, topic });
    await expect(unknown.producer.send({ value: '' })).rejects.toMatchObject({
      code: 'option/invalid',
      message: expect.stringContaining('mirrors edge-1, edge-2'),
    });
  });
});

describe('one request', () => {
  test('carries all partitions of an SPU that have something to send, and each gets its own answer', async () => {
    const { cluster, producer } = await producing({}, { partitions: 4, spus: 2 });
    cluster.faults.batch = (spu, index) => (spu === 1 && index === 1 ? { kind: 'MessageTooLarge' } : undefined);
    const sent = [0, 1, 2, 3].map((partition) => producer.send({ value: `${partition}`, partition }));
    const outcomes = await Promise.allSettled(sent);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    const carried = cluster.produced.map(({ topics }) =>
      topics[0]?.partitions.map(({ partitionIndex }) => partitionIndex),
    );
    expect(carried.sort()).toEqual([
      [0, 2],
      [1, 3],
    ]);
    expect(producer.stats()).toMatchObject({ requests: 2, batches: 3, records: 3, failed: 1 });
  });

  test('carries one partition where each waits for its replicas', async () => {
    const { cluster, producer } = await producing({ isolation: 'read_committed' }, { partitions: 3 });
    await producer.sendAll([0, 1, 2].map((partition) => ({ value: '', partition })));
    expect(cluster.produced).toHaveLength(3);
  });

  test('stays under its limit', async () => {
    const { cluster, producer } = await producing({ maxRequestBytes: 1_000 }, { partitions: 5 });
    await producer.sendAll([0, 1, 2, 3, 4].map((partition) => ({ value: 'x'.repeat(400), partition })));
    expect(cluster.produced).toHaveLength(3);
  });

  test('that is cut leaves every partition to be sent again, in order, by itself', async () => {
    const { cluster, producer } = await producing({}, { partitions: 3 });
    let cuts = 1;
    cluster.faults.produce = () => (cuts-- > 0 ? 'store and cut' : undefined);
    const results = await producer.sendAll([0, 1, 2, 0, 1, 2].map((partition, i) => ({ value: `${i}`, partition })));
    expect(results.every(({ mayBeDuplicate }) => mayBeDuplicate)).toBe(true);
    expect(stored(cluster, 1)).toEqual(['1', '4', '1', '4']);
  });

  test('is given up by one partition whose leader moves, and waited for by the others', async () => {
    const { cluster, producer } = await producing({}, { partitions: 3, spus: 2 });
    cluster.faults.produce = (spu) => (spu === 1 ? 'silent' : undefined);
    const moved = producer.send({ value: 'a', partition: 0 });
    let isSettled = false;
    const stays = producer.send({ value: 'b', partition: 2 }).finally(() => {
      isSettled = true;
    });
    await until(() => cluster.produced.length === 1);
    cluster.moveLeader('t', 0, 2);
    expect(await moved).toMatchObject({ partition: 0, mayBeDuplicate: true });
    expect(isSettled).toBe(false);
    delete cluster.faults.produce;
    cluster.cut(1);
    expect(await stays).toMatchObject({ partition: 2, mayBeDuplicate: true });
  });
});

describe('delivery', () => {
  test('at most once never repeats what may be stored', async () => {
    const { cluster, producer } = await producing({ delivery: 'atMostOnce' });
    let cuts = 1;
    cluster.faults.produce = () => (cuts-- > 0 ? 'store and cut' : undefined);
    await expect(producer.send({ value: 'a' })).rejects.toMatchObject({
      code: 'produce/unconfirmed',
      cause: { code: 'connection/closed' },
    });
    expect(await producer.send({ value: 'b' })).toMatchObject({ mayBeDuplicate: false });
    expect(stored(cluster)).toEqual(['a', 'b']);
  });

  test('at most once does repeat what is certainly not stored', async () => {
    const { cluster, producer } = await producing({ delivery: 'atMostOnce' });
    let refusals = 2;
    cluster.faults.produce = () => (refusals-- > 0 ? { kind: 'NotLeaderForPartition' } : undefined);
    expect(await producer.send({ value: 'a' })).toMatchObject({ mayBeDuplicate: false });
    expect(stored(cluster)).toEqual(['a']);
  });

  test('ends after as many retries as are allowed, with the last reason', async () => {
    const retries: ProducerRetry[] = [];
    const { cluster, producer } = await producing({ retries: 2, onRetry: (retry) => retries.push(retry) });
    cluster.faults.produce = () => ({ kind: 'NotLeaderForPartition' });
    await expect(producer.sendAll([{ value: 'a' }, { value: 'b' }])).rejects.toMatchObject({
      code: 'server/error',
      context: { name: 'NotLeaderForPartition' },
    });
    expect(cluster.produced).toHaveLength(3);
    expect(retries).toMatchObject([
      { topic: 't', partition: 0, attempt: 1, records: 2, error: { code: 'server/error' } },
      { attempt: 2 },
    ]);
    expect(producer.stats()).toMatchObject({ retries: 2, requests: 3, failed: 2 });
  });

  test.each([true, false])(
    'of a SmartModule that the SPU does not know waits where the controller has it: %s',
    async (isStored) => {
      const { cluster, producer } = await producing({ smartModules: [{ name: 'm' }] });
      if (isStored) cluster.smartModules.add('m');
      cluster.faults.produce = () =>
        cluster.produced.length < 3 ? { kind: 'SmartModuleNotFound', name: 'm' } : undefined;
      const sent = producer.send({ value: 'a' });
      if (isStored) expect(await sent).toMatchObject({ offset: 0n, mayBeDuplicate: false });
      else await expect(sent).rejects.toMatchObject({ code: 'smartmodule/not-found' });
      expect(cluster.produced).toHaveLength(isStored ? 3 : 1);
    },
  );

  test('of SmartModules is the SPU’s work, with each request', async () => {
    const { cluster, producer } = await producing({ smartModules: [{ name: 'upper', params: { a: 'b' } }] });
    await producer.send({ value: 'a' });
    expect(cluster.produced[0]?.smartmodules).toMatchObject([
      { wasm: { kind: 'predefined', name: 'upper' }, params: { params: new Map([['a', 'b']]) } },
    ]);
  });
});

describe('what is seen from outside', () => {
  test('every batch is told, with sizes, times and attempts', async () => {
    const batches: ProducerBatch[] = [];
    const { cluster, producer } = await producing({
      onBatch(batch) {
        batches.push(batch);
        throw new Error('a hook that fails changes nothing');
      },
    });
    cluster.faults.produce = () => (cluster.produced.length < 2 ? 'cut' : undefined);
    await producer.sendAll([{ value: 'a' }, { value: 'b' }]);
    expect(batches).toMatchObject([
      { topic: 't', partition: 0, records: 2, codec: 'none', attempts: 2, baseOffset: 0n, mayBeDuplicate: true },
    ]);
    const [batch] = batches;
    expect(batch?.bytes).toBe(cluster.log('t', 0).batches[0]?.length);
    expect(batch?.rawBytes).toBe(batch?.bytes);
    expect(batch?.latencyMs).toBeGreaterThan(0);
    expect(batch).not.toHaveProperty('error');
  });

  test('counters say what is held, and how old it is', async () => {
    const { cluster, producer } = await producing({ bufferBytes: 2_000 });
    cluster.faults.produce = () => 'silent';
    const sent = Array.from({ length: 6 }, () => producer.send({ value: 'x'.repeat(100) }));
    await until(() => cluster.produced.length === 1);
    await until(() => producer.stats().oldestAgeMs > 0);
    const stats = producer.stats();
    expect(stats).toMatchObject({ requestsInFlight: 1, records: 0, requests: 1 });
    expect(stats.bufferedRecords + stats.waiting).toBe(6);
    expect(stats.bufferedBytes).toBe(producer.bufferedBytes);
    delete cluster.faults.produce;
    cluster.cut(1);
    await Promise.all(sent);
    expect(producer.stats()).toMatchObject({
      bufferedRecords: 0,
      bufferedBytes: 0,
      waiting: 0,
      requestsInFlight: 0,
      oldestAgeMs: 0,
      records: 6,
      failed: 0,
    });
    expect(JSON.stringify(producer.stats())).toContain('"records":6');
  });

  test('texts count with the bytes that they have', async () => {
    const { cluster, producer } = await producing();
    cluster.faults.produce = () => 'silent';
    void producer.send({ value: '語'.repeat(1_000) });
    expect(producer.bufferedBytes).toBeGreaterThanOrEqual(3_000);
    delete cluster.faults.produce;
    await producer.flush();
    expect(producer.bufferedBytes).toBe(0);
  });
});

test.each([
  [{ whenFull: 'grow' }, /whenFull must be one of wait, reject/],
  [{ delivery: 'exactlyOnce' }, /delivery must be one of/],
  [{ isolation: 'committed' }, /isolation must be one of/],
  [{ retries: -1 }, /retries must be a number from 0/],
  [{ partitioner: 'random' }, /partitioner must be/],
  [{ partition: 0, mirror: 'edge' }, /mirror excludes/],
  [{ smartModules: [{}] }, /smartModules\[0\]/],
] as const)('the options %j are refused', async (options, message) => {
  await expect(producing(options as never)).rejects.toMatchObject({
    code: 'option/invalid',
    message: expect.stringMatching(message),
  });
});
