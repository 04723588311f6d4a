/** The door: one client for one cluster. */
import type { Address, Codecs, Transport } from '@fluvio-ts/protocol';
import { isFluvioError, parseAddress } from '@fluvio-ts/protocol';
import type { Cluster } from './cluster.ts';
import { openCluster } from './cluster.ts';
import type { SpuAddress } from './connection/spu-pool.ts';
import type { Consumer, ConsumerOptions } from './consumer/consumer.ts';
import { openConsumer } from './consumer/consumer.ts';
import type { PartitionOffsets } from './consumer/position.ts';
import { fetchOffsets } from './consumer/position.ts';
import { clientError, reasonOf } from './errors.ts';
import type { ProducerOptions } from './producer/options.ts';
import type { Producer } from './producer/producer.ts';
import { openProducer } from './producer/producer.ts';
import type { ProducerRecord } from './producer/result.ts';

/** How to reach a cluster. */
export interface ConnectOptions {
  /**
   * `host:port` of the streaming controller, or several to be tried in order. Default `localhost:9003`. A transport that
   * leads through a gateway does not look at it.
   */
  readonly endpoint?: string | readonly string[];
  /** How bytes travel: `tcp()` of `@fluvio-ts/adapter-tcp`, `webSocket()` of `@fluvio-ts/adapter-ws`, … */
  readonly transport: Transport;
  /** Name that servers log. Default `fluvio-ts`. */
  readonly clientId?: string;
  /** Milliseconds for one connection to stand, handshakes included. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for one request, waiting for a lost connection included. Default 60,000. */
  readonly requestTimeoutMs?: number;
  /**
   * Milliseconds of silence after which a connection is asked for a sign of life; it is replaced when none comes within
   * 10,000 more. Finds machines that are gone and processes that hang, which send no end. Default 15,000; 0 turns it off.
   */
  readonly probeIntervalMs?: number;
  /** Which address of an SPU to dial: `public` (default), `local`, or a function for networks that translate addresses. */
  readonly spuAddress?: SpuAddress;
  /** Codecs for compressed batches. Default none: reading such batches fails with `codec/missing`, making them with `produce/codec-missing`. */
  readonly codecs?: Codecs;
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
}

/** A connection to one cluster. Several may live in one process; nothing is shared between them. */
export interface Client extends AsyncDisposable {
  /** Where the cluster was asked to be. */
  readonly endpoint: string;
  /** Version of the cluster's controller. */
  readonly platformVersion: string;
  /** Makes a producer for a topic that exists. @throws `topic/not-found`, `option/invalid`, `produce/codec-missing`, `connect/timeout` */
  producer(topic: string, options?: ProducerOptions): Promise<Producer>;
  /** Makes a consumer; nothing is sent before its first read. @throws `option/invalid` */
  consumer(topic: string, options?: ConsumerOptions): Consumer;
  /** Both ends of a partition. @throws `topic/not-found`, `partition/not-found`, `connect/timeout` */
  offsets(topic: string, partition: number, options?: { readonly signal?: AbortSignal }): Promise<PartitionOffsets>;
  /**
   * Closes consumers, flushes and closes producers (within `timeoutMs`, default 10,000), drops the connections. Safe to
   * call twice. Everything is closed when it settles, either way.
   *
   * @throws `produce/undelivered` as {@link Producer.close}
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/** Where Fluvio's controllers listen. */
const DEFAULT_ENDPOINT = 'localhost:9003';

/** What sister packages reach a client's cluster by. */
const clusters = new WeakMap<Client, Cluster>();

/** @internal The cluster behind a client. */
export function clusterOf(client: Client): Cluster {
  const cluster = clusters.get(client);
  if (cluster === undefined)
    throw clientError('option/invalid', { option: 'client', reason: 'was not made by connect()' });
  return cluster;
}

/**
 * Connects to a cluster and learns its topics.
 *
 * @throws `connect/failed` when no endpoint answers, `option/invalid`, `request/aborted`
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const cluster = await openCluster(
    {
      endpoints: addresses(options.endpoint ?? DEFAULT_ENDPOINT),
      transport: options.transport,
      clientId: options.clientId ?? 'fluvio-ts',
      connectTimeoutMs: positive('connectTimeoutMs', options.connectTimeoutMs ?? 10_000),
      requestTimeoutMs: positive('requestTimeoutMs', options.requestTimeoutMs ?? 60_000),
      probeIntervalMs:
        options.probeIntervalMs === 0 ? 0 : positive('probeIntervalMs', options.probeIntervalMs ?? 15_000),
      spuAddress: options.spuAddress ?? 'public',
    },
    options.signal,
  );
  const producers = new Set<Producer>();
  const consumers = new Set<Consumer>();
  let consumerCount = 0;
  let closing: Promise<void> | undefined;

  const open = (what: string): void => {
    if (closing !== undefined) throw clientError('client/closed', { what });
  };

  const client: Client = {
    endpoint: cluster.endpoint,
    get platformVersion() {
      return cluster.platformVersion;
    },
    async producer(topic, producerOptions = {}) {
      open('making a producer');
      const producer = await openProducer(cluster, topic, producerOptions, {
        codecs: options.codecs ?? {},
        encode: (record: ProducerRecord) => record,
        onClose: (closed) => producers.delete(closed),
      });
      producers.add(producer);
      if (closing !== undefined) {
        await producer.close({ timeoutMs: 0 });
        throw clientError('client/closed', { what: 'making a producer' });
      }
      return producer;
    },
    consumer(topic, consumerOptions = {}) {
      open('making a consumer');
      const consumer = openConsumer(cluster, topic, consumerOptions, options.codecs ?? {}, consumerCount++, (closed) =>
        consumers.delete(closed),
      );
      consumers.add(consumer);
      return consumer;
    },
    async offsets(topic, partition, { signal } = {}) {
      open('reading offsets');
      await cluster.topic(topic, signal);
      return cluster.retrying(
        {
          what: `reading the offsets of ${topic}-${partition}`,
          timeoutMs: cluster.requestTimeoutMs,
          signals: [signal],
        },
        (wait) => fetchOffsets(cluster, topic, partition, 'query', wait),
      );
    },
    close(closeOptions = {}) {
      closing ??= (async () => {
        await Promise.all([...consumers].map((consumer) => consumer.close()));
        const ended = await Promise.allSettled([...producers].map((producer) => producer.close(closeOptions)));
        cluster.close();
        for (const end of ended) if (end.status === 'rejected') throw end.reason;
      })();
      return closing;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
  clusters.set(client, cluster);
  return client;
}

function addresses(endpoint: string | readonly string[]): Address[] {
  const given = typeof endpoint === 'string' ? [endpoint] : endpoint;
  if (given.length === 0) throw clientError('option/invalid', { option: 'endpoint', reason: 'is empty' });
  return given.map((text) => {
    try {
      return parseAddress(text);
    } catch (error) {
      if (isFluvioError(error)) throw error;
      throw clientError('option/invalid', { option: 'endpoint', reason: `is wrong: ${reasonOf(error)}` }, error);
    }
  });
}

function positive(option: string, value: number): number {
  // A timer cannot wait longer, and fires at once when it is asked to.
  if (value > 0 && value <= 0x7fff_ffff) return value;
  const reason = `must be a number above 0 and at most 2147483647, not ${value}`;
  throw clientError('option/invalid', { option, reason });
}
