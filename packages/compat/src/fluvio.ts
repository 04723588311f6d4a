/** `Fluvio` of `@fluvio/client`. */
import { admin as administer } from '@fluvio-ts/admin';
import type { Client, ConnectOptions, ProducerOptions } from '@fluvio-ts/node';
import { connect } from '@fluvio-ts/node';
import { FluvioAdmin } from './fluvio-admin.ts';
import { PartitionConsumer } from './partition-consumer.ts';
import { TopicProducer } from './topic-producer.ts';

/** Where the cluster is. Without `host` and `port` it is the current profile's. */
export interface Options {
  readonly host?: string;
  readonly port?: number;
  /** Dials the addresses that SPUs have inside the cluster's network. */
  readonly use_spu_local_address?: boolean;
  /** Not in `@fluvio/client`: anything that `connect()` of `@fluvio-ts/node` takes. */
  readonly client?: ConnectOptions;
}

/** Settings of a producer, by the names of `@fluvio/client`. */
export interface TopicProducerConfig {
  readonly batchSize?: number;
  readonly maxRequestSize?: number;
  /** Milliseconds. */
  readonly linger?: number;
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  /** Milliseconds that the leader may wait for replicas. */
  readonly timeoutMs?: number;
}

/** A connection to a cluster, with the methods of `@fluvio/client`, and `close`. */
export class Fluvio {
  readonly #options: Options;
  #client: Client | undefined;

  constructor(options: Options = {}) {
    this.#options = options;
  }

  static async connect(options?: Options): Promise<Fluvio> {
    const fluvio = new Fluvio(options);
    await fluvio.connect();
    return fluvio;
  }

  /** Connects; a second call changes nothing. */
  async connect(options: Options = {}): Promise<this> {
    if (this.#client !== undefined) return this;
    const { host, port, use_spu_local_address: isLocal = false, client = {} } = { ...this.#options, ...options };
    this.#client = await connect({
      ...(isLocal && { spuAddress: 'local' as const }),
      ...(host !== undefined && port !== undefined && { endpoint: `${host}:${port}` }),
      ...client,
    });
    return this;
  }

  async topicProducer(topic: string): Promise<TopicProducer> {
    return this.topicProducerWithConfig(topic, {});
  }

  async topicProducerWithConfig(topic: string, config: TopicProducerConfig): Promise<TopicProducer> {
    const options: { -readonly [O in keyof ProducerOptions]: ProducerOptions[O] } = {};
    if (config.batchSize !== undefined) options.batchBytes = config.batchSize;
    if (config.maxRequestSize !== undefined) options.maxRequestBytes = config.maxRequestSize;
    if (config.linger !== undefined) options.lingerMs = config.linger;
    if (config.compression !== undefined) options.compression = config.compression;
    if (config.timeoutMs !== undefined) options.ackTimeoutMs = config.timeoutMs;
    return new TopicProducer(await this.#connected().producer(topic, options));
  }

  async partitionConsumer(topic: string, partition: number): Promise<PartitionConsumer> {
    return new PartitionConsumer(this.#connected(), topic, partition);
  }

  async admin(): Promise<FluvioAdmin> {
    return new FluvioAdmin(administer(this.#connected()));
  }

  /** Not in `@fluvio/client`: flushes producers, ends streams, and drops the connections, so that the program can end. */
  async close(): Promise<void> {
    await this.#client?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #connected(): Client {
    if (this.#client !== undefined) return this.#client;
    throw new Error(
      'Failed to find socket; must call `.connect()` method to create a connection before calling this method;',
    );
  }
}
