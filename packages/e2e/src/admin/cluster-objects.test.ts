/** Topics, partitions and SPUs: the verbs against a cluster that really runs, over TCP. */
import type { Admin } from '@fluvio-ts/admin';
import { admin, fromJson, toJson } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';

let cluster: TestCluster;
let client: Client;
let topics: Admin['topics'];
let partitions: Admin['partitions'];
let spus: Admin['spus'];

beforeAll(async () => {
  cluster = await testCluster({ spus: 3, topicWaitMs: 1_000 });
  client = await cluster.connect();
  ({ topics, partitions, spus } = admin(client));
});

afterAll(async () => {
  await client?.close();
  await cluster?.stop();
});

test('a topic from its creation to its deletion, as another client sees it', async () => {
  const orders = cluster.name('orders');
  const ids = new Set((await spus.list()).map(({ spec }) => spec.id));
  await using observer = await cluster.connect();
  const watch = admin(observer).topics.watch();
  expect((await watch.next()).value).toMatchObject({ type: 'synced' });
  const seen = (async (): Promise<string[]> => {
    const events: string[] = [];
    while (events.at(-1) !== 'deleted') {
      const { value } = await watch.next();
      if (value === undefined || value.type === 'synced') throw new Error('unexpected');
      if (value.object.name !== orders) continue;
      events.push(value.type);
    }
    return events;
  })();

  const topic = await topics.create(orders, { partitions: 6, retentionMs: 60_000 });
  expect(topic).toMatchObject({ status: { resolution: 'Provisioned', replicaMap: { size: 6 } } });
  // At once: no waiting for metadata in between.
  const producer = await client.producer(orders);
  expect(await producer.send({ key: 'a', value: 'b' })).toMatchObject({ offset: 0n });
  await producer.close();

  const all = await partitions.list({ topic: orders });
  expect(all.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(new Set(all.map(({ spec }) => spec.leader))).toEqual(ids);
  for (const object of [topic, ...all]) expect(fromJson(object.kind, toJson(object))).toEqual(object);

  expect(await topics.addPartitions(orders, 2)).toMatchObject({ status: { replicaMap: { size: 8 } } });
  expect(await partitions.get(orders, 7)).toMatchObject({ status: { resolution: 'Online' } });
  expect(await topics.get(orders.slice(0, -1))).toBeUndefined();
  expect((await topics.list({ name: orders.slice(1) })).map(({ name }) => name)).toEqual([orders]);

  await topics.delete(orders);
  expect(await topics.get(orders)).toBeUndefined();
  expect(await partitions.list({ topic: orders })).toEqual([]);

  const events = await seen;
  // How many steps are seen between the first and the last depends on the speed of both.
  expect(events[0]).toBe('added');
  expect(new Set(events.slice(1, -1))).toEqual(new Set(['updated']));
});

test('what the controller refuses, in its own words', async () => {
  const [taken, maybe] = [cluster.name('taken'), cluster.name('maybe')];
  await topics.create(taken);
  await expect(topics.create(taken)).rejects.toMatchObject({
    code: 'topic/exists',
    message: expect.stringContaining(`Topic '${taken}' already exists`),
  });
  await expect(topics.create(taken, {}, { dryRun: true })).rejects.toThrow('TopicAlreadyExists');
  await expect(topics.create(cluster.name('short'), { retentionMs: 1_000 })).rejects.toThrow(
    /retention_secs 1 is less than minimum 10/,
  );
  await expect(topics.delete(cluster.name('none'))).rejects.toMatchObject({ code: 'topic/not-found' });
  await expect(topics.delete('consumer-offset')).rejects.toThrow('can only be deleted forcibly');
  await topics.create(maybe, { partitions: 3 }, { dryRun: true });
  expect(await topics.get(maybe)).toBeUndefined();
});

test('more replicas than there are SPUs are waited for, and refused then', async ({ skip }) => {
  cluster.own(skip);
  await expect(topics.create('wide', { replicationFactor: 9 })).rejects.toMatchObject({
    code: 'topic/not-provisioned',
  });
});

test('SPUs: listed, and custom ones registered and unregistered', async ({ skip }) => {
  cluster.own(skip);
  expect((await spus.list()).map(({ spec, status }) => [spec.id, status.resolution])).toEqual([
    [5001, 'Online'],
    [5002, 'Online'],
    [5003, 'Online'],
  ]);
  expect(await spus.get(5002)).toMatchObject({ name: 'custom-spu-5002', spec: { spuType: 'Custom' } });
  const extra = { id: 6001, publicEndpoint: '127.0.0.1:6001', privateEndpoint: '127.0.0.1:6002' };
  expect(await spus.register(extra)).toMatchObject({ name: 'custom-spu-6001', status: { resolution: 'Init' } });
  await expect(spus.register(extra)).rejects.toThrow("spu 'custom-spu-6001(6001)' already defined");
  await spus.unregister(6001);
  expect(await spus.get(6001)).toBeUndefined();
});

test('an SPU that stops and comes back is seen by waits and watches', async ({ skip }) => {
  const own = cluster.own(skip);
  const offline = spus.waitFor(5003, ({ status }) => status.resolution === 'Offline');
  await own.shutdown(5003);
  expect(await offline).toMatchObject({ name: 'custom-spu-5003' });
  const online = spus.waitFor(5003, ({ status }) => status.resolution === 'Online');
  await own.restart(5003);
  expect(await online).toMatchObject({ name: 'custom-spu-5003' });
});
