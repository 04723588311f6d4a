/** A program with typed producers and consumers. It is compiled by every TypeScript that we support. */
import type { Client, Consumer, Producer, TypedConsumer, TypedProducer, TypedRecord } from '@fluvio-ts/client';
import type { Serde, StandardSchema } from '@fluvio-ts/serde';
import { bytes, json, limited, text, validated } from '@fluvio-ts/serde';
import type { Same } from './same.ts';
import { holds } from './same.ts';

interface Order {
  readonly id: number;
}

/** Values have their types from `send` to the loop. */
export async function program(client: Client): Promise<void> {
  const producer = await client.producer<Order>('orders', { value: json<Order>(), lingerMs: 5 });
  holds<Same<typeof producer, TypedProducer<Order, Uint8Array | string>>>();
  await producer.send({ key: 'k', value: { id: 1 } });
  // @ts-expect-error an order has a number
  await producer.send({ value: { id: 'x' } });
  // @ts-expect-error a typed producer takes values, not bytes
  await producer.send({ value: new Uint8Array(1) });
  // @ts-expect-error an order needs a serde
  await client.producer<Order>('orders');

  const keyed = await client.producer('orders', { key: text(), value: limited(json<Order>(), 100) });
  // @ts-expect-error the key is a text
  await keyed.send({ key: new Uint8Array(1), value: { id: 1 } });

  const consumer = client.consumer<Order>('orders', { value: json<Order>(), onUndecodable: 'skip' });
  holds<Same<typeof consumer, TypedConsumer<Order>>>();
  for await (const record of consumer) {
    holds<Same<typeof record, TypedRecord<Order>>>();
    holds<Same<typeof record.value, Order>>();
    holds<Same<typeof record.key, Uint8Array | null>>();
  }
  for await (const batch of client.consumer('orders', { key: bytes(), value: text() }).batches()) {
    for (const { key, value } of batch) {
      holds<Same<typeof key, Uint8Array | null>>();
      holds<Same<typeof value, string>>();
    }
  }
  // @ts-expect-error there is no such policy
  client.consumer('orders', { value: text(), onUndecodable: 'ignore' });

  const plain = await client.producer('orders', { lingerMs: 1 });
  holds<Same<typeof plain, Producer>>();
  const records = client.consumer('orders', { start: 'beginning' });
  holds<Same<typeof records, Consumer>>();
}

/** A schema's input is what is written, and its output what is read. */
export async function schemas(client: Client, schema: StandardSchema<{ at: string }, { at: Date }>): Promise<void> {
  const serde = validated(schema, json());
  holds<Same<typeof serde, Serde<{ at: Date }, { at: string }>>>();
  const producer = await client.producer('t', { value: serde });
  await producer.send({ value: { at: '2030-01-01' } });
  // @ts-expect-error the input is a text
  await producer.send({ value: { at: new Date() } });
  for await (const { value } of client.consumer('t', { value: serde })) holds<Same<typeof value, { at: Date }>>();
}
