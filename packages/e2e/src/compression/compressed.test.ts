/** Compressed batches through a cluster: what our codecs write, our client and the native Rust client read. */
import { admin } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import { clusterOf } from '@fluvio-ts/client/internal';
import { codecs } from '@fluvio-ts/compression';
import type { CodecName } from '@fluvio-ts/protocol';
import { BatchBuilder, Produce } from '@fluvio-ts/protocol';
import { stopper } from '@fluvio-ts/protocol/internal';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findNative, runNative } from '../interop/native.ts';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';

type Name = Exclude<CodecName, 'none'>;
const NAMES: readonly Name[] = ['gzip', 'snappy', 'lz4', 'zstd'];
const VALUES = Array.from({ length: 500 }, (_, i) => `record ${i} of a batch that repeats itself, itself, itself`);

let cluster: TestCluster;
let client: Client;
let topics = 0;

beforeAll(async () => {
  cluster = await testCluster();
  client = await cluster.connect({ codecs: codecs() });
});
afterAll(async () => {
  await client.close();
  await cluster.stop();
});

/** A topic with one compressed batch of all values. */
async function compressedTopic(name: Name): Promise<string> {
  const topic = cluster.name(`${name}-${topics++}`);
  await admin(client).topics.create(topic, { compression: name });
  const builder = new BatchBuilder();
  for (const value of VALUES) builder.add('key', value, Date.now());
  const plainSize = builder.size;
  const batch = await builder.finish(codecs()[name]);
  expect(batch.length).toBeLessThan(plainSize / 3);
  const session = await clusterOf(client).leader(topic, 0, 'query', stopper().signal);
  const { responses } = await session.call(Produce, {
    transactionalId: undefined,
    isolation: 'read_committed',
    timeoutMs: 5_000,
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, records: batch }] }],
    smartmodules: [],
  });
  expect(responses[0]?.partitions[0]?.errorCode.kind).toBe('None');
  return topic;
}

describe.each(NAMES)('%s', (name) => {
  test('is read by our client', async () => {
    const topic = await compressedTopic(name);
    const read: string[] = [];
    for await (const record of client.consumer(topic, { start: 'beginning', until: 'end' })) read.push(record.text());
    expect(read).toEqual(VALUES);
  });

  test('is read by the native Rust client', async ({ skip }) => {
    const native = findNative();
    skip('missing' in native, 'missing' in native ? native.missing : '');
    if ('missing' in native) return;
    const topic = await compressedTopic(name);
    const outcome = await runNative(native.binary, {
      do: 'consume',
      endpoint: cluster.endpoint,
      topic,
      partition: 0,
      from: 'beginning',
      count: VALUES.length,
    });
    skip(outcome.kind === 'crash', 'the native client crashed by itself, which says nothing of ours');
    if (outcome.kind === 'crash') return;
    expect(outcome.result.records?.map(({ value }) => Buffer.from(value, 'base64').toString())).toEqual(VALUES);
  });

  test('is refused clearly by a client without codecs', async () => {
    const topic = await compressedTopic(name);
    await using plain = await cluster.connect();
    const reading = async (): Promise<void> => {
      for await (const _ of plain.consumer(topic, { start: 'beginning', until: 'end' }));
    };
    await expect(reading()).rejects.toMatchObject({ code: 'codec/missing', context: { codec: name } });
  });
});
