/** Every way to produce, on a real cluster that loses its leaders meanwhile. */
import { readFileSync } from 'node:fs';
import { admin } from '@fluvio-ts/admin';
import type { Client, ProducerBatch, ProducerFailure } from '@fluvio-ts/client';
import { codecs } from '@fluvio-ts/compression';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';

let cluster: TestCluster;
let client: Client;

beforeAll(async () => {
  cluster = await testCluster({ mode: 'processes', spus: 2 });
  client = await cluster.connect({ codecs: codecs() });
});
afterAll(async () => {
  await client.close({ timeoutMs: 1_000 });
  await cluster.stop();
});

const readAll = async (topic: string): Promise<string[][]> => {
  const read: string[][] = [];
  for await (const record of client.consumer(topic, { start: 'beginning', until: 'end' })) {
    read[record.partition] ??= [];
    read[record.partition]?.push(record.text());
  }
  return read;
};

test('what is enqueued while a leader is killed arrives, each partition in order', async ({ skip }) => {
  const own = cluster.own(skip);
  const first = own.spus[0]?.id ?? 0;
  await admin(client).topics.create(cluster.name('enqueued'), { partitions: 4 });
  const failures: ProducerFailure[] = [];
  const producer = await client.producer(cluster.name('enqueued'), {
    batchBytes: 2_000,
    bufferBytes: 200_000,
    onFailure: (failure) => failures.push(failure),
  });
  for (let i = 0; i < 8_000; i++) {
    await producer.enqueue({ value: `${i}`, partition: i % 4 });
    if (i === 4_000) {
      await own.kill(first);
      await own.restart(first);
    }
  }
  await producer.close({ timeoutMs: 60_000 });
  expect(failures).toEqual([]);
  for (const [partition, values] of (await readAll(cluster.name('enqueued'))).entries()) {
    const once = [...new Set(values.map(Number))];
    expect(once).toEqual(Array.from({ length: 2_000 }, (_, i) => 4 * i + partition));
  }
  expect(producer.stats()).toMatchObject({ records: 8_000, failed: 0, bufferedBytes: 0, requestsInFlight: 0 });
});

test('at most once, a leader killed in the middle makes losses that are told and no copies', async ({ skip }) => {
  const own = cluster.own(skip);
  await admin(client).topics.create(cluster.name('once'));
  const producer = await client.producer(cluster.name('once'), { batchBytes: 500, delivery: 'atMostOnce' });
  const sent: Promise<unknown>[] = [];
  for (let i = 0; i < 2_000; i++) {
    sent.push(producer.send({ value: `${i}` }));
    if (i % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (i === 1_000) for (const { id } of own.spus) await own.kill(id).then(() => own.restart(id));
  }
  const outcomes = await Promise.allSettled(sent);
  const [values = []] = await readAll(cluster.name('once'));
  expect(new Set(values).size).toBe(values.length);
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') expect(values).toContain(`${i}`);
    else expect(outcome.reason).toMatchObject({ code: 'produce/unconfirmed' });
  }
});

test('a stream that is piped into a topic arrives whole', async () => {
  await admin(client).topics.create(cluster.name('piped'));
  const producer = await client.producer(cluster.name('piped'), { bufferBytes: 20_000 });
  let next = 0;
  const numbers = new ReadableStream<{ value: string }>({
    pull(controller) {
      if (next < 1_000) controller.enqueue({ value: `${next++}` });
      else controller.close();
    },
  });
  await numbers.pipeTo(producer.writable());
  expect(await readAll(cluster.name('piped'))).toEqual([Array.from({ length: 1_000 }, (_, i) => `${i}`)]);
});

describe.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('%s', (compression) => {
  test('large batches, whose codec may answer late, keep their order and are smaller on the wire', async () => {
    const topic = cluster.name(`large-${compression}`);
    await admin(client).topics.create(topic, { compression });
    const batches: ProducerBatch[] = [];
    const producer = await client.producer(topic, { batchBytes: 200_000, onBatch: (batch) => batches.push(batch) });
    const values = Array.from({ length: 6_000 }, (_, i) => `${i} of many lines that say the same as the others do`);
    const results = await producer.sendAll(values.map((value) => ({ value })));
    expect(results.map(({ offset }) => Number(offset))).toEqual(values.map((_, i) => i));
    expect(await readAll(topic)).toEqual([values]);
    expect(batches.length).toBeGreaterThan(1);
    for (const { codec, bytes, rawBytes } of batches) {
      expect(codec).toBe(compression);
      expect(bytes).toBeLessThan(rawBytes / 2);
    }
  });
});

test('a SmartModule that is sent along transforms what is stored', async () => {
  await admin(client).topics.create(cluster.name('transformed'));
  const wasm = new Uint8Array(
    readFileSync(new URL('../../../smartmodule/fixtures/map-upper.wasm.gz', import.meta.url)),
  );
  const producer = await client.producer(cluster.name('transformed'), { smartModules: [{ wasm }] });
  await producer.sendAll(['apple', 'Äpfel'].map((value) => ({ value })));
  expect(await readAll(cluster.name('transformed'))).toEqual([['APPLE', 'ÄPFEL']]);
});

test('a SmartModule that the cluster does not have is an error of every record, by name', async () => {
  await admin(client).topics.create(cluster.name('untransformed'));
  const producer = await client.producer(cluster.name('untransformed'), { smartModules: [{ name: 'nowhere' }] });
  await expect(producer.send({ value: 'a' })).rejects.toMatchObject({
    code: 'smartmodule/not-found',
    message: expect.stringContaining('nowhere'),
  });
});
