/** The consumer of one topic: the streams of its partitions, merged in the order in which their batches arrive. */
import type { Codecs, Isolation } from '@fluvio-ts/protocol';
import { stopper } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import type { Purpose } from '../connection/spu-pool.ts';
import { abortedError } from '../connection/timer.ts';
import { clientError } from '../errors.ts';
import { withDefaults } from '../options.ts';
import type { ConsumerBatch } from './batch.ts';
import type { ConsumerGap, ConsumerRetry, StreamSettings } from './partition-stream.ts';
import { streamPartition } from './partition-stream.ts';
import { streamPartitions } from './partitions.ts';
import type { StartOffset } from './position.ts';
import { checkStart } from './position.ts';
import { batchReader, recordReader } from './readers.ts';
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
  /** Called when a stream is interrupted; it is resumed by itself, for ever. What it throws ends the consumer. */
  readonly onRetry?: (retry: ConsumerRetry) => void;
  /** Called when retention removed records before they could be read; the stream goes on behind them. What it throws ends the consumer. */
  readonly onGap?: (gap: ConsumerGap) => void;
  /** Ends the consumer: a pending read rejects with `request/aborted`. */
  readonly signal?: AbortSignal;
}

/**
 * Reads one topic. Iterate once, over records or over batches; leaving the loop closes the consumer. Reads need not wait for
 * one another, and loops that share a consumer share its records: each goes to one of them.
 *
 * Within a partition records come in order, without gap or repetition, also across reconnects and changes of leader.
 * Between partitions there is no order.
 */
export interface Consumer extends AsyncIterable<ConsumerRecord>, AsyncDisposable {
  readonly topic: string;
  /** The same stream by batches, which iterate synchronously: several times as fast as one `await` per record. */
  batches(): AsyncIterable<ConsumerBatch>;
  /**
   * Ends the streams and their connections. Pending reads and later ones end as if there were no more records, those of the
   * batch in hand included. Safe to call twice.
   */
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

/** Where a consumer stands. */
type State =
  | { readonly at: 'reading' }
  /** The streams are over, and what has arrived is not read yet. */
  | { readonly at: 'ending'; readonly error: unknown }
  /** `isCut` if somebody did not want the rest, of the batch in hand included. */
  | { readonly at: 'over'; readonly error: unknown; readonly isCut: boolean };

const NOTHING: Promise<undefined> = Promise.resolve(undefined);

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
  const streams = stopper();
  const arrived: Arrived[] = [];
  /** Readers who came before their batches, first come, first served. */
  const waiting: { resolve: (batch: ConsumerBatch | undefined) => void; reject: (error: unknown) => void }[] = [];
  let state: State = { at: 'reading' };
  let started = false;

  /** Stops the streams; nothing arrives any more. */
  const stop = (): void => {
    streams.stop(undefined);
    cluster.life.removeEventListener('abort', onClientClosed);
    options.signal?.removeEventListener('abort', onAbort);
    cluster.release(purpose, clientError('client/closed', { what: `reading '${topic}'` }));
  };

  const finish = (error: unknown, isCut: boolean): void => {
    if (state.at === 'over') return;
    state = { at: 'over', error, isCut };
    stop();
    arrived.length = 0;
    for (const reader of waiting.splice(0)) {
      if (error === undefined) reader.resolve(undefined);
      else reader.reject(error);
    }
    onClose(consumer);
  };
  const onClientClosed = (): void => finish(cluster.life.reason, true);
  const onAbort = (): void => finish(abortedError(`reading '${topic}'`, options.signal), true);

  /** The streams are over: what has arrived is still read, and then the end, or the error. */
  const finishWhenRead = (error: unknown): void => {
    if (state.at !== 'reading') return;
    if (arrived.length === 0) {
      finish(error, false);
    } else {
      state = { at: 'ending', error };
      stop();
    }
  };

  const push = (batch: ConsumerBatch, taken: () => void): void => {
    if (state.at !== 'reading') return;
    const reader = waiting.shift();
    if (reader === undefined) {
      arrived.push({ batch, taken });
      return;
    }
    taken();
    reader.resolve(batch);
  };

  const stream = (partition: number, start: StartOffset): Promise<void> =>
    streamPartition(cluster, { topic, partition, start, purpose }, streamSettings, { push }, streams.signal);

  const start = (): void => {
    if (started) return;
    started = true;
    if (state.at !== 'reading') return;
    const wanted = { topic, partitions: settings.partitions, start: settings.start, grows: options.until !== 'end' };
    streamPartitions(cluster, wanted, stream, streams.signal).then(() => finishWhenRead(undefined), finishWhenRead);
  };

  const next = (): Promise<ConsumerBatch | undefined> => {
    start();
    const found = arrived.shift();
    if (found !== undefined) {
      found.taken();
      return Promise.resolve(found.batch);
    }
    if (state.at === 'ending') finish(state.error, false);
    if (state.at === 'over') return state.error === undefined ? NOTHING : Promise.reject(state.error);
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
    });
  };

  const close = async (): Promise<void> => finish(undefined, true);
  const isCut = (): boolean => state.at === 'over' && state.isCut;

  const consumer: Consumer = {
    topic,
    batches: () => ({ [Symbol.asyncIterator]: () => batchReader(next, close) }),
    [Symbol.asyncIterator]: () => recordReader(next, close, isCut),
    close,
    [Symbol.asyncDispose]: close,
  };

  cluster.life.addEventListener('abort', onClientClosed, { once: true });
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (cluster.life.aborted) onClientClosed();
  else if (options.signal?.aborted === true) onAbort();
  return consumer;
}

/** The largest batch that can be read. */
const MOST_BYTES = 128 * 1024 * 1024;

type Settings = Required<Omit<ConsumerOptions, 'until' | 'onRetry' | 'onGap' | 'signal'>>;

function checked(options: ConsumerOptions): Settings {
  const settings = withDefaults(DEFAULTS, options);
  const invalid = (option: string, reason: string): Error => clientError('option/invalid', { option, reason });
  checkStart(settings.start);
  for (const option of ['maxBytes', 'maxBatchBytes', 'prefetchBytes'] as const) {
    const value = settings[option];
    if (!Number.isSafeInteger(value) || value < 1 || value > MOST_BYTES) {
      throw invalid(option, `must be a whole number of bytes from 1 to ${MOST_BYTES}, not ${value}`);
    }
  }
  const { partitions } = settings;
  if (partitions !== 'all') {
    if (partitions.length === 0) throw invalid('partitions', 'names no partition');
    const wrong = partitions.find((partition) => !Number.isInteger(partition) || partition < 0);
    if (wrong !== undefined) throw invalid('partitions', `contains ${wrong}, which is not an index from 0`);
    const twice = partitions.find((partition, i) => partitions.indexOf(partition) !== i);
    if (twice !== undefined) throw invalid('partitions', `names partition ${twice} twice`);
  }
  return settings;
}
