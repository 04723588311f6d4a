/** What the real cluster fails at, on ours: leaders that are killed at the worst moment, and clients that have to find the next. */
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import { partitionForKey } from '@fluvio-ts/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leaderOf, leadersOf } from './leaders.ts';

let cluster: Cluster;
let client: Client;
let topics = 0;

beforeAll(async () => {
  cluster = await startCluster({ mode: 'processes', spus: 3 });
  client = await connect({ endpoint: cluster.endpoint, transport: tcp() });
});
afterAll(async () => {
  await client.close({ timeoutMs: 1_000 });
  await cluster.stop();
});

const newTopic = async (options: { partitions?: number; replicationFactor?: number }): Promise<string> => {
  const name = `gone-${topics++}`;
  await admin(client).topics.create(name, options);
  return name;
};
test('a topic that is created right behind the deletion of another always comes online', async () => {
  const { topics: objects } = admin(client);
  const producer = await client.producer(await newTopic({ replicationFactor: 3 }));
  let before = await newTopic({ partitions: 2, replicationFactor: 3 });
  for (let i = 0; i < 50; i++) {
    // Sometimes under the same name, sometimes under another.
    const next = i % 2 === 0 ? before : `gone-again-${i}`;
    await objects.delete(before);
    await objects.create(next, { partitions: 2, replicationFactor: 3 });
    before = next;
    if (i % 10 !== 0) continue;
    const own = await client.producer(next);
    expect(await own.send({ value: 'first' })).toMatchObject({ offset: 0n });
    await own.close();
    await producer.send({ value: 'elsewhere' });
  }
});

test('the SC restarted, and then a leader killed: producers and consumers that began before find the next one', async () => {
  const topic = await newTopic({ replicationFactor: 3 });
  const producer = await client.producer(topic, { isolation: 'read_committed' });
  const read: string[] = [];
  const reading = (async () => {
    for await (const record of client.consumer(topic, { start: 'beginning', isolation: 'read_committed' })) {
      read.push(record.text());
      if (read.length === 3) return;
    }
  })();
  await producer.send({ value: 'before' });
  await cluster.kill('sc');
  await cluster.restart('sc');
  await producer.send({ value: 'after the SC' });
  const old = await leaderOf(client, topic);
  await cluster.kill(old);
  await producer.send({ value: 'after the leader' });
  await reading;
  expect(read).toEqual(['before', 'after the SC', 'after the leader']);
  await cluster.restart(old);
});

test('a keyed record of a dead partition waits for it, and holds up no other partition', async () => {
  const topic = await newTopic({ partitions: 3, replicationFactor: 1 });
  const leaders = await leadersOf(client, topic);
  const producer = await client.producer(topic);
  const keys = Array.from({ length: 100 }, (_, i) => `key ${i}`);
  const partitionOf = (key: string): number => partitionForKey(new TextEncoder().encode(key), 3);
  const dead = leaders[0] as number;
  const [waiting, others] = [
    keys.filter((key) => leaders[partitionOf(key)] === dead),
    keys.filter((key) => leaders[partitionOf(key)] !== dead),
  ];
  expect(waiting.length).toBeGreaterThan(0);
  expect(others.length).toBeGreaterThan(0);
  await producer.send({ key: waiting[0] as string, value: 'warm' });
  await cluster.kill(dead);
  let settled = 0;
  const held = waiting.map(async (key) => {
    const result = await producer.send({ key, value: key });
    settled++;
    return result;
  });
  for (const key of others) await producer.send({ key, value: key });
  expect(settled).toBe(0);
  await cluster.restart(dead);
  expect((await Promise.all(held)).map(({ partition }) => partition)).toEqual(waiting.map(partitionOf));
});

test('an SPU that died while the SC was away is not waited for: its partitions have another leader long before its time is up', async () => {
  await using small = await startCluster({ spus: 2, spuTimeoutMs: 600_000 });
  await using own = await connect({ endpoint: small.endpoint, transport: tcp() });
  await admin(own).topics.create('t', { partitions: 2, replicationFactor: 2 });
  const before = await admin(own).partitions.list({ topic: 't' });
  const dead = before[0]?.spec.leader as number;
  await small.kill('sc');
  await small.kill(dead);
  await small.restart('sc');
  const producer = await own.producer('t', { isolation: 'read_committed' });
  const sent = [0, 1].map((partition) => producer.send({ value: 'x', partition }));
  expect(await Promise.all(sent)).toMatchObject([{ partition: 0 }, { partition: 1 }]);
  const after = await admin(own).partitions.list({ topic: 't' });
  for (const { spec } of after) expect(spec.leader).not.toBe(dead);
});
