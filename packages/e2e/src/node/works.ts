/** Whether a client that is connected by these options does its work. */

import type { ConnectOptions } from '@fluvio-ts/node';
import { admin, connect } from '@fluvio-ts/node';
import { expect } from 'vitest';

const randomName = (): string => `t${Math.random().toString(36).slice(2)}`;

/** Connects, creates a topic, sends a record, reads it back. */
export async function works(options: ConnectOptions, topic = randomName()): Promise<void> {
  await using client = await connect({ env: {}, ...options });
  await admin(client).topics.create(topic);
  await using producer = await client.producer(topic, { compression: 'lz4' });
  await producer.send({ value: 'x' });
  for await (const record of client.consumer(topic, { start: 'beginning', until: 'end' })) {
    expect(record.text()).toBe('x');
  }
}
