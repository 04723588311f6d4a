/** Programs as they are written for `@fluvio/client`, with nothing but their import changed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { admin } from '@fluvio-ts/admin';
import type { KeyValue, Record } from '@fluvio-ts/compat';
import Fluvio, {
  arrayBufferToString,
  CustomSpuSpec,
  FluvioAdmin,
  Offset,
  OffsetFrom,
  SmartModuleType,
  SpuGroupSpec,
  stringToArrayBuffer,
} from '@fluvio-ts/compat';
import { addProfile, updateProfiles } from '@fluvio-ts/node/profiles';
import { parseAddress } from '@fluvio-ts/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';

let cluster: TestCluster;
let folder: string;
/** Where it is: `host` and `port`, and what else these programs would name. */
let at: Parameters<typeof Fluvio.connect>[0];
beforeAll(async () => {
  cluster = await testCluster();
  folder = await mkdtemp(join(tmpdir(), 'fluvio-compat-'));
  const { host, port } = parseAddress(cluster.endpoint);
  const { tls } = cluster;
  at = { host, port, ...(tls !== undefined && { client: { tls } }) };
});
afterAll(async () => {
  await cluster?.stop();
  await rm(folder, { recursive: true });
});

test('a producer with keys, flush, and a consumer from the beginning by async iteration', async () => {
  const fluvio = await Fluvio.connect(at);
  const hello = cluster.name('hello');
  const admin = await fluvio.admin();
  expect(admin).toBeInstanceOf(FluvioAdmin);
  expect(await admin.createTopic(hello, { partitions: 1, replicationFactor: 1 })).toBe(hello);

  const producer = await fluvio.topicProducer(hello);
  for (let i = 0; i < 10; i++) await producer.send(`key ${i}`, `value ${i}`);
  await producer.flush();

  const consumer = await fluvio.partitionConsumer(hello, 0);
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
  const binary = cluster.name('binary');
  const fluvio = new Fluvio(at);
  await expect(fluvio.topicProducer(binary)).rejects.toThrow(/connect\(\)/);
  await fluvio.connect();
  await (await fluvio.admin()).createTopic(binary);
  const producer = await fluvio.topicProducer(binary);
  const consumer = await fluvio.partitionConsumer(binary, 0);
  const records: Record[] = [];
  const streamed = new Promise<void>((resolve) => {
    void consumer.stream(new Offset({ index: 0, from: OffsetFrom.Beginning }), async (record: Record) => {
      records.push(record);
      if (records.length === 3) resolve(consumer.endStream());
    });
  });
  const pairs: KeyValue[] = [
    [stringToArrayBuffer('k'), Buffer.from('buffer')],
    ['', new Uint8Array([1, 2])],
  ];
  await producer.sendAll(pairs);
  await producer.sendRecord('no key', 0);
  await streamed;
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

test('a program that opens a callback stream goes on, and hears of what it sends from then on', async () => {
  const fluvio = await Fluvio.connect(at);
  const echo = cluster.name('echo');
  await (await fluvio.admin()).createTopic(echo);
  const producer = await fluvio.topicProducer(echo);
  await producer.send('', 'before');
  await producer.flush();
  const consumer = await fluvio.partitionConsumer(echo, 0);
  const heard: string[] = [];
  const both = new Promise<void>((resolve) => {
    const hear = (record: Record): void => {
      if (heard.push(record.valueString()) === 2) resolve();
    };
    void consumer.stream(Offset.FromEnd(), hear).then(async () => {
      await producer.send('', 'first');
      await producer.send('', 'second');
    });
  });
  await both;
  expect(heard).toEqual(['first', 'second']);
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  await fluvio.close();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

test('offsets from the beginning and from the end, next by hand, and fetch', async () => {
  const fluvio = await Fluvio.connect(at);
  const offsets = cluster.name('offsets');
  await (await fluvio.admin()).createTopic(offsets);
  const producer = await fluvio.topicProducerWithConfig(offsets, { linger: 1, compression: 'gzip' });
  await producer.sendAll(['a', 'b', 'c', 'd'].map((value): KeyValue => ['k', value]));
  const consumer = await fluvio.partitionConsumer(offsets, 0);
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
  const fluvio = await Fluvio.connect(at);
  const admin = await fluvio.admin();
  const mapped = cluster.name('mapped');
  const objects = JSON.parse(await admin.listSpu()) as { spec: { spuId: number } }[];
  const leader = objects[0]?.spec.spuId ?? 0;
  await admin.createTopic(mapped, { maps: [{ id: 0, replicas: [leader] }] });
  expect(await admin.findTopic(mapped)).toMatchObject({ name: mapped, status: { resolution: 'Provisioned' } });
  expect(await admin.findTopic('missing')).toBe(null);
  const names = (text: string): string[] => (JSON.parse(text) as { name: string }[]).map(({ name }) => name);
  expect(names(await admin.listTopic())).toContain(mapped);
  expect(names(await admin.listPartitions())).toContain(`${mapped}-0`);
  expect(names(await admin.listSpu())).toHaveLength(objects.length);
  expect(await admin.findPartition(mapped)).toMatchObject({
    name: `${mapped}-0`,
    spec: { leader },
  });
  expect(await admin.deleteTopic(mapped)).toBe(mapped);
  expect(await admin.findTopic(mapped)).toBe(null);
  await expect(admin.createTopic('Not A Name')).rejects.toThrow(/Not A Name/);
  await fluvio.close();
});

test('SmartModules by name, by data and by file', async () => {
  const fluvio = await Fluvio.connect(at);
  const [lower, stored] = [cluster.name('lower'), cluster.name('upper')];
  await (await fluvio.admin()).createTopic(lower);
  const producer = await fluvio.topicProducer(lower);
  await producer.send('', 'hello');
  const gzip = readFileSync(join(import.meta.dirname, '../../../smartmodule/fixtures/map-upper.wasm.gz'));
  const smartmoduleFile = join(folder, 'upper.wasm');
  await writeFile(smartmoduleFile, gunzipSync(gzip));
  await using client = await cluster.connect();
  await admin(client).smartModules.create(stored, { wasm: gzip });
  const consumer = await fluvio.partitionConsumer(lower, 0);
  for (const config of [
    { smartmoduleName: stored },
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
  const fluvio = await Fluvio.connect(at);
  const plain = cluster.name('plain');
  await (await fluvio.admin()).createTopic(plain);
  const consumer = await fluvio.partitionConsumer(plain, 0);
  const file = join(folder, 'nothing.wasm');
  await writeFile(file, 'no module');
  const opened = await consumer.streamWithConfig(Offset.FromBeginning(), { smartmoduleFile: file });
  await expect(opened.next()).rejects.toMatchObject({ name: 'FluvioError' });
  await fluvio.close();
});

test('what is created has the defaults of the class, and those that it was given', async ({ skip }) => {
  cluster.own(skip);
  const fluvio = await Fluvio.connect({ ...at, partitions: 3, replicas: 2, minId: 40 });
  const admin = await fluvio.admin();
  await admin.createTopic('three');
  expect(await admin.findTopic('three')).toMatchObject({ spec: { replicas: { computed: { partitions: 3 } } } });

  const id = 7_000;
  await admin.createCustomSpu('spare', new CustomSpuSpec({ id, ingress: [{ ip: '10.0.0.1' }] }));
  const spus = JSON.parse(await admin.listSpu()) as { name: string; spec: object }[];
  expect(spus.find(({ name }) => name === 'spare')).toMatchObject({
    spec: { spuId: id, publicEndpoint: { port: 9005 } },
  });
  await admin.deleteCustomSpu('spare');
  await admin.createCustomSpu('any', undefined);
  await admin.deleteCustomSpu('any');

  expect(new SpuGroupSpec(admin.options)).toMatchObject({ replicas: 2, minId: 40, spuConfig: { env: [] } });
  await admin.createManagedSpu('group', undefined);
  await admin.deleteManagedSpu('group');
  await fluvio.close();
});

test('a program that never closes ends when it waits for nothing more, and not before', async () => {
  const topic = cluster.name('ends');
  const program = `
    const { Fluvio, Offset } = await import(${JSON.stringify(import.meta.resolve('@fluvio-ts/compat'))});
    const fluvio = await Fluvio.connect(${JSON.stringify(at)});
    await (await fluvio.admin()).createTopic('${topic}');
    const consumer = await fluvio.partitionConsumer('${topic}', 0);
    const stream = await consumer.createStream(Offset.FromBeginning());
    const producer = await fluvio.topicProducer('${topic}');
    const next = stream.next();
    setTimeout(() => producer.sendRecord('last', 0), 100);
    console.log((await next).value.valueString());
    producer.sendRecord('not awaited', 0);
  `;
  const child = spawn(process.execPath, ['--unhandled-rejections=strict', '--input-type=module', '-e', program]);
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'exit');
  expect([code, output.trim()]).toEqual([0, 'last']);
  const fluvio = await Fluvio.connect(at);
  const consumer = await fluvio.partitionConsumer(topic, 0);
  expect((await consumer.fetch(Offset.FromBeginning())).toRecords()).toEqual(['last', 'not awaited']);
  await fluvio.close();
});

test('without an address it is the cluster of the current profile', async ({ skip }) => {
  const own = cluster.own(skip);
  const configPath = join(folder, 'profile-of-test');
  await updateProfiles(configPath, (config) => addProfile(config, 'mine', own.profile));
  const fluvio = await Fluvio.connect({ client: { configPath, env: {} } });
  expect(JSON.parse(await (await fluvio.admin()).listSpu())).toHaveLength(1);
  await fluvio.close();
});
