/** The Python client from PyPI (the Rust client of 0.50 inside) against the embedded cluster: what it writes and reads is what ours does. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import { codecs } from '@fluvio-ts/compression';
import { partitionForKey } from '@fluvio-ts/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PythonJob, PythonPeer, PythonRecord, PythonStart } from './python.ts';
import { installPython, startPython } from './python.ts';

let found: Awaited<ReturnType<typeof installPython>>;
let cluster: Cluster;
let client: Client;
let home: string;
let topics = 0;
const peers: PythonPeer[] = [];

beforeAll(async () => {
  found = await installPython();
  home = mkdtempSync(join(tmpdir(), 'fluvio-python-'));
  cluster = await startCluster({ mode: 'processes', spus: 3 });
  client = await connect({ endpoint: cluster.endpoint, transport: tcp(), codecs: codecs() });
}, 400_000);
afterAll(async () => {
  await client.close({ timeoutMs: 1_000 });
  await cluster.stop();
  rmSync(home, { recursive: true, force: true });
});
beforeEach(({ skip }) => skip('missing' in found, 'missing' in found ? found.missing : ''));
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

const peer = (): PythonPeer => {
  if ('missing' in found) throw new Error(found.missing);
  const started = startPython(found.python, home);
  peers.push(started);
  return started;
};
type Job = PythonJob extends infer J ? (J extends PythonJob ? Omit<J, 'endpoint'> : never) : never;
const asking = () => {
  const { ask } = peer();
  return <T>(job: Job, onStreaming?: () => void): Promise<T> =>
    ask<T>({ ...job, endpoint: cluster.endpoint } as PythonJob, onStreaming);
};
const newTopic = async (partitions = 1, replicationFactor = 1): Promise<string> => {
  const name = `python-${topics++}`;
  await admin(client).topics.create(name, { partitions, replicationFactor });
  return name;
};
const encode = (bytes: Uint8Array | string): string => Buffer.from(bytes as string).toString('base64');
const decode = (text: string): string => Buffer.from(text, 'base64').toString();
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);
const filled = async (count: number, partitions = 1): Promise<string> => {
  const topic = await newTopic(partitions);
  const producer = await client.producer(topic);
  await Promise.all(Array.from({ length: count }, (_, i) => producer.send({ key: `k${i}`, value: `value ${i}` })));
  await producer.close();
  return topic;
};

describe('administration', () => {
  test('it creates a topic that ours uses at once, lists it, and deletes it', async () => {
    const ask = asking();
    const topic = `python-created-${topics++}`;
    await ask({ do: 'create', topic, partitions: 2, replication: 3 });
    expect(await ask<string[]>({ do: 'list' })).toContain(topic);
    const [partition] = await admin(client).partitions.list({ topic });
    expect(partition?.spec.replicas).toHaveLength(3);
    const producer = await client.producer(topic);
    expect(await producer.send({ value: 'x', partition: 1 })).toMatchObject({ partition: 1, offset: 0n });
    await ask({ do: 'delete', topic });
    expect((await admin(client).topics.list()).map(({ name }) => name)).not.toContain(topic);
  });

  test('it is told why a topic cannot be made', async () => {
    const ask = asking();
    const topic = await newTopic();
    await expect(ask({ do: 'create', topic, partitions: 1, replication: 1 })).rejects.toThrow(/already/);
    await expect(ask({ do: 'create', topic: 'Not A Name', partitions: 1, replication: 1 })).rejects.toThrow(
      /[Ii]nvalid/,
    );
  });
});

describe('what it produces', () => {
  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('with %s is read by ours byte for byte', async (compression) => {
    const topic = await newTopic();
    const records = [
      ['', 'empty key'],
      [ALL_BYTES, ALL_BYTES],
      ['empty value', ''],
      ['long', 'long '.repeat(20_000)],
      ['utf-8', 'žluťoučký kůň'],
    ].map(([key, value]) => [encode(key as string), encode(value as string)] as const);
    const places = await asking()<[number, number][]>({ do: 'produce', topic, records, compression });
    expect(places).toEqual(records.map((_, i) => [0, i]));
    const read = [];
    for await (const { key, value } of client.consumer(topic, { start: 'beginning', until: 'end' })) {
      read.push([encode(key ?? 'null'), encode(value)]);
    }
    expect(read).toEqual(records);
  });

  test('goes to the partition that ours would choose, and is committed when it says so', async () => {
    const topic = await newTopic(3, 3);
    const keys = ['', 'a', 'key', 'café', 'x'.repeat(300)];
    const records = keys.map((key) => [encode(key), encode(key)] as const);
    const job = { do: 'produce', topic, records, isolation: 'read_committed' } as const;
    const places = await asking()<[number, number][]>(job);
    expect(places.map(([partition]) => partition)).toEqual(keys.map((key) => partitionForKey(Buffer.from(key), 3)));
    const reading = client.consumer(topic, { start: 'beginning', until: 'end', isolation: 'read_committed' });
    const read = [];
    for await (const record of reading) read.push(record.text());
    expect(read.sort()).toEqual(keys.slice().sort());
  });
});

describe('what it consumes', () => {
  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('was compressed by ours with %s', async (codec) => {
    const topic = await newTopic();
    const values = Array.from({ length: 200 }, (_, i) => `value ${i} `.repeat(20));
    const producer = await client.producer(topic, codec === 'none' ? {} : { compression: codec });
    await Promise.all(values.map((value) => producer.send({ key: 'k', value })));
    await producer.close();
    const read = await asking()<PythonRecord[]>({
      do: 'consume',
      topic,
      partition: 0,
      start: ['beginning', 0],
      count: values.length,
    });
    expect(read.map(({ value }) => decode(value))).toEqual(values);
  });

  test.each<[PythonStart, number]>([
    [['beginning', 0], 0],
    [['beginning', 7], 7],
    [['end', 5], 45],
    [['absolute', 12], 12],
    [['absolute', 49], 49],
  ])('begins at %j', async (start, first) => {
    const topic = await filled(50);
    const read = await asking()<PythonRecord[]>({ do: 'consume', topic, partition: 0, start, count: 50 - first });
    expect(read.map(({ offset }) => offset)).toEqual(Array.from({ length: 50 - first }, (_, i) => first + i));
    expect(decode(read[0]?.value ?? '')).toBe(`value ${first}`);
  });

  test('begins at the end with what comes later', async () => {
    const topic = await filled(10);
    let streaming: () => void = () => {};
    const ready = new Promise<void>((resolve) => {
      streaming = resolve;
    });
    const job = { do: 'consume', topic, partition: 0, start: ['end', 0], count: 1 } as const;
    const reading = asking()<PythonRecord[]>(job, streaming);
    await Promise.race([ready, reading]);
    const producer = await client.producer(topic);
    await producer.send({ value: 'later' });
    expect((await reading).map(({ value, offset }) => [decode(value), offset])).toEqual([['later', 10]]);
  });

  test('ends at the end when it is asked to, with every partition', async () => {
    const topic = await filled(60, 3);
    const read = await asking()<PythonRecord[]>({ do: 'consume', topic, start: ['beginning', 0], until_end: true });
    expect(read.map(({ value }) => decode(value)).sort()).toEqual(
      Array.from({ length: 60 }, (_, i) => `value ${i}`).sort(),
    );
  });
});

describe('stored offsets', () => {
  test('of it are where it goes on, and are seen by ours', async () => {
    const ask = asking();
    const topic = await filled(30);
    const consumer = `py-${topic}`;
    const job = { do: 'consume', topic, partition: 0, start: ['beginning', 0], consumer, strategy: 'manual' } as const;
    const first = await ask<PythonRecord[]>({ ...job, count: 10, commit: true });
    expect(first.map(({ offset }) => offset)).toEqual(Array.from({ length: 10 }, (_, i) => i));
    expect(await ask<unknown[]>({ do: 'offsets' })).toContainEqual([consumer, topic, 0, 9]);
    expect((await ask<PythonRecord[]>({ ...job, count: 5 })).map(({ offset }) => offset)).toEqual([10, 11, 12, 13, 14]);
    const read: number[] = [];
    for await (const record of client.consumer(topic, { start: 'beginning', consumerId: consumer, until: 'end' })) {
      read.push(Number(record.offset));
    }
    expect(read).toEqual(Array.from({ length: 20 }, (_, i) => 10 + i));
    await ask({ do: 'delete offset', consumer, topic, partition: 0 });
    expect((await ask<string[][]>({ do: 'offsets' })).map(([id]) => id)).not.toContain(consumer);
  });

  test('of ours are where it goes on', async () => {
    const topic = await filled(30);
    const consumer = `ts-${topic}`;
    const reading = client.consumer(topic, { start: 'beginning', consumerId: consumer, commit: 'manual' });
    for await (const record of reading) {
      if (record.offset < 11n) continue;
      await reading.commit(record);
      break;
    }
    const job = { do: 'consume', topic, partition: 0, start: ['beginning', 0], count: 3 } as const;
    const read = await asking()<PythonRecord[]>({ ...job, consumer, strategy: 'manual' });
    expect(read.map(({ offset }) => offset)).toEqual([12, 13, 14]);
  });
});

describe('SmartModules', () => {
  const packed = (name: string): string =>
    fileURLToPath(new URL(`../../../smartmodule/fixtures/${name}.wasm.gz`, import.meta.url));
  const unpacked = (name: string): string => {
    const path = join(home, `${name}.wasm`);
    writeFileSync(path, gunzipSync(readFileSync(packed(name))));
    return path;
  };

  test('that it stores are run by name, with parameters', async () => {
    const ask = asking();
    // It stores the bytes of the file as they are, and clusters keep modules compressed.
    await ask({ do: 'create module', name: 'contains', path: packed('filter-contains') });
    const topic = await filled(30);
    const read = await ask<PythonRecord[]>({
      do: 'transform',
      topic,
      start: ['beginning', 0],
      count: 3,
      module: { name: 'contains', kind: 'filter', params: { needle: '7' } },
    });
    expect(read.map(({ value }) => decode(value))).toEqual(['value 7', 'value 17', 'value 27']);
  });

  test('that it sends along are run as they are', async () => {
    const topic = await filled(3);
    const read = await asking()<PythonRecord[]>({
      do: 'transform',
      topic,
      start: ['beginning', 0],
      count: 3,
      module: { path: unpacked('map-upper'), kind: 'map' },
    });
    expect(read.map(({ value }) => decode(value))).toEqual(['VALUE 0', 'VALUE 1', 'VALUE 2']);
  });
});

test('with TLS and a client certificate: administration, produce and consume', async () => {
  await using secured = await startCluster({ spus: 2, tls: { clientCertificates: 'required' } });
  const { tls: given } = secured.profile;
  if (given.mode !== 'verified' || given.source !== 'inline') throw new Error(given.mode);
  const tls = { domain: given.domain, key: given.key, cert: given.cert, ca: given.caCert };
  const { ask } = peer();
  const common = { endpoint: secured.endpoint, tls };
  await ask({ ...common, do: 'create', topic: 't', partitions: 2, replication: 2 });
  const records = [['a', 'b'].map(encode), ['c', 'd'].map(encode)] as unknown as [string, string][];
  expect(await ask<unknown[]>({ ...common, do: 'produce', topic: 't', records })).toHaveLength(2);
  const read = await ask<PythonRecord[]>({
    ...common,
    do: 'consume',
    topic: 't',
    start: ['beginning', 0],
    until_end: true,
  });
  expect(read.map(({ key, value }) => [decode(key), decode(value)]).sort()).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  await expect(peer().ask({ endpoint: secured.endpoint, do: 'list' })).rejects.toThrow();
});

test('a leader is killed: it goes on producing and consuming at the next one', async () => {
  const topic = await newTopic(1, 3);
  const writer = asking();
  const reader = asking();
  const values = (from: number) => Array.from({ length: 20 }, (_, i) => ['k', `value ${from + i}`] as const);
  const records = (from: number) => values(from).map(([key, value]) => [encode(key), encode(value)] as const);
  let streaming: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    streaming = resolve;
  });
  const job = { do: 'consume', topic, partition: 0, start: ['beginning', 0], count: 40 } as const;
  const reading = reader<PythonRecord[]>(job, streaming);
  await Promise.race([ready, reading]);
  await writer({ do: 'produce', topic, records: records(0), isolation: 'read_committed' });
  const [partition] = await admin(client).partitions.list({ topic });
  const old = partition?.spec.leader as number;
  await cluster.kill(old);
  await writer({ do: 'produce', topic, records: records(20), isolation: 'read_committed', timeout: 5_000 });
  expect((await reading).map(({ value }) => decode(value))).toEqual(
    [...values(0), ...values(20)].map(([, value]) => value),
  );
  await cluster.restart(old);
});
