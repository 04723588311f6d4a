import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { connect } from '../client.ts';
import type { Broker } from '../testing/broker.ts';
import { broker } from '../testing/broker.ts';
import type { Serde, ValuePlace } from './serde.ts';
import type { Undecodable } from './undecodable.ts';

interface Order {
  readonly id: number;
}

const places: ValuePlace[] = [];
const orders: Serde<Order> = {
  encode(value, place) {
    places.push(place);
    if (typeof value.id !== 'number') throw new TypeError('an order has a number');
    return JSON.stringify(value);
  },
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Order,
};
const numbers: Serde<number> = {
  encode: (value) => Uint8Array.of(value),
  decode: (bytes) => bytes[0] ?? -1,
};

let cluster: Broker;
let client: Client;
beforeEach(async () => {
  places.length = 0;
  cluster = broker();
  cluster.addTopic('t', 1);
  cluster.addTopic('dead', 1);
  client = await connect({ transport: cluster.transport });
});
afterEach(async () => {
  await client.close({ timeoutMs: 1 });
});

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};
const reading = { start: 'beginning', until: 'end' } as const;

describe('a typed producer and consumer', () => {
  test('give back values, keys and the absence of keys', async () => {
    const producer = await client.producer<Order, number>('t', { value: orders, key: numbers });
    const { offset } = await producer.send({ key: 7, value: { id: 1 } });
    await producer.send({ value: { id: 2 } });
    await producer.send({ key: null, value: { id: 3 } });
    expect(offset).toBe(0n);
    expect(places[0]).toEqual({ topic: 't', field: 'value' });
    const records = await all(client.consumer('t', { ...reading, value: orders, key: numbers }));
    expect(records.map(({ key, value, offset: at }) => [key, value.id, at])).toEqual([
      [7, 1, 0n],
      [null, 2, 1n],
      [null, 3, 2n],
    ]);
    expect(records[0]).toMatchObject({ topic: 't', partition: 0, raw: { value: expect.any(Uint8Array) } });
  });

  test('have everything else of the plain ones', async () => {
    const producer = await client.producer('t', { value: orders });
    expect([producer.topic, producer.bufferedBytes]).toEqual(['t', 0]);
    const sent = producer.send({ key: 'k', value: { id: 1 } });
    expect(producer.bufferedBytes).toBeGreaterThan(0);
    await producer.flush();
    await sent;
    expect(producer.bufferedBytes).toBe(0);
    await producer.close();
    await expect(producer.send({ value: { id: 1 } })).rejects.toMatchObject({ code: 'produce/closed' });
  });

  test('read by batches', async () => {
    const producer = await client.producer('t', { value: orders });
    await Promise.all([1, 2, 3].map((id) => producer.send({ value: { id } })));
    const batches = await all(client.consumer('t', { ...reading, value: orders }).batches());
    expect(batches.flatMap((batch) => [...batch].map(({ value }) => value.id))).toEqual([1, 2, 3]);
    expect(batches.at(-1)?.nextOffset).toBe(3n);
  });

  test('a value that cannot be encoded is refused before anything is sent', async () => {
    const producer = await client.producer('t', { value: orders });
    await expect(producer.send({ value: {} as Order })).rejects.toMatchObject({
      code: 'produce/unencodable',
      message: "a record for topic 't' has a value that its encoder refuses: an order has a number",
      cause: expect.any(TypeError),
    });
    expect(producer.bufferedBytes).toBe(0);
  });
});

describe('a record that cannot be decoded', () => {
  beforeEach(async () => {
    const producer = await client.producer('t');
    await Promise.all(['{"id":1}', 'rubbish', '{"id":2}'].map((value, i) => producer.send({ key: `k${i}`, value })));
  });

  test('ends the consumer where nothing else is said, and its error says which one it was', async () => {
    const consumer = client.consumer('t', { ...reading, value: orders });
    const seen: number[] = [];
    const read = (async () => {
      for await (const { value } of consumer) seen.push(value.id);
    })();
    await expect(read).rejects.toMatchObject({
      code: 'consume/undecodable',
      context: { topic: 't', partition: 0, offset: 1n, field: 'value' },
      cause: expect.any(SyntaxError),
    });
    expect(seen).toEqual([1]);
    expect(await all(consumer)).toEqual([]);
  });

  test.each(['records', 'batches'] as const)('is skipped, by %s', async (by) => {
    const consumer = client.consumer('t', { ...reading, value: orders, onUndecodable: 'skip' });
    const records = by === 'records' ? await all(consumer) : (await all(consumer.batches())).flatMap((b) => [...b]);
    expect(records.map(({ value }) => value.id)).toEqual([1, 2]);
  });

  test('goes to a handler, which is waited for, with its bytes', async () => {
    const handled: [string, bigint][] = [];
    const onUndecodable = async ({ record, error }: Undecodable): Promise<void> => {
      await Promise.resolve();
      handled.push([record.text(), error.context.offset as bigint]);
    };
    const records = await all(client.consumer('t', { ...reading, value: orders, onUndecodable }));
    expect(records).toHaveLength(2);
    expect(handled).toEqual([['rubbish', 1n]]);
  });

  test('ends the consumer when its handler fails', async () => {
    const why = new Error('no');
    const onUndecodable = (): never => {
      throw why;
    };
    await expect(all(client.consumer('t', { ...reading, value: orders, onUndecodable }))).rejects.toBe(why);
  });

  test('goes to another topic, key and value unchanged, before the next one is handed out', async () => {
    const consumer = client.consumer('t', { ...reading, value: orders, onUndecodable: { topic: 'dead' } });
    for await (const { value } of consumer) if (value.id === 2) expect(cluster.log('dead', 0).end).toBe(1n);
    const [dead] = await all(client.consumer('dead', reading));
    expect([dead?.keyText(), dead?.text()]).toEqual(['k1', 'rubbish']);
  });

  test('is not lost when that topic does not exist', async () => {
    const onUndecodable = { topic: 'nowhere' };
    await expect(all(client.consumer('t', { ...reading, value: orders, onUndecodable }))).rejects.toMatchObject({
      code: 'topic/not-found',
    });
  });
});
