/** Stored offsets on a cluster: kept through restarts, moved without reading, and measured. */
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import type { Client, Consumer } from '@fluvio-ts/client';
import { connect, processByKey } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import { afterAll, beforeAll, expect, test } from 'vitest';

let cluster: Cluster;
let client: Client;

beforeAll(async () => {
  cluster = await startCluster({ spus: 2 });
  client = await connect({ endpoint: cluster.endpoint, transport: tcp() });
});
afterAll(async () => {
  await client.close();
  await cluster.stop();
});

const filled = async (topic: string, partitions: number, records: number): Promise<void> => {
  await admin(client).topics.create(topic, { partitions });
  await using producer = await client.producer(topic);
  await Promise.all(
    Array.from({ length: records }, (_, i) =>
      producer.send({ key: `k${i % 5}`, value: `${i}`, partition: i % partitions }),
    ),
  );
};

const values = async (consumer: Consumer): Promise<number[]> => {
  const found: number[] = [];
  for await (const record of consumer) found.push(Number(record.text()));
  return found.sort((a, b) => a - b);
};
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test('a named consumer that is interrupted again and again gets everything, and nothing that was committed twice', async () => {
  await filled('interrupted', 3, 300);
  const named = { consumerId: 'often', start: 'beginning', commit: 'manual' } as const;
  const seen: number[] = [];
  while (seen.length < 300) {
    const consumer = client.consumer('interrupted', named);
    let left = 37;
    for await (const record of consumer) {
      seen.push(Number(record.text()));
      await consumer.commit(record);
      if (--left === 0 || seen.length === 300) break;
    }
  }
  expect(seen.sort((a, b) => a - b)).toEqual(range(0, 300));
  expect(await client.consumerOffsets.lag({ consumerId: 'often', topic: 'interrupted' })).toMatchObject([
    { lag: 0n },
    { lag: 0n },
    { lag: 0n },
  ]);
});

test('an offset is moved without a record being read, also in an empty partition, and forgotten', async () => {
  await filled('moved', 2, 20);
  const { consumerOffsets } = admin(client);
  await consumerOffsets.set({ consumerId: 'm', topic: 'moved', partition: 0, offset: 4n });
  await consumerOffsets.set({ consumerId: 'm', topic: 'moved', partition: 1, offset: -1n });
  const named = { consumerId: 'm', until: 'end' } as const;
  expect(await values(client.consumer('moved', named))).toHaveLength(5 + 10);
  expect(await consumerOffsets.list({ consumerId: 'm' })).toMatchObject([
    { topic: 'moved', partition: 0, offset: 9n },
    { topic: 'moved', partition: 1, offset: 9n },
  ]);
  await admin(client).topics.create('empty');
  await consumerOffsets.set({ consumerId: 'm', topic: 'empty', partition: 0, offset: -1n });
  expect(await consumerOffsets.delete({ consumerId: 'm' })).toHaveLength(3);
  expect(await values(client.consumer('moved', { ...named, start: 'beginning' }))).toEqual(range(0, 20));
});

test('work on several records at a time is committed in order', async () => {
  await filled('work', 2, 200);
  const done = new Set<string>();
  await processByKey(
    client.consumer('work', { consumerId: 'w', commit: 'manual', start: 'beginning', until: 'end' }),
    async (record) => {
      await new Promise((resolve) => setImmediate(resolve));
      done.add(record.text());
    },
    { concurrency: 8, commitIntervalMs: 1 },
  );
  expect(done.size).toBe(200);
  expect(await client.consumerOffsets.list({ consumerId: 'w' })).toMatchObject([{ offset: 99n }, { offset: 99n }]);
});

test('one fetch, a start by time and an order by time read what is there', async () => {
  await filled('ways', 2, 100);
  const one = await client.fetch('ways', 0, { offset: 10n });
  expect([...one].map(({ offset }) => offset)).toEqual(range(10, 50).map(BigInt));
  const times: number[] = [];
  for await (const { timestampMs } of client.consumer('ways', { start: 'beginning', until: 'end', order: 'time' })) {
    times.push(timestampMs);
  }
  expect(times).toHaveLength(100);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const later = { start: { time: Date.now() + 60_000 }, until: 'end' } as const;
  expect(await values(client.consumer('ways', later))).toEqual([]);
});
