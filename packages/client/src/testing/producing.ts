/** A producer on a scripted cluster, for tests. */
import { readBatches } from '@fluvio-ts/protocol';
import { afterEach } from 'vitest';
import type { Client } from '../client.ts';
import { connect } from '../client.ts';
import type { ConnectOptions } from '../connect-options.ts';
import type { ProducerOptions } from '../producer/options.ts';
import type { Producer } from '../producer/producer.ts';
import type { Broker, TopicOptions } from './broker.ts';
import { broker } from './broker.ts';

/** What surrounds the producer. */
export interface Surroundings {
  readonly partitions?: number;
  readonly spus?: number;
  readonly topic?: TopicOptions;
  readonly client?: Partial<ConnectOptions>;
}

/** A cluster with topic `t`, a client of it, a producer. */
export interface Producing {
  readonly cluster: Broker;
  readonly client: Client;
  readonly producer: Producer;
}

/** Makes producers, and closes their clients behind each test. Call it once in a file of tests. */
export function producers(): (options?: ProducerOptions, around?: Surroundings) => Promise<Producing> {
  const clients: Client[] = [];
  afterEach(async () => {
    await Promise.allSettled(clients.splice(0).map((client) => client.close({ timeoutMs: 1 })));
  });
  return async (options = {}, { partitions = 1, spus = 1, topic = {}, client: connectOptions = {} } = {}) => {
    const cluster = broker(spus);
    cluster.addTopic('t', partitions, topic);
    const client = await connect({ transport: cluster.transport, ...connectOptions });
    clients.push(client);
    return { cluster, client, producer: await client.producer('t', options) };
  };
}

/** Values of a partition's log, in order; its batches must not be compressed. */
export const stored = (cluster: Broker, partition = 0): string[] =>
  cluster.log('t', partition).batches.flatMap((bytes) => {
    const block = readBatches(bytes).batches[0]?.open();
    if (block === undefined || block instanceof Promise) throw new Error('no block');
    return Array.from(block, (record) => record.text());
  });
