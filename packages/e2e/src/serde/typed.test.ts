/** Typed values through a cluster: what one program writes as objects another gets as objects. */

import { admin } from '@fluvio-ts/admin';
import type { Client, Serde } from '@fluvio-ts/client';
import { json, limited, text } from '@fluvio-ts/serde';
import { msgpack } from '@fluvio-ts/serde/msgpack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';

interface Order {
  readonly id: number;
  readonly lines: readonly { readonly sku: string; readonly count: number }[];
}

let cluster: TestCluster;
let client: Client;
beforeAll(async () => {
  cluster = await testCluster();
  client = await cluster.connect();
});
afterAll(async () => {
  await client?.close({ timeoutMs: 1_000 });
  await cluster?.stop();
});

const orders: readonly Order[] = Array.from({ length: 50 }, (_, id) => ({
  id,
  lines: [{ sku: `sku ${id} é 漢`, count: id * 1_000_000 }],
}));

test.each<[string, Serde<Order>]>([
  ['JSON', json<Order>()],
  ['MessagePack', msgpack<Order>()],
])('%s', async (format, value) => {
  const topic = cluster.name(format.toLowerCase());
  await admin(client).topics.create(topic, { partitions: 3 });
  const producer = await client.producer(topic, { key: text(), value });
  await producer.sendAll(orders.map((order) => ({ key: `${order.id}`, value: order })));
  const read: [string | null, Order][] = [];
  for await (const record of client.consumer(topic, { key: text(), value, start: 'beginning', until: 'end' })) {
    read.push([record.key, record.value]);
  }
  read.sort(([, a], [, b]) => a.id - b.id);
  expect(read).toEqual(orders.map((order) => [`${order.id}`, order]));
});

test('what cannot be decoded goes to the topic for such records, unchanged', async () => {
  const [topic, graveyard] = [cluster.name('mixed'), cluster.name('dead')];
  for (const each of [topic, graveyard]) await admin(client).topics.create(each);
  const producer = await client.producer(topic);
  for (const value of ['{"id":1,"lines":[]}', 'no order', '{"id":2,"lines":[]}']) await producer.send({ value });
  const value = limited(json<Order>(), 1_000);
  const ids: number[] = [];
  const options = { value, start: 'beginning', until: 'end', onUndecodable: { topic: graveyard } } as const;
  for await (const { value: order } of client.consumer(topic, options)) ids.push(order.id);
  expect(ids).toEqual([1, 2]);
  const dead: string[] = [];
  for await (const record of client.consumer(graveyard, { start: 'beginning', until: 'end' })) dead.push(record.text());
  expect(dead).toEqual(['no order']);
});
