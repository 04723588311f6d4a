/** Clients and topics with records in them, for tests of consumers. */
import { BatchBuilder, rewriteBatch } from '@fluvio-ts/protocol';
import { afterEach } from 'vitest';
import type { Client } from '../client.ts';
import { connect } from '../client.ts';
import type { ConnectOptions } from '../connect-options.ts';
import type { ConsumerRecord } from '../consumer/record.ts';
import type { Broker } from './broker.ts';
import { broker } from './broker.ts';

const clients: Client[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close({ timeoutMs: 1 })));
});

/** A client that is closed when the test is over. */
async function connected(cluster: Broker, options: Partial<ConnectOptions> = {}): Promise<Client> {
  const client = await connect({ endpoint: 'localhost:9003', transport: cluster.transport, ...options });
  clients.push(client);
  return client;
}

/** A cluster with a topic `t`, and a client. */
export async function withTopic(partitions = 1, spus = 1): Promise<{ cluster: Broker; client: Client }> {
  const cluster = broker(spus);
  cluster.addTopic('t', partitions);
  cluster.addTopic('consumer-offset', 1);
  return { cluster, client: await connected(cluster) };
}

/** A record to be stored. */
export interface Stored {
  readonly value: string;
  readonly key?: string;
  readonly timeMs?: number;
}

/** Stores one batch as it is, at the end of the log. */
export function store(cluster: Broker, partition: number, records: readonly Stored[], topic = 't'): void {
  const builder = new BatchBuilder();
  for (const { key, value, timeMs } of records) builder.add(key ?? null, value, timeMs ?? 1_700_000_000_000);
  storeBatch(cluster, partition, builder.finish(), records.length, topic);
}

/** Stores a batch that takes so many offsets. */
export function storeBatch(cluster: Broker, partition: number, bytes: Uint8Array, offsets: number, topic = 't'): void {
  const log = cluster.log(topic, partition);
  rewriteBatch(bytes, { baseOffset: log.end });
  log.batches.push(bytes);
  log.end += BigInt(offsets);
}

/** Values of all that comes. */
export async function texts(records: AsyncIterable<ConsumerRecord>): Promise<string[]> {
  const values: string[] = [];
  for await (const record of records) values.push(record.text());
  return values;
}

/** `count` batches of `each` records with the values 0, 1, 2 … */
export function storeNumbers(cluster: Broker, partition: number, count: number, each: number): void {
  for (let i = 0; i < count; i++) {
    store(
      cluster,
      partition,
      Array.from({ length: each }, (_, n) => ({ value: `${i * each + n}` })),
    );
  }
}
