/** What every cluster does for a client: topics, records, and where reading begins and ends. */
import type { Admin } from '@fluvio-ts/admin';
import { admin } from '@fluvio-ts/admin';
import type { Client, ConsumerOptions } from '@fluvio-ts/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';

let cluster: TestCluster;
let client: Client;
let topics: Admin['topics'];

beforeAll(async () => {
  cluster = await testCluster();
  client = await cluster.connect();
  ({ topics } = admin(client));
});
afterAll(async () => {
  await client?.close();
  await cluster?.stop();
});

const read = async (topic: string, options: ConsumerOptions = {}): Promise<string[]> => {
  const values: string[] = [];
  const consumer = client.consumer(topic, { start: 'beginning', until: 'end', ...options });
  for await (const record of consumer) values.push(record.text());
  return values;
};

test('a topic is created, found, refused a second time, given more partitions, and deleted', async () => {
  const name = cluster.name('life');
  expect(await topics.create(name, { partitions: 2 })).toMatchObject({ name, status: { resolution: 'Provisioned' } });
  await expect(topics.create(name)).rejects.toMatchObject({ code: 'topic/exists' });
  expect((await topics.list({ name })).map((topic) => topic.name)).toEqual([name]);
  await topics.addPartitions(name, 1);
  expect((await admin(client).partitions.list({ topic: name })).map(({ index }) => index)).toEqual([0, 1, 2]);
  await topics.delete(name);
  expect(await topics.get(name)).toBeUndefined();
  await expect(topics.delete(name)).rejects.toMatchObject({ code: 'topic/not-found' });
});

test('records of a key stay together and in order', async () => {
  const topic = cluster.name('keys');
  await topics.create(topic, { partitions: 3 });
  await using producer = await client.producer(topic);
  const results = await producer.sendAll(Array.from({ length: 300 }, (_, i) => ({ key: `k${i % 10}`, value: `${i}` })));
  for (let key = 0; key < 10; key++) {
    expect(new Set(results.filter((_, i) => i % 10 === key).map(({ partition }) => partition)).size).toBe(1);
  }
  const last = new Map<string, number>();
  let count = 0;
  for await (const record of client.consumer(topic, { start: 'beginning', until: 'end' })) {
    const key = record.keyText() ?? '';
    expect(Number(record.text())).toBeGreaterThan(last.get(key) ?? -1);
    last.set(key, Number(record.text()));
    count++;
  }
  expect(count).toBe(300);
});

test('reading begins where it is asked to, and ends at what is stored', async () => {
  const topic = cluster.name('starts');
  await topics.create(topic);
  await using producer = await client.producer(topic, { isolation: 'read_committed' });
  for (const value of ['a', 'b', 'c', 'd', 'e']) await producer.send({ value });
  expect(await read(topic)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(await read(topic, { start: { beginning: 2 } })).toEqual(['c', 'd', 'e']);
  expect(await read(topic, { start: { end: 2 } })).toEqual(['d', 'e']);
  expect(await read(topic, { start: { offset: 4n } })).toEqual(['e']);
  expect(await read(topic, { start: 'end' })).toEqual([]);
  expect(await read(topic, { isolation: 'read_committed' })).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(await client.offsets(topic, 0)).toMatchObject({ start: 0n, highWatermark: 5n });
});

test('values of every kind come back as they were: empty, of any bytes, and large', async () => {
  const topic = cluster.name('values');
  await topics.create(topic);
  await using producer = await client.producer(topic);
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const large = new Uint8Array(900_000).map((_, i) => i * 31);
  for (const value of [new Uint8Array(0), bytes, large]) await producer.send({ value });
  const found: Uint8Array[] = [];
  for await (const { value } of client.consumer(topic, { start: 'beginning', until: 'end' })) found.push(value.slice());
  expect(
    found.map((value) => Buffer.compare(value, [new Uint8Array(0), bytes, large][found.indexOf(value)] as never)),
  ).toEqual([0, 0, 0]);
});

test('a consumer that waits gets what is produced later, in partitions that are added later too', async () => {
  const topic = cluster.name('later');
  await topics.create(topic);
  const seen: string[] = [];
  const consumer = client.consumer(topic, { start: 'beginning' });
  const reading = (async () => {
    for await (const record of consumer) if (seen.push(`${record.partition}:${record.text()}`) === 2) break;
  })();
  await using producer = await client.producer(topic);
  await producer.send({ value: 'first', partition: 0 });
  await topics.addPartitions(topic, 1);
  await producer.send({ value: 'second', partition: 1 });
  await reading;
  expect(seen.sort()).toEqual(['0:first', '1:second']);
});
