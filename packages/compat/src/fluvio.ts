/** `Fluvio` of `@fluvio/client`. */
import { admin as administer } from '@fluvio-ts/admin';
import type { Client, ConnectOptions, ProducerOptions } from '@fluvio-ts/node';
import { connect } from '@fluvio-ts/node';
import { FluvioAdmin } from './fluvio-admin.ts';
import { holdingAdmin, holdProcess } from './hold.ts';
import { PartitionConsumer } from './partition-consumer.ts';
import type { SpecDefaults } from './specs.ts';
import { TopicProducer } from './topic-producer.ts';

/** Where the cluster is. Without `host` and `port` it is the current profile's. */
export interface Options extends SpecDefaults {
  /** Host of the controller; counts only with `port`. Default: the current profile's. */
  readonly host?: string;
  /** Port of the controller; counts only with `host`. Default: the current profile's. */
  readonly port?: number;
  /** Dials the addresses that SPUs have inside the cluster's network. */
  readonly use_spu_local_address?: boolean;
  /** Not in `@fluvio/client`: anything that `connect()` of `@fluvio-ts/node` takes. */
  readonly client?: ConnectOptions;
}

/** Settings of a producer, by the names of `@fluvio/client`. */
export interface TopicProducerConfig {
  /** Bytes at which a batch is full. Default 65,536. */
  readonly batchSize?: number;
  /** Bytes of the largest request. Default 1,048,576. */
  readonly maxRequestSize?: number;
  /** Milliseconds. */
  readonly linger?: number;
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  /** Milliseconds that the leader may wait for replicas. */
  readonly timeoutMs?: number;
}

/**
 * A connection to a cluster, with the methods of `@fluvio/client`, and `close`. It does not keep the process: a program ends when
 * it waits for nothing more.
 */
export class Fluvio {
  readonly #options: Options;
  readonly #hold = holdProcess();
  #client: Client | undefined;

  constructor(options: Options = {}) {
    this.#options = options;
  }

  /** Makes a client and connects it. @throws as `connect()` of `@fluvio-ts/node` */
  static async connect(options?: Options): Promise<Fluvio> {
    const fluvio = new Fluvio(options);
    await fluvio.connect();
    return fluvio;
  }

  /** Connects; a second call changes nothing. */
  async connect(options: Options = {}): Promise<this> {
    if (this.#client !== undefined) return this;
    const { host, port, use_spu_local_address: isLocal = false, client = {} } = { ...this.#options, ...options };
    const connecting = connect({
      keepsProcess: false,
      ...(isLocal && { spuAddress: 'local' as const }),
      ...(host !== undefined && port !== undefined && { endpoint: `${host}:${port}` }),
      ...client,
    });
    this.#client = await this.#hold(connecting);
    return this;
  }

  /** A producer of a topic that exists. @throws `topic/not-found` */
  async topicProducer(topic: string): Promise<TopicProducer> {
    return this.topicProducerWithConfig(topic, {});
  }

  /** The same with settings. @throws `topic/not-found`, `option/invalid` */
  async topicProducerWithConfig(topic: string, config: TopicProducerConfig): Promise<TopicProducer> {
    const options: { -readonly [O in keyof ProducerOptions]: ProducerOptions[O] } = {};
    if (config.batchSize !== undefined) options.batchBytes = config.batchSize;
    if (config.maxRequestSize !== undefined) options.maxRequestBytes = config.maxRequestSize;
    if (config.linger !== undefined) options.lingerMs = config.linger;
    if (config.compression !== undefined) options.compression = config.compression;
    if (config.timeoutMs !== undefined) options.ackTimeoutMs = config.timeoutMs;
    const inner = await this.#hold(this.#connected().producer(topic, options));
    return new TopicProducer(inner, this.#hold);
  }

  /** A reader of one partition. */
  async partitionConsumer(topic: string, partition: number): Promise<PartitionConsumer> {
    return new PartitionConsumer(this.#connected(), topic, partition, this.#hold);
  }

  /** Administers the cluster. */
  async admin(): Promise<FluvioAdmin> {
    return new FluvioAdmin(holdingAdmin(administer(this.#connected()), this.#hold), this.#options);
  }

  /** Not in `@fluvio/client`: flushes producers, ends streams, and drops the connections, so that the program can end. */
  async close(): Promise<void> {
    if (this.#client !== undefined) await this.#hold(this.#client.close());
  }

  /** As {@link Fluvio.close}. */
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
