/** The native Rust client from npm against the embedded cluster: a second implementation judges ours, byte for byte. */
import { readFileSync } from 'node:fs';
import { admin } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import { partitionForKey } from '@fluvio-ts/protocol';
import type { TestContext } from 'vitest';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';
import { findNative, runNative } from './native.ts';
import type { NativeJob, NativeResult } from './native-job.ts';

const native = findNative();
const PARTITIONS = 3;

let cluster: TestCluster;
let client: Client;
let topics = 0;

beforeAll(async () => {
  cluster = await testCluster({ spus: 2 });
  client = await cluster.connect();
});
afterAll(async () => {
  await client.close();
  await cluster.stop();
});
beforeEach(({ skip }) => {
  skip('missing' in native, 'missing' in native ? native.missing : '');
  skip(cluster.tls !== undefined, 'the native client is tested over plaintext: name a cluster without TLS');
});

type Job = NativeJob extends infer J ? (J extends NativeJob ? Omit<J, 'endpoint'> : never) : never;

/** Has the native client do a job; where it crashes by itself, the test is skipped and counted as that. */
const ask = async (context: TestContext, job: Job, onStreaming?: () => void): Promise<NativeResult> => {
  if ('missing' in native) throw new Error(native.missing);
  const outcome = await runNative(native.binary, { ...job, endpoint: cluster.endpoint } as NativeJob, onStreaming);
  if (outcome.kind === 'crash')
    context.skip(`the native client crashed by itself (${outcome.how}), which says nothing of ours`);
  return outcome.kind === 'answer' ? outcome.result : {};
};

const newTopic = async (partitions = PARTITIONS): Promise<string> => {
  const name = cluster.name(`interop-${topics++}`);
  await admin(client).topics.create(name, { partitions });
  return name;
};

const encode = (bytes: Uint8Array | string): string => Buffer.from(bytes as string).toString('base64');
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);

/** Everything in a topic, by partition and in order. */
const readAll = async (topic: string): Promise<{ partition: number; key: string | null; value: string }[]> => {
  const records = [];
  for await (const record of client.consumer(topic, { start: 'beginning', until: 'end' })) {
    const { partition, key, value } = record;
    records.push({ partition, key: key === null ? null : encode(key), value: encode(value) });
  }
  return records.sort((a, b) => a.partition - b.partition);
};

describe('the native client', () => {
  test('lists the topics that ours created', async (context) => {
    const topic = await newTopic();
    const { topics: listed } = await ask(context, { do: 'list' });
    expect(listed?.find(({ name }) => name === topic)?.spec.replicas).toEqual({
      computed: { partitions: PARTITIONS, replicationFactor: 1, ignoreRackAssignment: false },
    });
  });

  test('creates a topic that ours can use at once, and deletes it', async (context) => {
    const topic = `interop-created-${topics++}`;
    await ask(context, { do: 'create', topic, partitions: 4 });
    const producer = await client.producer(topic);
    expect(await producer.send({ value: 'x', partition: 3 })).toMatchObject({ partition: 3, offset: 0n });
    await ask(context, { do: 'delete', topic });
    expect((await admin(client).topics.list()).map(({ name }) => name)).not.toContain(topic);
  });

  test('and ours put the same keys on the same partitions', async (context) => {
    const topic = await newTopic();
    const keys = ['', 'a', 'b', 'key', 'Key', 'café', '12345678', '123456789', 'x'.repeat(1_000)];
    await ask(context, { do: 'produce', topic, records: keys.map((key) => [encode(key), encode(`native ${key}`)]) });
    const producer = await client.producer(topic);
    for (const key of keys) await producer.send({ key, value: `ours ${key}` });
    const read = await readAll(topic);
    expect(read).toHaveLength(2 * keys.length);
    for (const key of keys) {
      const of = (who: string) => read.find(({ value }) => value === encode(`${who} ${key}`));
      expect(of('native')).toMatchObject({
        key: encode(key),
        partition: partitionForKey(Buffer.from(key), PARTITIONS),
      });
      expect(of('ours')?.partition).toBe(of('native')?.partition);
    }
  });

  test('produces what ours reads byte for byte: empty keys, binary, and the largest that it can', async (context) => {
    const topic = await newTopic(1);
    const records = [
      ['', 'empty key'],
      [ALL_BYTES, ALL_BYTES],
      ['empty value', ''],
      ['largest', new Uint8Array(16_000).fill(7)],
    ].map(([key, value]) => [encode(key as string), encode(value as string)] as const);
    await ask(context, { do: 'produce', topic, records });
    expect((await readAll(topic)).map(({ key, value }) => [key, value])).toEqual(records);
  });

  test('sends a thousand records in batches, which ours reads in order', async (context) => {
    const topic = await newTopic(1);
    const records = Array.from({ length: 1_000 }, (_, i) => [encode(`k${i % 7}`), encode(`value ${i}`)] as const);
    await ask(context, { do: 'produce all', topic, records });
    expect((await readAll(topic)).map(({ value }) => value)).toEqual(records.map(([, value]) => value));
  });

  test('reads what ours produced: null keys, empty keys, binary, and a record of a megabyte', async (context) => {
    const topic = await newTopic(1);
    const megabyte = new Uint8Array(1_000_000).map((_, i) => i % 251);
    const sent = [
      { key: null, value: 'no key' },
      { key: '', value: 'empty key' },
      { key: ALL_BYTES, value: ALL_BYTES },
      { key: 'big', value: megabyte },
      { key: 'last', value: '' },
    ];
    const producer = await client.producer(topic);
    for (const record of sent) await producer.send(record);
    const { records } = await ask(context, {
      do: 'consume',
      topic,
      partition: 0,
      from: 'beginning',
      count: sent.length,
    });
    expect(records).toEqual(
      sent.map(({ key, value }) => ({ key: key === null ? null : encode(key), value: encode(value) })),
    );
  });

  test('reads ten thousand records of ours, batch after batch, in order', async (context) => {
    const topic = await newTopic(1);
    const producer = await client.producer(topic);
    const values = Array.from({ length: 10_000 }, (_, i) => `value ${i}`.padEnd(100, '.'));
    await Promise.all(values.map((value) => producer.send({ value })));
    const job = { do: 'consume', topic, partition: 0, from: 'beginning', count: values.length } as const;
    const { records } = await ask(context, job);
    expect(records?.map(({ value }) => value)).toEqual(values.map(encode));
  });

  test('waits at the end for what ours sends later', async (context) => {
    const topic = await newTopic(1);
    const producer = await client.producer(topic);
    await producer.send({ value: 'before' });
    let streaming: () => void = () => {};
    const ready = new Promise<void>((resolve) => {
      streaming = resolve;
    });
    const job = { do: 'consume', topic, partition: 0, from: 'end', count: 1 } as const;
    const reading = ask(context, job, streaming);
    await Promise.race([ready, reading]);
    await producer.send({ key: 'k', value: 'after' });
    expect((await reading).records).toEqual([{ key: encode('k'), value: encode('after') }]);
  });

  test('has stored SmartModules and its own applied, and is told how far a stream is that drops everything', async (context) => {
    const fixture = (name: string): Uint8Array =>
      readFileSync(new URL(`../../../smartmodule/fixtures/${name}.wasm.gz`, import.meta.url));
    const stored = cluster.name('upper');
    await admin(client).smartModules.create(stored, { wasm: fixture('map-upper') });
    const topicOf = async (...values: string[]) => {
      const topic = await newTopic(1);
      const producer = await client.producer(topic);
      for (const value of values) await producer.send({ value });
      return { producer, consume: { do: 'consume', topic, partition: 0, from: 'beginning' } as const };
    };
    const upper = { smartmoduleType: 'map', smartmoduleName: stored } as const;
    const letters = await topicOf('a', 'b', 'c');
    const { records } = await ask(context, { ...letters.consume, count: 3, smartModule: upper });
    expect(records?.map(({ value }) => value)).toEqual(['A', 'B', 'C'].map(encode));
    const { producer, consume } = await topicOf('2', '4', '6');
    let streaming: () => void = () => {};
    const ready = new Promise<void>((resolve) => {
      streaming = resolve;
    });
    const smartmoduleData = Buffer.from(fixture('filter-odd-fail')).toString('base64');
    const odd = { smartmoduleType: 'filter', smartmoduleData } as const;
    // Nothing of what is there comes through; what is sent later does.
    const reading = ask(context, { ...consume, count: 2, smartModule: odd }, streaming);
    await Promise.race([ready, reading]);
    for (const value of ['8', '9', '10', '11']) await producer.send({ value });
    expect((await reading).records?.map(({ value }) => value)).toEqual(['9', '11'].map(encode));
  });
});
