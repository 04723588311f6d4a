/** The door: one client for one cluster. */
import { isFluvioError } from '@fluvio-ts/protocol';
import type { Cluster } from './cluster.ts';
import { openCluster } from './cluster.ts';
import type { ConnectOptions } from './connect-options.ts';
import { endpointsOf, positive, spuAddressOf } from './connect-options.ts';
import { deadline, orAborted } from './connection/timer.ts';
import type { Consumer } from './consumer/consumer.ts';
import { openConsumer } from './consumer/consumer.ts';
import type { Fetched, FetchOptions } from './consumer/fetch.ts';
import { fetchOnce } from './consumer/fetch.ts';
import type { ConsumerOffsets } from './consumer/offsets.ts';
import { consumerOffsets } from './consumer/offsets.ts';
import type { ConsumerOptions } from './consumer/options.ts';
import type { PartitionOffsets } from './consumer/position.ts';
import { fetchOffsets } from './consumer/position.ts';
import { clientError, reasonOf } from './errors.ts';
import { counters } from './observe/counters.ts';
import type { ClientEventOf, ClientEventType } from './observe/events.ts';
import type { ClientHealth, PartitionLag } from './observe/health.ts';
import { observer } from './observe/observer.ts';
import { tellBatch } from './observe/tell-batch.ts';
import { openProducer } from './producer/open-producer.ts';
import type { ProducerOptions } from './producer/options.ts';
import type { Producer } from './producer/producer.ts';
import type { ProducerRecord } from './producer/result.ts';
import type { DeadLetter, TypedConsumer, TypedConsumerOptions } from './serde/typed-consumer.ts';
import { typedConsumer } from './serde/typed-consumer.ts';
import type { RawKey, TypedProducer, TypedProducerOptions } from './serde/typed-producer.ts';
import { recordEncoder } from './serde/typed-producer.ts';

/** Fields of `T` that may be missing or undefined. */
type Maybe<T, Field extends keyof T> = { readonly [F in Field]?: T[F] | undefined };

/** Tells options without a serde from those with one. */
export interface Untyped {
  /** Given, it is a serde, and the options are those of typed values. */
  readonly value?: undefined;
  /** As `value`. */
  readonly key?: undefined;
}

/** A connection to one cluster. Several may live in one process; nothing is shared between them. */
export interface Client extends AsyncDisposable {
  /** Where the cluster was asked to be. */
  readonly endpoint: string;
  /** Version of the cluster's controller. */
  readonly platformVersion: string;
  /** Makes a producer for a topic that exists. @throws `topic/not-found`, `option/invalid`, `produce/codec-missing`, `connect/timeout` */
  producer(topic: string, options?: ProducerOptions & Untyped): Promise<Producer>;
  /**
   * Makes a producer of values, which `options.value` encodes.
   *
   * @throws `topic/not-found`, `option/invalid`, `produce/codec-missing`, `connect/timeout`
   */
  producer<V, K = RawKey>(topic: string, options: TypedProducerOptions<V, K>): Promise<TypedProducer<V, K>>;
  /** Makes a consumer; nothing is sent before its first read. @throws `option/invalid` */
  consumer(topic: string | readonly string[], options?: ConsumerOptions & Untyped): Consumer;
  /**
   * Makes a consumer of values, which `options.value` decodes; nothing is sent before its first read.
   *
   * @throws `option/invalid`
   */
  consumer<V, K = Uint8Array>(
    topic: string | readonly string[],
    options: TypedConsumerOptions<V, K>,
  ): TypedConsumer<V, K>;
  /**
   * Reads what is stored from an offset on, once: about `maxBytes` of it, and no waiting for more.
   *
   * @throws `topic/not-found`, `partition/not-found`, `consume/batch-too-large`, codes of `ServerCodes`, `connect/timeout`
   */
  fetch(topic: string, partition: number, options: FetchOptions): Promise<Fetched>;
  /** How far named consumers are, as the cluster stores it. */
  readonly consumerOffsets: ConsumerOffsets;
  /** Both ends of a partition. @throws `topic/not-found`, `partition/not-found`, `connect/timeout` */
  offsets(topic: string, partition: number, options?: { readonly signal?: AbortSignal }): Promise<PartitionOffsets>;
  /** How the client is, for a probe: as plain values, without asking anybody. */
  health(): ClientHealth;
  /**
   * Calls `listener` for events of one kind until the returned function is called. What it throws is told to the logger and
   * changes nothing else.
   */
  on<Type extends ClientEventType>(type: Type, listener: (event: ClientEventOf<Type>) => unknown): () => void;
  /**
   * Closes consumers, flushes and closes producers (within `timeoutMs`, default 10,000), drops the connections. Safe to
   * call twice. Everything is closed when it settles, either way.
   *
   * @throws `produce/undelivered` as {@link Producer.close}
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

const CLOSE_TIMEOUT_MS = 10_000;
/** What is cut off at the end of that has this long to settle. */
const SETTLE_TIMEOUT_MS = 1_000;

/** How far a consumer is behind, by what it was told last. */
function lagOf({ positions }: Consumer, consumerId: string | undefined): PartitionLag[] {
  return positions.map(({ topic, partition, next, highWatermark }) => ({
    topic,
    partition,
    ...(consumerId !== undefined && { consumerId }),
    records: Math.max(0, Number(highWatermark - next)),
  }));
}

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
  const heard = observer(options.hooks, options.logger);
  const counted = counters(heard);
  const cluster = await openCluster(
    {
      observer: heard,
      counters: counted,
      endpoints: endpointsOf(options),
      transport: options.transport,
      clientId: options.clientId ?? 'fluvio-ts',
      connectTimeoutMs: positive('connectTimeoutMs', options.connectTimeoutMs ?? 10_000),
      requestTimeoutMs: positive('requestTimeoutMs', options.requestTimeoutMs ?? 60_000),
      probeIntervalMs:
        options.probeIntervalMs === 0 ? 0 : positive('probeIntervalMs', options.probeIntervalMs ?? 15_000),
      spuAddress: spuAddressOf(options),
      earlyAck: options.earlyAck ?? true,
    },
    options.signal,
  );
  const codecs = options.codecs ?? {};
  const producers = new Set<Pick<Producer, 'close' | 'bufferedBytes'>>();
  /** With their names. */
  const consumers = new Map<Consumer, string | undefined>();
  let ids = 0;
  const nextId = (): number => ids++;
  let closing: Promise<void> | undefined;

  const open = (what: string): void => {
    if (closing !== undefined) throw clientError('client/closed', { what });
  };

  const makeProducer = async <R>(
    topic: string,
    producerOptions: ProducerOptions,
    encode: (record: R) => ProducerRecord,
  ): Promise<Producer<R>> => {
    open('making a producer');
    if (typeof topic !== 'string' || topic === '') {
      throw clientError('option/invalid', { option: 'topic', reason: 'names no topic' });
    }
    const { onBatch, onRetry } = producerOptions;
    const made = await openProducer<R>(
      cluster,
      topic,
      {
        ...producerOptions,
        onBatch(batch) {
          if (heard.wants('batch')) tellBatch(heard, batch);
          return onBatch?.(batch);
        },
        onRetry(retry) {
          heard.tell({ type: 'producer-retry', ...retry });
          return onRetry?.(retry);
        },
      },
      { codecs, encode, onClose: (closed) => producers.delete(closed) },
    );
    producers.add(made);
    if (closing !== undefined) {
      await made.close({ timeoutMs: 0 });
      throw clientError('client/closed', { what: 'making a producer' });
    }
    return made;
  };

  function producer(topic: string, plain?: ProducerOptions & Untyped): Promise<Producer>;
  function producer<V, K>(topic: string, typed: TypedProducerOptions<V, K>): Promise<TypedProducer<V, K>>;
  function producer(
    topic: string,
    { value, key, ...rest }: ProducerOptions & Maybe<TypedProducerOptions<unknown, unknown>, 'value' | 'key'> = {},
  ): Promise<unknown> {
    if (value === undefined) return makeProducer(topic, rest, (record: ProducerRecord) => record);
    return makeProducer(topic, rest, recordEncoder(topic, { value, ...(key !== undefined && { key }) }));
  }

  function consumer(topic: string | readonly string[], plain?: ConsumerOptions & Untyped): Consumer;
  function consumer<V, K>(topic: string | readonly string[], typed: TypedConsumerOptions<V, K>): TypedConsumer<V, K>;
  function consumer(
    topic: string | readonly string[],
    {
      value,
      key,
      onUndecodable = 'throw',
      ...rest
    }: ConsumerOptions & Maybe<TypedConsumerOptions<unknown, unknown>, 'value' | 'key' | 'onUndecodable'> = {},
  ): unknown {
    open('making a consumer');
    const base = openConsumer(
      {
        cluster,
        codecs,
        nextId,
        onClose: (closed) => consumers.delete(closed),
        onCommitted: (commit) => heard.tell({ type: 'commit', ...commit }),
      },
      Array.isArray(topic) ? (topic as readonly string[]) : [topic as string],
      {
        ...rest,
        onRetry(retry) {
          heard.tell({ type: 'consumer-retry', ...retry });
          return rest.onRetry?.(retry);
        },
        onGap(gap) {
          heard.tell({ type: 'gap', ...gap });
          return rest.onGap?.(gap);
        },
      },
    );
    consumers.set(base, rest.consumerId);
    if (value === undefined) return base;
    return typedConsumer(base, { value, onUndecodable, ...(key !== undefined && { key }) }, deadLetter);
  }

  /** Producers of the topics to which records go that cannot be decoded; they live as long as the client. */
  const graveyards = new Map<string, Promise<Producer>>();
  const deadLetter: DeadLetter = async (topic, { key, value }) => {
    const found = graveyards.get(topic) ?? producer(topic);
    graveyards.set(topic, found);
    // One that was made goes on after failures; one that could not be is made anew the next time.
    found.catch(() => graveyards.delete(topic));
    await (await found).send({ key, value });
  };

  const client: Client = {
    endpoint: cluster.endpoint,
    get platformVersion() {
      return cluster.platformVersion;
    },
    producer,
    consumer,
    async fetch(topic, partition, fetchOptions) {
      open('fetching');
      return fetchOnce(cluster, topic, partition, fetchOptions, codecs);
    },
    consumerOffsets: consumerOffsets(cluster, nextId),
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
    health() {
      const { state, forMs } = cluster.controller();
      const { connections, connects, failures, losses, requests, lastError } = counted;
      return {
        status: closing !== undefined ? 'closed' : state === 'ready' ? 'ready' : 'degraded',
        controller: { state, forMs },
        connections,
        inFlight: connections.reduce((sum, { inFlight }) => sum + inFlight, 0),
        bufferedBytes: [...producers].reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0),
        producers: producers.size,
        consumers: consumers.size,
        lag: [...consumers].flatMap(([consumer, consumerId]) => lagOf(consumer, consumerId)),
        waiting: cluster.waits.list,
        totals: { connects, connectFailures: failures, losses, requests },
        ...(lastError !== undefined && {
          lastError: { ...(isFluvioError(lastError) && { code: lastError.code }), message: reasonOf(lastError) },
        }),
      };
    },
    on: (type, listener) => heard.on(type, listener),
    close({ timeoutMs = CLOSE_TIMEOUT_MS } = {}) {
      closing ??= (async () => {
        const until = performance.now() + timeoutMs;
        const limit = deadline(timeoutMs);
        let ended: readonly PromiseSettledResult<void>[] = [];
        const drain = async (): Promise<void> => {
          await Promise.allSettled([...consumers.keys()].map((consumer) => consumer.close()));
          const leftMs = Math.max(0, until - performance.now());
          ended = await Promise.allSettled([...producers].map((producer) => producer.close({ timeoutMs: leftMs })));
        };
        const drained = drain();
        const late = (): Error => new Error('time is up');
        await orAborted(drained, limit.signal, late).catch(() => {});
        limit.release();
        cluster.close();
        // Whatever does not end by itself ends with the connections, and says then what was lost.
        const last = deadline(SETTLE_TIMEOUT_MS);
        await orAborted(drained, last.signal, late).catch(() => {});
        last.release();
        for (const end of ended) if (end.status === 'rejected') throw end.reason;
      })();
      return closing;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
  clusters.set(client, cluster);
  return client;
}
