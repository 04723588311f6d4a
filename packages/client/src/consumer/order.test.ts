import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { store, withTopic } from '../testing/filled.ts';
import { until } from '../testing/until.ts';
import { processByKey } from './parallel.ts';
import type { ConsumerRecord } from './record.ts';

const T = 1_700_000_000_000;

describe('in the order of time', () => {
  test('across partitions, each batch or none, whatever their sizes', async () => {
    const layout = fc.array(fc.array(fc.array(fc.nat(1_000), { minLength: 1, maxLength: 8 }), { maxLength: 6 }), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(layout, async (partitions) => {
        const { cluster, client } = await withTopic(partitions.length);
        const all: number[] = [];
        for (const [partition, batches] of partitions.entries()) {
          const times = batches.flat().sort((a, b) => a - b);
          all.push(...times);
          for (const batch of batches) {
            const mine = times.splice(0, batch.length).map((ms) => ({ value: `${ms}`, timeMs: T + ms }));
            store(cluster, partition, mine);
          }
        }
        const options = { start: 'beginning', until: 'end', order: 'time', maxBytes: 1, prefetchBytes: 1 } as const;
        const seen: number[] = [];
        for await (const record of client.consumer('t', options)) seen.push(record.timestampMs - T);
        expect(seen).toEqual(all.sort((a, b) => a - b));
      }),
      { numRuns: 25 },
    );
  });

  test('an empty partition holds nobody up, and what comes later is read', async () => {
    const { cluster, client } = await withTopic(2);
    store(cluster, 0, [
      { value: 'a', timeMs: T },
      { value: 'b', timeMs: T + 10 },
    ]);
    const consumer = client.consumer('t', { start: 'beginning', order: 'time' });
    const records = consumer[Symbol.asyncIterator]();
    expect((await records.next()).value?.text()).toBe('a');
    expect((await records.next()).value?.text()).toBe('b');
    const producer = await client.producer('t');
    await producer.send({ value: 'c', partition: 1 });
    expect((await records.next()).value?.text()).toBe('c');
    await consumer.close();
  });

  test('cannot be had with SmartModules at the SPU', async () => {
    const { client } = await withTopic();
    expect(() => client.consumer('t', { order: 'time', smartModules: [{ name: 'm' }] })).toThrow(/cannot be 'time'/);
  });
});

describe('several at a time', () => {
  const filled = async (records: number, keys: number) => {
    const setup = await withTopic(2);
    for (let i = 0; i < records; i++) store(setup.cluster, i % 2, [{ key: `k${i % keys}`, value: `${i}` }]);
    return setup;
  };
  const named = { consumerId: 'c', commit: 'manual', start: 'beginning', until: 'end' } as const;

  test('each key in order and one at a time, no more than were asked for, all of them committed', async () => {
    const { cluster, client } = await filled(300, 7);
    const running = new Map<string, number>();
    const byKey = new Map<string, number[]>();
    let most = 0;
    await processByKey(
      client.consumer('t', named),
      async (record) => {
        const place = `${record.keyText()} of ${record.partition}`;
        const key = record.keyText() ?? '';
        expect(running.get(key) ?? 0).toBe(0);
        running.set(key, 1);
        most = Math.max(
          most,
          [...running.values()].reduce((a, b) => a + b, 0),
        );
        await new Promise((resolve) => setImmediate(resolve));
        running.set(key, 0);
        byKey.set(place, [...(byKey.get(place) ?? []), Number(record.text())]);
      },
      { concurrency: 4 },
    );
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
    for (const values of byKey.values()) expect(values).toEqual([...values].sort((a, b) => a - b));
    expect([...byKey.values()].flat()).toHaveLength(300);
    expect([cluster.stored.get('c t-0'), cluster.stored.get('c t-1')]).toEqual([149n, 149n]);
  });

  test('a failure ends it, and commits nothing behind what is not done', async () => {
    const { cluster, client } = await withTopic();
    for (let i = 0; i < 20; i++) store(cluster, 0, [{ key: `k${i}`, value: `${i}` }]);
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const done: number[] = [];
    const work = processByKey(
      client.consumer('t', named),
      async (record) => {
        const n = Number(record.text());
        if (n === 3) {
          await held;
          throw new Error('cannot');
        }
        done.push(n);
        if (done.length === 6) release();
      },
      { concurrency: 4 },
    );
    await expect(work).rejects.toThrow('cannot');
    expect(Math.max(...done)).toBeGreaterThan(3);
    expect(cluster.stored.get('c t-0')).toBe(2n);
    await until(() => cluster.connections(1) <= 2);
  });

  test('a failure ends it although no further record comes', async () => {
    const { cluster, client } = await withTopic();
    for (let i = 0; i < 3; i++) store(cluster, 0, [{ key: `k${i}`, value: `${i}` }]);
    const work = processByKey(client.consumer('t', { ...named, until: {} }), async (record) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (record.text() === '2') throw new Error('cannot');
    });
    await expect(work).rejects.toThrow('cannot');
    expect(cluster.stored.get('c t-0')).toBe(1n);
    await until(() => cluster.connections(1) <= 2);
  });

  test('a key that cannot be told ends it, and what is done is committed', async () => {
    const { cluster, client } = await withTopic();
    for (let i = 0; i < 3; i++) store(cluster, 0, [{ value: `${i}` }]);
    const keyOf = (record: ConsumerRecord): string => {
      if (record.text() === '2') throw new Error('no key');
      return record.text();
    };
    await expect(processByKey(client.consumer('t', named), async () => {}, { keyOf, concurrency: 1 })).rejects.toThrow(
      'no key',
    );
    expect(cluster.stored.get('c t-0')).toBe(1n);
  });

  test('what is done is committed although no further record comes', async () => {
    const { cluster, client } = await withTopic();
    for (let i = 0; i < 3; i++) store(cluster, 0, [{ value: `${i}` }]);
    const consumer = client.consumer('t', { ...named, until: {} });
    const work = processByKey(consumer, async () => {}, { commitIntervalMs: 5 });
    await until(() => cluster.stored.get('c t-0') === 2n);
    await consumer.close();
    await work;
  });

  test('is refused for a consumer that commits by itself', async () => {
    const { client } = await withTopic();
    const consumer = client.consumer('t', { consumerId: 'c' });
    await expect(processByKey(consumer, async () => {})).rejects.toMatchObject({ code: 'option/invalid' });
  });
});
