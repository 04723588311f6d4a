/** The consumer of one topic: the streams of its partitions, merged in the order in which their batches arrive. */
import type { Codecs, Isolation } from '@fluvio-ts/protocol';
import { stopper } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import type { Purpose } from '../connection/spu-pool.ts';
import { abortedError } from '../connection/timer.ts';
import { clientError } from '../errors.ts';
import { partitionCount } from '../metadata/metadata.ts';
import type { ConsumerBatch } from './batch.ts';
import type { ConsumerGap, ConsumerRetry, StreamSettings } from './partition-stream.ts';
import { streamPartition } from './partition-stream.ts';
import type { StartOffset } from './position.ts';
import { checkStart } from './position.ts';
import type { ConsumerRecord } from './record.ts';

/** Settings of a consumer. */
export interface ConsumerOptions {
  /** Which partitions. Default `all`, those that are added later included (from their beginning). */
  readonly partitions?: 'all' | readonly number[];
  /** Where to start in each partition. Default `end`. */
  readonly start?: StartOffset;
  /** `end`: stop at the high watermark that each partition has when it is first reached. Default: go on for ever. */
  readonly until?: 'end';
  /** `read_uncommitted` (default) reads to the log end, `read_committed` to the high watermark. */
  readonly isolation?: Isolation;
  /** Bytes of records in one answer of an SPU. Default 1,048,576. */
  readonly maxBytes?: number;
  /** Largest batch that is fetched where `maxBytes` is too small for even one. Default 67,108,864. */
  readonly maxBatchBytes?: number;
  /** Bytes per partition that may wait to be read before the SPU gets credit for more. Default 1,048,576. */
  readonly prefetchBytes?: number;
  /** Whether batches' checksums are verified. Default true. */
  readonly verifyCrc?: boolean;
  /** Called when a stream is interrupted; it is resumed by itself, for ever. */
  readonly onRetry?: (retry: ConsumerRetry) => void;
  /** Called when retention removed records before they could be read; the stream goes on behind them. */
  readonly onGap?: (gap: ConsumerGap) => void;
  /** Ends the consumer: a pending read rejects with `request/aborted`. */
  readonly signal?: AbortSignal;
}

/**
 * Reads one topic. Iterate once, over records or over batches; leaving the loop closes the consumer.
 *
 * Within a partition records come in order, without gap or repetition, also across reconnects and changes of leader.
 * Between partitions there is no order.
 */
export interface Consumer extends AsyncIterable<ConsumerRecord>, AsyncDisposable {
  readonly topic: string;
  /** The same stream by batches, which iterate synchronously: several times as fast as one `await` per record. */
  batches(): AsyncIterable<ConsumerBatch>;
  /** Ends the streams and their connections; a pending read ends as if there were no more records. Safe to call twice. */
  close(): Promise<void>;
}

const DEFAULTS = {
  partitions: 'all',
  start: 'end',
  isolation: 'read_uncommitted',
  maxBytes: 1_048_576,
  maxBatchBytes: 67_108_864,
  prefetchBytes: 1_048_576,
  verifyCrc: true,
} as const;

interface Arrived {
  readonly batch: ConsumerBatch;
  readonly taken: () => void;
}

/** Makes a consumer; nothing is sent before the first read. @throws `option/invalid` */
export function openConsumer(
  cluster: Cluster,
  topic: string,
  options: ConsumerOptions,
  codecs: Codecs,
  id: number,
  onClose: (consumer: Consumer) => void,
): Consumer {
  const settings = checked(options);
  const streamSettings: StreamSettings = {
    ...settings,
    codecs,
    until: options.until,
    onRetry: options.onRetry,
    onGap: options.onGap,
  };
  const purpose: Purpose = `consume ${id}`;
  const life = stopper();
  const arrived: Arrived[] = [];
  let waiting: { resolve: (batch: ConsumerBatch | undefined) => void; reject: (error: unknown) => void } | undefined;
  let end: { readonly error: unknown } | undefined;
  let started = false;

  const finish = (error: unknown): void => {
    if (end !== undefined) return;
    end = { error };
    life.stop(error);
    cluster.life.removeEventListener('abort', onClientClosed);
    options.signal?.removeEventListener('abort', onAbort);
    cluster.release(purpose, clientError('client/closed', { what: `reading '${topic}'` }));
    const reader = waiting;
    waiting = undefined;
    if (error === undefined) reader?.resolve(undefined);
    else reader?.reject(error);
    onClose(consumer);
  };
  const onClientClosed = (): void => finish(cluster.life.reason);
  const onAbort = (): void => finish(abortedError(`reading '${topic}'`, options.signal));

  const push = (batch: ConsumerBatch, taken: () => void): void => {
    if (end !== undefined) return;
    if (waiting === undefined) {
      arrived.push({ batch, taken });
      return;
    }
    const reader = waiting;
    waiting = undefined;
    taken();
    reader.resolve(batch);
  };

  const stream = (partition: number, start: StartOffset): Promise<void> =>
    streamPartition(cluster, { topic, partition, start, purpose }, streamSettings, { push }, life.signal);

  /** Starts the streams that are wanted now, and those of partitions that are added later. */
  const run = async (): Promise<void> => {
    const first = await cluster.topic(topic, life.signal);
    if (settings.partitions !== 'all') {
      const partitions = partitionCount(first);
      const missing = settings.partitions.find((partition) => partition >= partitions);
      if (missing !== undefined) throw clientError('partition/not-found', { topic, partition: missing, partitions });
      await Promise.all(settings.partitions.map((partition) => stream(partition, settings.start)));
      return;
    }
    const streams: Promise<void>[] = [];
    const startNew = (start: StartOffset): void => {
      const known = cluster.metadata.topics.get(topic);
      const count = known === undefined ? 0 : partitionCount(known);
      while (streams.length < count) streams.push(stream(streams.length, start));
    };
    startNew(settings.start);
    if (options.until === 'end') {
      await Promise.all(streams);
      return;
    }
    const failed = Promise.all(streams);
    failed.catch(() => {});
    while (!life.signal.aborted) {
      await Promise.race([cluster.metadata.changed(), Promise.all(streams)]);
      startNew('beginning');
    }
  };

  const start = (): void => {
    if (started) return;
    started = true;
    if (end !== undefined) return;
    run().then(
      () => finishWhenRead(undefined),
      (error: unknown) => finishWhenRead(error),
    );
  };

  /** Ends the consumer behind what has already arrived. */
  const finishWhenRead = (error: unknown): void => {
    if (arrived.length === 0) finish(error);
    else if (end === undefined) last = { error };
  };
  let last: { readonly error: unknown } | undefined;

  const next = (): Promise<ConsumerBatch | undefined> => {
    start();
    const found = arrived.shift();
    if (found !== undefined) {
      found.taken();
      return Promise.resolve(found.batch);
    }
    if (last !== undefined) finish(last.error);
    if (end !== undefined) return end.error === undefined ? Promise.resolve(undefined) : Promise.reject(end.error);
    return new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
  };

  const close = async (): Promise<void> => {
    arrived.length = 0;
    finish(undefined);
  };

  const consumer: Consumer = {
    topic,
    batches: () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          const batch = await next();
          return batch === undefined ? { done: true, value: undefined } : { done: false, value: batch };
        },
        return: async () => {
          await close();
          return { done: true, value: undefined };
        },
      }),
    }),
    [Symbol.asyncIterator]() {
      let records: Iterator<ConsumerRecord> | undefined;
      const nextRecord = async (): Promise<IteratorResult<ConsumerRecord>> => {
        for (;;) {
          const batch = await next();
          if (batch === undefined) return { done: true, value: undefined };
          records = batch[Symbol.iterator]();
          const record = records.next();
          if (record.done !== true) return record;
        }
      };
      return {
        // By hand: an async generator costs twice as much per record.
        next() {
          const record = records?.next();
          return record !== undefined && record.done !== true ? Promise.resolve(record) : nextRecord();
        },
        async return() {
          await close();
          return { done: true, value: undefined };
        },
      };
    },
    close,
    [Symbol.asyncDispose]: close,
  };

  cluster.life.addEventListener('abort', onClientClosed, { once: true });
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (cluster.life.aborted) onClientClosed();
  else if (options.signal?.aborted === true) onAbort();
  return consumer;
}

type Settings = Required<Omit<ConsumerOptions, 'until' | 'onRetry' | 'onGap' | 'signal'>>;

function checked(options: ConsumerOptions): Settings {
  const settings = { ...DEFAULTS, ...options };
  const invalid = (option: string, reason: string): Error => clientError('option/invalid', { option, reason });
  checkStart(settings.start);
  for (const option of ['maxBytes', 'maxBatchBytes', 'prefetchBytes'] as const) {
    const value = settings[option];
    if (!Number.isSafeInteger(value) || value < 1 || value > 0x7fff_ffff) {
      throw invalid(option, `must be a whole number of bytes from 1 to 2147483647, not ${value}`);
    }
  }
  if (settings.partitions !== 'all') {
    if (settings.partitions.length === 0) throw invalid('partitions', 'names no partition');
    const wrong = settings.partitions.find((partition) => !Number.isInteger(partition) || partition < 0);
    if (wrong !== undefined) throw invalid('partitions', `contains ${wrong}, which is not an index from 0`);
  }
  return settings;
}
