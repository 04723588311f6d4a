/** Programs as they are written for `@fluvio/client`, with nothing but their import changed. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import type { KeyValue, Record } from '@fluvio-ts/compat';
import Fluvio, {
  arrayBufferToString,
  FluvioAdmin,
  Offset,
  OffsetFrom,
  SmartModuleType,
  stringToArrayBuffer,
} from '@fluvio-ts/compat';
import { admin, connect } from '@fluvio-ts/node';
import { addProfile, updateProfiles } from '@fluvio-ts/node/profiles';
import { afterAll, beforeAll, expect, test } from 'vitest';

let cluster: Cluster;
let host: string;
let port: number;
beforeAll(async () => {
  cluster = await startCluster();
  const [name, number] = cluster.endpoint.split(':');
  host = name ?? '';
  port = Number(number);
});
afterAll(() => cluster?.stop());

test('a producer with keys, flush, and a consumer from the beginning by async iteration', async () => {
  const fluvio = await Fluvio.connect({ host, port });
  const admin = await fluvio.admin();
  expect(admin).toBeInstanceOf(FluvioAdmin);
  expect(await admin.createTopic('hello', { partitions: 1, replicationFactor: 1 })).toBe('hello');

  const producer = await fluvio.topicProducer('hello');
  for (let i = 0; i < 10; i++) await producer.send(`key ${i}`, `value ${i}`);
  await producer.flush();

  const consumer = await fluvio.partitionConsumer('hello', 0);
  const stream = await consumer.createStream(Offset.FromBeginning());
  const seen: string[] = [];
  for await (const record of stream) {
    seen.push(`${record.keyString()}=${record.valueString()}`);
    if (seen.length === 10) break;
  }
  expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => `key ${i}=value ${i}`));
  await fluvio.close();
});

test('a class made with new, a callback stream, binary keys and values, and its end', async () => {
  const fluvio = new Fluvio({ host, port });
  await expect(fluvio.topicProducer('binary')).rejects.toThrow(/connect\(\)/);
  await fluvio.connect();
  await (await fluvio.admin()).createTopic('binary');
  const producer = await fluvio.topicProducer('binary');
  const consumer = await fluvio.partitionConsumer('binary', 0);
  const records: Record[] = [];
  const streaming = consumer.stream(new Offset({ index: 0, from: OffsetFrom.Beginning }), async (record: Record) => {
    records.push(record);
    if (records.length === 3) await consumer.endStream();
  });
  const pairs: KeyValue[] = [
    [stringToArrayBuffer('k'), Buffer.from('buffer')],
    ['', new Uint8Array([1, 2])],
  ];
  await producer.sendAll(pairs);
  await producer.sendRecord('no key', 0);
  await streaming;
  expect(records.map((record) => [record.hasKey(), record.keyString()])).toEqual([
    [true, 'k'],
    [true, ''],
    [false, null],
  ]);
  expect(arrayBufferToString(records[0]?.value() ?? new ArrayBuffer(0))).toBe('buffer');
  expect(new Uint8Array(records[1]?.value() ?? new ArrayBuffer(0))).toEqual(Uint8Array.of(1, 2));
  expect(records[2]?.key()).toBe(null);
  await fluvio.close();
});

test('offsets from the beginning and from the end, next by hand, and fetch', async () => {
  const fluvio = await Fluvio.connect({ host, port });
  await (await fluvio.admin()).createTopic('offsets');
  const producer = await fluvio.topicProducerWithConfig('offsets', { linger: 1, compression: 'gzip' });
  await producer.sendAll(['a', 'b', 'c', 'd'].map((value): KeyValue => ['k', value]));
  const consumer = await fluvio.partitionConsumer('offsets', 0);
  const firstOf = async (offset: Offset): Promise<string | undefined> => {
    const stream = await consumer.createStream(offset);
    const { value } = await stream.next();
    await stream.return();
    return value?.valueString();
  };
  expect(await firstOf(new Offset({ index: 1, from: 'beginning' }))).toBe('b');
  expect(await firstOf(new Offset({ index: 1, from: 'end' }))).toBe('d');
  expect((await consumer.fetch(Offset.FromBeginning())).toRecords()).toEqual(['a', 'b', 'c', 'd']);
  expect((await consumer.fetch(new Offset({ index: 2, from: 'end' }))).toRecords()).toEqual(['c', 'd']);
  expect((await consumer.fetch()).toRecords()).toEqual([]);
  await fluvio.close();
});

test('administration: topics, partitions and SPUs as JSON', async () => {
  const fluvio = await Fluvio.connect({ host, port });
  const admin = await fluvio.admin();
  await admin.createTopic('mapped', { maps: [{ id: 0, replicas: [cluster.spus[0]?.id ?? 0] }] });
  expect(await admin.findTopic('mapped')).toMatchObject({ name: 'mapped', status: { resolution: 'Provisioned' } });
  expect(await admin.findTopic('missing')).toBe(null);
  const names = (text: string): string[] => (JSON.parse(text) as { name: string }[]).map(({ name }) => name);
  expect(names(await admin.listTopic())).toContain('mapped');
  expect(names(await admin.listPartitions())).toContain('mapped-0');
  expect(names(await admin.listSpu())).toHaveLength(1);
  expect(await admin.findPartition('mapped')).toMatchObject({
    name: 'mapped-0',
    spec: { leader: cluster.spus[0]?.id },
  });
  expect(await admin.deleteTopic('mapped')).toBe('mapped');
  expect(await admin.findTopic('mapped')).toBe(null);
  await expect(admin.createTopic('Not A Name')).rejects.toThrow(/Not A Name/);
  await fluvio.close();
});

test('SmartModules by name, by data and by file', async () => {
  const fluvio = await Fluvio.connect({ host, port });
  await (await fluvio.admin()).createTopic('lower');
  const producer = await fluvio.topicProducer('lower');
  await producer.send('', 'hello');
  const gzip = readFileSync(join(import.meta.dirname, '../../../smartmodule/fixtures/map-upper.wasm.gz'));
  const smartmoduleFile = join(cluster.dataDir, 'upper.wasm');
  await writeFile(smartmoduleFile, gunzipSync(gzip));
  await using client = await connect({ endpoint: cluster.endpoint });
  await admin(client).smartModules.create('upper', { wasm: gzip });
  const consumer = await fluvio.partitionConsumer('lower', 0);
  for (const config of [
    { smartmoduleName: 'upper' },
    { smartmoduleData: gzip.toString('base64'), smartmoduleType: SmartModuleType.Map },
    { smartmoduleFile },
  ]) {
    const stream = await consumer.streamWithConfig(Offset.FromBeginning(), config);
    expect((await stream.next()).value?.valueString()).toBe('HELLO');
    await stream.return();
  }
  const missing = await consumer.streamWithConfig(Offset.FromBeginning(), { smartmoduleName: 'nowhere' });
  await expect(missing.next()).rejects.toMatchObject({ code: 'smartmodule/not-found' });
  await fluvio.close();
});

test('a SmartModule that is none', async () => {
  const fluvio = await Fluvio.connect({ host, port });
  await (await fluvio.admin()).createTopic('plain');
  const consumer = await fluvio.partitionConsumer('plain', 0);
  const file = join(cluster.dataDir, 'nothing.wasm');
  await writeFile(file, 'no module');
  const opened = await consumer.streamWithConfig(Offset.FromBeginning(), { smartmoduleFile: file });
  await expect(opened.next()).rejects.toMatchObject({ name: 'FluvioError' });
  await fluvio.close();
});

test('without an address it is the cluster of the current profile', async () => {
  const configPath = join(cluster.dataDir, 'profile-of-test');
  await updateProfiles(configPath, (config) => addProfile(config, 'mine', cluster.profile));
  const fluvio = await Fluvio.connect({ client: { configPath, env: {} } });
  expect(JSON.parse(await (await fluvio.admin()).listSpu())).toHaveLength(1);
  await fluvio.close();
});
