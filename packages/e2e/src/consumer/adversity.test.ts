/** What is asked of a consumer that is not the usual: starts and ends over the edges, loops that share or are left, topics that change. */
import { readFileSync } from 'node:fs';
import { admin } from '@fluvio-ts/admin';
import type { Client, ConsumerOptions, ConsumerRecord, ProducerRecord } from '@fluvio-ts/client';
import { processByKey } from '@fluvio-ts/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';

let cluster: TestCluster;
let client: Client;

beforeAll(async () => {
  cluster = await testCluster({ spus: 2 });
  client = await cluster.connect();
});
afterAll(async () => {
  await client.close({ timeoutMs: 1_000 });
  await cluster.stop();
});

const T = 1_700_000_000_000;

/** A topic with one batch for each list of records. */
const filled = async (short: string, batches: readonly (readonly Partial<ProducerRecord>[])[], partitions = 1) => {
  const topic = cluster.name(short);
  await admin(client).topics.create(topic, { partitions });
  await using producer = await client.producer(topic);
  for (const records of batches) await producer.sendAll(records.map((record) => ({ value: '', ...record })));
  return topic;
};
const numbers = (count: number): { value: string }[] => Array.from({ length: count }, (_, i) => ({ value: `${i}` }));
const offsets = async (topic: string, options: ConsumerOptions): Promise<number[]> => {
  const found: number[] = [];
  for await (const record of client.consumer(topic, options)) found.push(Number(record.offset));
  return found;
};
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('starts and ends over the edges', () => {
  test.each([
    [{ beginning: 1_000 }, 'end', []],
    [{ end: 1_000 }, 'end', range(0, 10)],
    [{ end: 0 }, 'end', []],
    [{ beginning: 8 }, 'end', [8, 9]],
    [{ offset: 10n }, 'end', []],
    ['beginning', { offset: 0n }, []],
    ['beginning', { offset: 5n }, range(0, 5)],
    ['beginning', { offset: 100n, idleMs: 100 }, range(0, 10)],
    [{ end: 3 }, { count: 2 }, [7, 8]],
    [{ offset: 9n }, { offset: 3n }, []],
  ] as const)('from %o until %o', async (start, until, expected) => {
    const topic = await filled(`edges-${Math.random().toString(36).slice(2)}`, [numbers(4), numbers(6)]);
    expect(await offsets(topic, { start, until })).toEqual(expected);
  });

  test('beyond the end is an error that says where the end is, and the end itself waits for what comes', async () => {
    const topic = await filled('beyond', [numbers(3)]);
    await expect(offsets(topic, { start: { offset: 4n } })).rejects.toThrow(/greater than leo: 3/);
    await expect(client.fetch(topic, 0, { offset: 4n })).rejects.toThrow(/greater than leo: 3/);
    expect(await client.fetch(topic, 0, { offset: 3n })).toMatchObject({
      batches: [],
      nextOffset: 3n,
      startOffset: 0n,
    });
    const read = offsets(topic, { start: { offset: 3n }, until: { count: 1 } });
    await using producer = await client.producer(topic);
    await producer.send({ value: 'late' });
    expect(await read).toEqual([3]);
  });

  test('times before, between, equal and after, also where they do not rise', async () => {
    const at = (...times: number[]) => times.map((ms) => ({ timestampMs: T + ms }));
    const topic = await filled('times', [at(0, 10, 20), at(30, 25, 35), at(5, 50), at(60), at(60, 70)]);
    const firsts = [-5, 0, 1, 10, 22, 25, 30, 35, 40, 51, 60, 65, 70, 71].map(async (ms) => [
      ms,
      (await offsets(topic, { start: { time: T + ms }, until: 'end' }))[0] ?? 11,
    ]);
    expect(Object.fromEntries(await Promise.all(firsts))).toEqual({
      ...{ [-5]: 0, 0: 0, 1: 1, 10: 1, 22: 3, 25: 3, 30: 3, 35: 5, 40: 7, 51: 8, 60: 8, 65: 10, 70: 10, 71: 11 },
    });
    for (const [ms, end] of [
      [-5, 0],
      [0, 0],
      [10, 1],
      [22, 3],
      [60, 8],
      [71, 11],
    ] as const) {
      expect(await offsets(topic, { start: 'beginning', until: { time: T + ms } })).toEqual(range(0, end));
    }
  });

  test('with SmartModules: every end counts what passes, or lies where it lies', async () => {
    const records = range(0, 100).map((i) => ({ value: i % 7 === 0 ? `yes${i}` : `no${i}`, timestampMs: T + i }));
    const topic = await filled(
      'filtered',
      range(0, 20).map((i) => records.slice(5 * i, 5 * i + 5)),
    );
    const wasm = readFileSync(new URL('../../../smartmodule/fixtures/filter-contains.wasm.gz', import.meta.url));
    const smartModules = [{ wasm: new Uint8Array(wasm), params: { needle: 'yes' } }];
    const passing = range(0, 15).map((i) => 7 * i);
    const read = async (options: ConsumerOptions): Promise<number[]> => {
      const seen: number[] = [];
      for await (const record of client.consumer(topic, { start: 'beginning', smartModules, ...options })) {
        seen.push(Number(record.text().slice(3)));
      }
      return seen;
    };
    expect(await read({ until: 'end' })).toEqual(passing);
    expect(await read({ until: { count: 3 } })).toEqual(passing.slice(0, 3));
    expect(await read({ until: { offset: 30n } })).toEqual(passing.filter((i) => i < 30));
    expect(await read({ until: { time: T + 30 } })).toEqual(passing.filter((i) => i < 30));
    expect(await read({ start: { time: T + 50 }, until: 'end' })).toEqual(passing.filter((i) => i >= 50));
    const named = { consumerId: cluster.name('filtered'), until: { count: 2 } };
    expect([await read(named), await read(named)]).toEqual([
      [0, 7],
      [14, 21],
    ]);
  });
});

describe('loops', () => {
  test('that share a consumer share its records; one that was left is over', async () => {
    const topic = await filled('shared', Array(10).fill(numbers(5)));
    const shared = client.consumer(topic, { start: 'beginning', until: 'end' });
    const seen: bigint[] = [];
    const loop = async (): Promise<void> => {
      for await (const { offset } of shared) {
        seen.push(offset);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all([loop(), loop(), loop()]);
    expect(seen.map(Number).sort((a, b) => a - b)).toEqual(range(0, 50));
    const left = client.consumer(topic, { start: 'beginning' });
    for await (const _ of left) break;
    for await (const _ of left) expect.unreachable('the loop was left');
  });

  test('of streams: a sink that fails ends the consumer, and what was taken is stored', async () => {
    const topic = await filled('piped', [numbers(20)]);
    const consumerId = cluster.name('piped');
    const stream = client.consumer(topic, { consumerId, start: 'beginning' }).readable();
    let taken = 0;
    const sink = new WritableStream({
      write() {
        if (++taken === 10) throw new Error('full');
      },
    });
    await expect(stream.pipeTo(sink)).rejects.toThrow('full');
    const [stored] = await client.consumerOffsets.list({ consumerId });
    // The tenth failed, and is asked for again.
    expect(stored?.offset).toBe(8n);
    expect(client.health().consumers).toBe(0);
  });

  test('may keep records while the consumer goes on', async () => {
    const values = range(0, 2_000).map((i) => ({ key: `${i}`, value: `${i}`.padEnd(500, '.') }));
    const topic = await filled('kept', [values]);
    const kept: ConsumerRecord[] = [];
    const small = { start: 'beginning', until: 'end', maxBytes: 70_000, prefetchBytes: 100_000 } as const;
    for await (const record of client.consumer(topic, small)) kept.push(record);
    expect(kept.map((record) => ({ key: record.keyText(), value: record.text() }))).toEqual(values);
  });

  test('by key end with a handler that fails although nothing more comes', async () => {
    const topic = await filled('by-key', [numbers(5)]);
    const consumerId = cluster.name('by-key');
    const consumer = client.consumer(topic, { consumerId, commit: 'manual', start: 'beginning' });
    const work = processByKey(consumer, async (record) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (record.text() === '4') throw new Error('cannot');
    });
    await expect(work).rejects.toThrow('cannot');
    expect(await client.consumerOffsets.list({ consumerId })).toMatchObject([{ offset: 3n }]);
  });
});

test('partitions that are added later join from their beginning, and are committed like the others', async () => {
  const topic = await filled('later', [numbers(3)]);
  const consumerId = cluster.name('later');
  const consumer = client.consumer(topic, { consumerId, start: { end: 1 } });
  const records = consumer[Symbol.asyncIterator]();
  expect((await records.next()).value?.offset).toBe(2n);
  const first = records.next();
  await admin(client).topics.addPartitions(topic, 2);
  await using producer = await client.producer(topic);
  await producer.sendAll([1, 2].map((partition) => ({ value: 'new', partition })));
  const seen = new Set([(await first).value?.partition, (await records.next()).value?.partition]);
  expect(seen).toEqual(new Set([1, 2]));
  const pending = records.next();
  await consumer.close();
  expect((await pending).done).toBe(true);
  const lag = await client.consumerOffsets.lag({ consumerId, topic });
  expect(lag.map(({ lag: behind }) => behind)).toEqual([0n, 0n, 0n]);
});

test('a topic that is deleted ends its readers with its name, and its stored offsets are gone with it', async () => {
  const topic = await filled('gone', [numbers(5)]);
  const consumerId = cluster.name('gone');
  expect(await offsets(topic, { consumerId, start: 'beginning', until: 'end' })).toHaveLength(5);
  const reader = offsets(topic, { start: 'beginning' });
  await admin(client).topics.delete(topic);
  await expect(reader).rejects.toMatchObject({ code: 'topic/not-found', context: { topic } });
  await filled('gone', [numbers(2)]);
  expect(await offsets(topic, { consumerId, start: 'beginning', until: 'end' })).toEqual([0, 1]);
});
