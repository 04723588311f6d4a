/** Processes of the cluster are killed and come back under a running producer and consumer: nothing acknowledged is lost. */
import { admin } from '@fluvio-ts/admin';
import type { Client, ConsumerRetry } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';

let target: TestCluster;
let cluster: Cluster;
let client: Client;

beforeEach(async ({ skip }) => {
  target = await testCluster({ mode: 'processes', spus: 2 });
  cluster = target.own(skip);
  client = await target.connect();
});
afterEach(async () => {
  await client?.close({ timeoutMs: 1_000 });
  await target?.stop();
});

const firstSpu = (): number => cluster.spus[0]?.id ?? 0;

/** Offsets and values of everything in a topic, by partition. */
const readAll = async (topic: string): Promise<Map<number, string[]>> => {
  const read = new Map<number, string[]>();
  for await (const record of client.consumer(topic, { start: 'beginning', until: 'end' })) {
    const values = read.get(record.partition) ?? [];
    expect(record.offset).toBe(BigInt(values.length));
    values.push(record.text());
    read.set(record.partition, values);
  }
  return read;
};

test('an SPU killed in the middle of producing: every acknowledged record is stored, in order, and those that may be twice said so', async () => {
  await admin(client).topics.create('t', { partitions: 2 });
  const producer = await client.producer('t', { batchBytes: 2_000 });
  const results = [];
  for (let i = 0; i < 4_000; i++) {
    results.push(producer.send({ value: `${i}`, partition: i % 2 }));
    if (i === 2_000) {
      await results[1_000];
      await cluster.kill(firstSpu());
      await cluster.restart(firstSpu());
    }
  }
  const acknowledged = await Promise.all(results);
  const duplicates = acknowledged.filter(({ mayBeDuplicate }) => mayBeDuplicate).length;
  const stored = await readAll('t');
  for (const partition of [0, 1]) {
    const values = (stored.get(partition) ?? []).map(Number);
    const once = [...new Set(values)];
    expect(once).toEqual(once.slice().sort((a, b) => a - b));
    expect(once).toEqual(Array.from({ length: 2_000 }, (_, i) => 2 * i + partition));
    expect(values.length - once.length).toBeLessThanOrEqual(duplicates);
  }
  for (const [i, { partition, offset }] of acknowledged.entries()) {
    expect(stored.get(partition)?.[Number(offset)]).toBe(`${i}`);
  }
});

test('a consumer goes on where it was when its SPU comes back: nothing missing, nothing twice', async () => {
  await admin(client).topics.create('t', { partitions: 2 });
  const producer = await client.producer('t');
  const retries: ConsumerRetry[] = [];
  const consumer = client.consumer('t', { start: 'beginning', onRetry: (retry) => retries.push(retry) });
  const seen: Promise<number[]> = (async () => {
    const values: number[] = [];
    for await (const record of consumer) {
      values.push(Number(record.text()));
      if (values.length === 600) break;
    }
    return values;
  })();
  for (let i = 0; i < 600; i++) {
    await producer.send({ value: `${i}`, partition: i % 2 });
    if (i === 300) {
      await cluster.kill(firstSpu());
      await cluster.restart(firstSpu());
    }
  }
  const values = await seen;
  expect(values.slice().sort((a, b) => a - b)).toEqual(Array.from({ length: 600 }, (_, i) => i));
  for (const parity of [0, 1]) {
    const own = values.filter((value) => value % 2 === parity);
    expect(own).toEqual(own.slice().sort((a, b) => a - b));
  }
  expect(retries.length).toBeGreaterThan(0);
});

test('a controller that is down stops neither producer nor consumer, and is used again when it is back', async () => {
  await admin(client).topics.create('t');
  const producer = await client.producer('t');
  await producer.send({ value: 'before' });
  await cluster.kill('sc');
  await producer.send({ value: 'without a controller' });
  await cluster.restart('sc');
  await admin(client).topics.create('later');
  const later = await client.producer('later');
  expect(await later.send({ value: 'x' })).toMatchObject({ offset: 0n });
  expect((await readAll('t')).get(0)).toEqual(['before', 'without a controller']);
});

test('a frozen SPU holds its own partitions up, not those of another', async () => {
  await admin(client).topics.create('t', { partitions: 4 });
  const producer = await client.producer('t');
  const leaders = (await admin(client).partitions.list({ topic: 't' })).map(({ spec }) => spec.leader);
  const frozen = leaders.indexOf(firstSpu());
  const free = leaders.findIndex((leader) => leader !== firstSpu());
  await producer.send({ value: 'warm', partition: frozen });
  await cluster.freeze(firstSpu());
  const held = producer.send({ value: 'held', partition: frozen });
  for (let i = 0; i < 100; i++) await producer.send({ value: `${i}`, partition: free });
  await cluster.thaw(firstSpu());
  expect(await held).toMatchObject({ partition: frozen, offset: 1n, mayBeDuplicate: false });
});
