/** What is asked of a producer that is not the usual: limits hit exactly, hooks that fail, ends that race. */
import { readFileSync } from 'node:fs';
import { admin } from '@fluvio-ts/admin';
import type { Client, ConsumerRecord, ProducerRecord } from '@fluvio-ts/client';
import { codecs } from '@fluvio-ts/compression';
import { recordSize } from '@fluvio-ts/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';

let cluster: TestCluster;
let client: Client;

beforeAll(async () => {
  cluster = await testCluster({ spus: 2 });
  client = await cluster.connect({ codecs: codecs() });
});
afterAll(async () => {
  await client.close({ timeoutMs: 1_000 });
  await cluster.stop();
});

const create = async (short: string, options: Parameters<ReturnType<typeof admin>['topics']['create']>[1] = {}) => {
  const name = cluster.name(short);
  await admin(client).topics.create(name, options);
  return name;
};
const readAll = async (topic: string): Promise<ConsumerRecord[]> => {
  const read: ConsumerRecord[] = [];
  for await (const record of client.consumer(topic, { start: 'beginning', until: 'end' })) read.push(record);
  return read;
};
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251);

test('keys and values of every size come back byte for byte: none, empty, large', async () => {
  const topic = await create('sizes');
  const producer = await client.producer(topic);
  const records: ProducerRecord[] = [
    { value: '' },
    { key: null, value: new Uint8Array(0) },
    { key: '', value: '' },
    { key: new Uint8Array(0), value: bytes(1) },
    { key: bytes(65_535), value: bytes(65_536) },
    { key: bytes(65_536), value: '' },
    { key: bytes(65_537), value: 'ü'.repeat(100_000) },
  ];
  const results = await producer.sendAll(records);
  expect(results.map(({ offset }) => offset)).toEqual(records.map((_, i) => BigInt(i)));
  const read = await readAll(topic);
  const raw = (content: Uint8Array | string): Uint8Array =>
    typeof content === 'string' ? new TextEncoder().encode(content) : content;
  expect(read).toHaveLength(records.length);
  for (const [i, { key = null, value }] of records.entries()) {
    expect(read[i]?.key === null).toBe(key === null);
    expect(Buffer.compare(read[i]?.key ?? raw(''), raw(key ?? ''))).toBe(0);
    expect(Buffer.compare(read[i]?.value ?? raw('?'), raw(value))).toBe(0);
  }
});

test.each([-1, 0, 1])('a request limit is met to the byte: %i', async (more) => {
  const topic = await create(`limit${more + 1}`);
  const producer = await client.producer(topic, { maxRequestBytes: 10_000 });
  let length = 9_000;
  while (recordSize(null, 'x'.repeat(length)) < 10_000 - 128) length++;
  const sent = producer.send({ value: 'x'.repeat(length + more) });
  if (more > 0) await expect(sent).rejects.toMatchObject({ code: 'produce/too-large', context: { limitBytes: 9_872 } });
  else expect(await sent).toMatchObject({ offset: 0n });
  expect((await readAll(topic)).map(({ value }) => value.length)).toEqual(more > 0 ? [] : [length + more]);
});

test('what is larger than the topic or the server takes is refused at once, and what comes behind it goes on', async () => {
  const topic = await create('segment', { segmentBytes: 100_000 });
  const huge = await create('huge');
  const limits = { maxRequestBytes: 64 * 1024 * 1024, bufferBytes: 128 * 1024 * 1024 };
  for (const [name, size] of [
    [topic, 100_000],
    [huge, 33_554_432],
  ] as const) {
    const producer = await client.producer(name, limits);
    const sent = [producer.send({ value: new Uint8Array(size) }), producer.send({ value: 'small' })];
    expect(await Promise.allSettled(sent)).toMatchObject([
      { reason: { code: 'batch/too-large' } },
      { value: { offset: 0n } },
    ]);
    expect(producer.stats()).toMatchObject({ records: 1, failed: 1, retries: 0, bufferedBytes: 0 });
  }
});

test('times that callers give come back, in whatever order and however far apart', async () => {
  const topic = await create('times');
  const producer = await client.producer(topic);
  const times = [1_700_000_000_000, 1_600_000_000_000, 1_800_000_000_000, 1, 1_700_000_000_001, 4_102_444_800_000];
  const results = await producer.sendAll(times.map((timestampMs) => ({ value: `${timestampMs}`, timestampMs })));
  expect(results.map(({ timestampMs }) => timestampMs)).toEqual(times);
  expect((await readAll(topic)).map(({ timestampMs }) => timestampMs)).toEqual(times);
});

test('keys and bytes that change behind send are those of the call', async () => {
  const topic = await create('changed');
  const producer = await client.producer(topic);
  const value = new TextEncoder().encode('aaaa');
  const sent = producer.send({ key: value, value });
  value.fill(0x62);
  void producer.enqueue({ key: value, value });
  value.fill(0x63);
  const all = producer.sendAll([{ value }, { value }]);
  value.fill(0x64);
  await Promise.all([sent, all]);
  expect((await readAll(topic)).map((record) => [record.keyText(), record.text()])).toEqual([
    ['aaaa', 'aaaa'],
    ['bbbb', 'bbbb'],
    [null, 'cccc'],
    [null, 'cccc'],
  ]);
});

test('partitions that are added under a running producer take keys and turns, and nothing is lost', async () => {
  const topic = await create('growing', { partitions: 1 });
  const producer = await client.producer(topic);
  const sent: Promise<{ readonly partition: number }>[] = [];
  const seen = new Set<number>();
  await admin(client).topics.addPartitions(topic, 3);
  for (let i = 0; seen.size < 4; i++) {
    const pair = [producer.send({ value: `${i}` }), producer.send({ key: `${i}`, value: `${i}` })];
    sent.push(...pair);
    for (const { partition } of await Promise.all(pair)) seen.add(partition);
  }
  expect(await readAll(topic)).toHaveLength(sent.length);
});

describe('ends', () => {
  test('that race leave nothing unsettled: flush, close, close again, and records between them', async () => {
    const topic = await create('race', { partitions: 3 });
    const producer = await client.producer(topic, { lingerMs: 30, bufferBytes: 20_000 });
    const sent = Array.from({ length: 300 }, (_, i) => producer.send({ value: `${i}`.padEnd(100), partition: i % 3 }));
    const flushes = [producer.flush(), producer.flush()];
    const closes = [producer.close(), producer.close(), producer[Symbol.asyncDispose]()];
    const late = [producer.send({ value: 'late' }), producer.sendAll([{ value: 'late' }])];
    await Promise.all([...flushes, ...closes]);
    expect(await Promise.allSettled(late)).toMatchObject(late.map(() => ({ reason: { code: 'produce/closed' } })));
    await Promise.all(sent);
    expect(await readAll(topic)).toHaveLength(300);
    await producer.flush();
    expect(producer.stats()).toMatchObject({
      records: 300,
      failed: 0,
      bufferedRecords: 0,
      bufferedBytes: 0,
      waiting: 0,
    });
  });

  test('of a client settle what its producers hold', async () => {
    const topic = await create('client-race');
    const other = await cluster.connect();
    const producer = await other.producer(topic, { lingerMs: 60_000 });
    const sent = Array.from({ length: 50 }, (_, i) => producer.send({ value: `${i}` }));
    await other.close();
    const outcomes = await Promise.allSettled(sent);
    const stored = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(stored).toBe(50);
    expect(await readAll(topic)).toHaveLength(stored);
  });

  test('of a stream: an abort drops what waits in it, and the producer goes on', async () => {
    const topic = await create('aborted');
    const producer = await client.producer(topic);
    const writer = producer.writable().getWriter();
    await writer.write({ value: 'a' });
    const pending = writer.write({ value: 'b' });
    await writer.abort(new Error('enough'));
    await pending.catch(() => {});
    await expect(writer.write({ value: 'c' })).rejects.toThrow('enough');
    await producer.send({ value: 'd' });
    const values = (await readAll(topic)).map((record) => record.text());
    expect(values[0]).toBe('a');
    expect(values.at(-1)).toBe('d');
    expect(values).not.toContain('c');
    expect(producer.stats()).toMatchObject({ bufferedRecords: 0, bufferedBytes: 0, failed: 0 });
  });
});

describe('SmartModules on the way in', () => {
  const wasm = (name: string): Uint8Array =>
    new Uint8Array(readFileSync(new URL(`../../../smartmodule/fixtures/${name}.wasm.gz`, import.meta.url)));

  test('that drop records leave the others, in order', async () => {
    const topic = await create('drop');
    const smartModules = [{ wasm: wasm('filter-contains'), params: { needle: 'a' } }];
    const producer = await client.producer(topic, { smartModules });
    for (const values of [['a', 'b', 'ca'], ['b', 'd'], ['ab']]) {
      expect(await producer.sendAll(values.map((value) => ({ value })))).toHaveLength(values.length);
    }
    expect((await readAll(topic)).map((record) => record.text())).toEqual(['a', 'ca', 'ab']);
  });

  test('that fail on a record store none of its batch, and the next one goes on', async () => {
    const topic = await create('fail');
    const producer = await client.producer(topic, { smartModules: [{ wasm: wasm('filter-odd-fail') }] });
    await expect(producer.sendAll(['1', 'x'].map((value) => ({ value })))).rejects.toMatchObject({
      code: 'smartmodule/failed',
      message: expect.stringContaining('invalid digit'),
    });
    expect(await producer.send({ value: '3' })).toMatchObject({ offset: 0n });
    expect(producer.stats()).toMatchObject({ records: 1, failed: 2, retries: 0 });
  });

  test('that make more of them leave the next batch behind all', async ({ skip }) => {
    cluster.own(
      skip,
      'SPUs of Fluvio count the records that were sent, so that the next batch begins among those that were made',
    );
    const topic = await create('grow');
    const producer = await client.producer(topic, { smartModules: [{ wasm: wasm('array-map-words') }] });
    await producer.sendAll(['a b c', 'd'].map((value) => ({ value })));
    expect(await producer.send({ value: 'e f' })).toMatchObject({ offset: 4n });
    expect((await readAll(topic)).map((record) => record.text())).toEqual([...'abcdef']);
  });
});
