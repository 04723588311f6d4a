/** Topics that drop what they have already. The filter keeps values that are larger than every one before. */
import type { Deduplication, ProducePartitionResponse, TopicSpec } from '@fluvio-ts/protocol';
import { BatchBuilder, Delete, Fetch, Produce } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { afterEach, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { startCluster } from '../cluster.ts';
import type { StartClusterOptions } from '../cluster-options.ts';
import { batchOf, recordsIn } from '../testing/batches.ts';
import { computed, connectSc, connectSpu, createTopic, produceRequest } from '../testing/clients.ts';
import { adHoc, createSmartModule, gzippedModule, specOf } from '../testing/smartmodules.ts';

let cluster: Cluster;
afterEach(() => cluster?.stop());

const deduplication: Deduplication = {
  bounds: { count: 100n, age: undefined },
  filter: { transform: { uses: 'increasing', with: new Map() } },
};

async function start(options: StartClusterOptions = {}, topic: Partial<TopicSpec> = {}): Promise<Session> {
  cluster = await startCluster(options);
  const sc = await connectSc(cluster.endpoint);
  await createSmartModule(sc, 'increasing', specOf(gzippedModule('lookback-increasing')));
  expect((await createTopic(sc, 'rising', computed(1, { deduplication, ...topic }))).errorCode.kind).toBe('None');
  return connect(5001);
}
const connect = (id: number): Promise<Session> =>
  connectSpu(cluster.spus.find((spu) => spu.id === id) ?? expect.fail());

async function produce(
  spu: Session,
  batch: Uint8Array,
  more: { readonly smartmodules?: readonly ReturnType<typeof adHoc>[]; readonly isolation?: 'read_committed' } = {},
): Promise<ProducePartitionResponse> {
  const request = { ...produceRequest('rising', 0, batch), timeoutMs: 20_000, ...more };
  return (await spu.call(Produce, request)).responses[0]?.partitions[0] ?? expect.fail();
}

async function stored(spu: Session): Promise<string[]> {
  const place = { currentLeaderEpoch: -1, fetchOffset: 0n, logStartOffset: 0n, maxBytes: 0 };
  const { topics } = await spu.call(Fetch, {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 10_000_000,
    isolation: 'read_uncommitted',
    topics: [{ name: 'rising', partitions: [{ partitionIndex: 0, ...place }] }],
    forgotten: [],
  });
  return recordsIn(topics[0]?.partitions[0]?.records ?? expect.fail()).map(({ value }) => value);
}

it('stores what is new, and says where the partition ends when nothing is', async () => {
  const spu = await start();
  expect(await produce(spu, batchOf('1', '5', '3'))).toMatchObject({ errorCode: { kind: 'None' }, baseOffset: 0n });
  expect((await produce(spu, batchOf('4', '6'))).baseOffset).toBe(3n);
  expect(await produce(spu, batchOf('2', '6'))).toMatchObject({ errorCode: { kind: 'None' }, baseOffset: 5n });
  expect(await stored(spu)).toEqual(['1', '5', '6']);
});

it('filters what the modules of a request have made', async () => {
  const spu = await start();
  await produce(spu, batchOf('1 5 3 6'), { smartmodules: [adHoc('array-map-words')] });
  expect(await stored(spu)).toEqual(['1', '5', '6']);
});

it('knows what came through other connections, at the same time too', async () => {
  const first = await start();
  const clients = [first, ...(await Promise.all(Array.from({ length: 7 }, () => connect(5001))))];
  const values = Array.from({ length: 20 }, (_, i) => String(i + 1));
  await Promise.all(
    clients.map(async (client) => {
      for (const value of values) expect((await produce(client, batchOf(value))).errorCode.kind).toBe('None');
    }),
  );
  expect(await stored(first)).toEqual(values);
});

it('looks back on its log after a restart', async () => {
  const spu = await start();
  await produce(spu, batchOf('1', '8'));
  await cluster.shutdown(5001);
  await cluster.restart(5001);
  const again = await connect(5001);
  await produce(again, batchOf('7', '9'));
  expect(await stored(again)).toEqual(['1', '8', '9']);
});

it('looks back when another SPU leads', async () => {
  const replicas = { kind: 'assigned', maps: [{ id: 0, replicas: [5001, 5002], mirror: undefined }] } as const;
  const leader = await start({ spus: 2 }, { replicas });
  expect((await produce(leader, batchOf('1', '8'), { isolation: 'read_committed' })).errorCode.kind).toBe('None');
  await cluster.kill(5001);
  const next = await connect(5002);
  await expect
    .poll(async () => (await produce(next, batchOf('7', '9'))).errorCode.kind, { timeout: 20_000 })
    .toBe('None');
  expect(await stored(next)).toEqual(['1', '8', '9']);
});

it('forgets what it let through when that was not stored', async () => {
  const spu = await start({}, { storage: { segmentSize: 1024, maxPartitionSize: undefined } });
  const large = new BatchBuilder();
  large.add('k'.repeat(2000), '9', 1_700_000_000_000);
  expect((await produce(spu, large.finish() as Uint8Array)).errorCode.kind).toBe('MessageTooLarge');
  expect((await produce(spu, batchOf('3', 'none', '4'))).errorCode.kind).toBe('SmartModuleRuntimeError');
  await produce(spu, batchOf('2', '9'));
  expect(await stored(spu)).toEqual(['2', '9']);
});

it('refuses records while its module is gone, and takes them again when it is back', async () => {
  const spu = await start();
  const sc = await connectSc(cluster.endpoint);
  await sc.call(Delete, {
    label: 'SmartModule',
    body: { key: 'increasing', force: false },
  });
  expect((await produce(spu, batchOf('1'))).errorCode.kind).toBe('SmartModuleNotFound');
  await createSmartModule(sc, 'increasing', specOf(gzippedModule('lookback-increasing')));
  expect((await produce(spu, batchOf('1'))).errorCode.kind).toBe('None');
  expect(await stored(spu)).toEqual(['1']);
});
