/** The consumer of one topic or several: the streams of their partitions, merged. */
import type { Codecs } from '@fluvio-ts/protocol';
import { patientTimer, stopper } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import type { Purpose } from '../connection/spu-pool.ts';
import { abortedError } from '../connection/timer.ts';
import { clientError } from '../errors.ts';
import { smartModuleChain } from '../smartmodules.ts';
import { arrivalOrder } from './arrivals.ts';
import type { ConsumerBatch } from './batch.ts';
import { headOf } from './batch.ts';
import { budget } from './budget.ts';
import type { CommitPoint, CommitsParts } from './commits.ts';
import { committing } from './committing.ts';
import type { ConsumerOptions } from './options.ts';
import { consumerSettings } from './options.ts';
import { streamPartition } from './partition-stream.ts';
import { countOf, streamPartitions } from './partitions.ts';
import type { StartOffset } from './position.ts';
import type { Reading } from './readers.ts';
import { batchReader, recordReader } from './readers.ts';
import type { ConsumerRecord } from './record.ts';
import type { Sink, StreamSettings } from './settings.ts';
import { timeOrder } from './time-order.ts';

/** How far a consumer is in one partition. */
export interface ConsumerPosition {
  readonly topic: string;
  readonly partition: number;
  /** Offset behind the last batch that was handed out. */
  readonly next: bigint;
  /** The high watermark when that batch was sent: the distance is the lag. */
  readonly highWatermark: bigint;
}

/**
 * Reads topics. Iterate once, over records or over batches; leaving the loop closes the consumer. Reads need not wait for
 * one another, and loops that share a consumer share its records: each goes to one of them.
 *
 * Within a partition records come in order, without gap or repetition, also across reconnects and changes of leader.
 * Between partitions there is no order, unless {@link ConsumerOptions.order} asks for one.
 */
export interface Consumer extends AsyncIterable<ConsumerRecord>, AsyncDisposable {
  readonly topics: readonly string[];
  /** How offsets are stored: not at all without a `consumerId`. */
  readonly commitMode: 'none' | 'auto' | 'manual';
  /** The same stream by batches, which iterate synchronously: several times as fast as one `await` per record. */
  batches(): AsyncIterable<ConsumerBatch>;
  /** The same stream as a web stream of records; cancelling it closes the consumer. */
  readable(): ReadableStream<ConsumerRecord>;
  /** Holds back what has arrived: reads wait, and once `prefetchBytes` are reached servers send no more. */
  pause(): void;
  /** Goes on after {@link Consumer.pause}. */
  resume(): void;
  readonly isPaused: boolean;
  /** How far this consumer is in each partition that it has read from. */
  readonly positions: readonly ConsumerPosition[];
  /**
   * Stores how far the consumer is, under its `consumerId`: up to the given record, included, or without one, all that was
   * done. Resolves when it is stored.
   *
   * @throws `option/invalid` without a `consumerId`, codes of `ServerCodes`, `connect/timeout`
   */
  commit(point?: CommitPoint): Promise<void>;
  /**
   * Ends the streams, stores what was done, and closes the connections. Pending reads and later ones end as if there were
   * no more records, those of the batch in hand included. Safe to call twice.
   */
  close(): Promise<void>;
}

/** Where a consumer stands. */
type State =
  | { readonly at: 'reading' }
  /** The streams are over, and what has arrived is not read yet. */
  | { readonly at: 'ending'; readonly error: unknown }
  /** `isCut` if somebody did not want the rest, of the batch in hand included. */
  | { readonly at: 'over'; readonly error: unknown; readonly isCut: boolean };

/** Least bytes of an answer, however many partitions share the budget. */
const SMALLEST_WINDOW_BYTES = 65_536;

/** What a consumer is made from. */
export interface ConsumerParts {
  readonly cluster: Cluster;
  readonly codecs: Codecs;
  /** Gives numbers that nobody else in this client has. */
  readonly nextId: () => number;
  readonly onClose: (consumer: Consumer) => unknown;
  /** Hears of each place that was stored, or could not be. */
  readonly onCommitted: CommitsParts['onCommitted'];
}

/** Makes a consumer; nothing is sent before the first read. @throws `option/invalid` */
export function openConsumer(
  { cluster, codecs, nextId, onClose, onCommitted }: ConsumerParts,
  topics: readonly string[],
  options: ConsumerOptions,
): Consumer {
  const settings = consumerSettings(options);
  if (topics.length === 0 || new Set(topics).size < topics.length || topics.some((topic) => !isName(topic))) {
    throw clientError('option/invalid', { option: 'topic', reason: 'names no topic, or one twice' });
  }
  const named = topics.map((topic) => `'${topic}'`).join(', ');
  const purpose: Purpose = `consume ${nextId()}`;
  const streams = stopper();
  const arrivals = settings.order === 'time' ? timeOrder() : arrivalOrder();
  const positions = new Map<string, ConsumerPosition>();
  /** Readers who came before their batches, first come, first served. */
  const waiting: { resolve: (batch: ConsumerBatch | undefined) => void; reject: (error: unknown) => void }[] = [];
  let state: State = { at: 'reading' };
  let started = false;
  let isPaused = false;
  /** Readers who have a batch in hand and wait for {@link Consumer.resume}. */
  const held: (() => void)[] = [];
  let left = settings.ending.count ?? Number.POSITIVE_INFINITY;
  /** Clears the timer of `idleMs`. */
  let stopIdle = (): void => {};
  let released: Promise<void> | undefined;

  const given = options.signal && cluster.lend(options.signal);

  const finish = (error: unknown, isCut: boolean): void => {
    if (state.at === 'over') return;
    state = { at: 'over', error, isCut };
    streams.stop(undefined);
    stopIdle();
    cluster.life.removeEventListener('abort', onClientClosed);
    given?.signal.removeEventListener('abort', onAbort);
    given?.release();
    arrivals.clear();
    letGo();
    released = stored.close().finally(() => {
      cluster.release(purpose, clientError('client/closed', { what: `reading ${named}` }));
      onClose(consumer);
    });
    for (const reader of waiting.splice(0)) {
      if (error === undefined) void released.then(() => reader.resolve(undefined));
      else reader.reject(error);
    }
  };
  const onClientClosed = (): void => finish(cluster.life.reason, true);
  const onAbort = (): void => finish(abortedError(`reading ${named}`, given?.signal), true);

  /** The streams are over: what has arrived is still read, and then the end, or the error. */
  const finishWhenRead = (error: unknown): void => {
    if (state.at !== 'reading') return;
    state = { at: 'ending', error };
    streams.stop(undefined);
    serve();
  };

  const isHeld = (): boolean => isPaused && state.at !== 'over';
  const letGo = (): void => {
    for (const go of held.splice(0)) go();
  };
  const resumed = (): Promise<void> => (isHeld() ? new Promise((resolve) => held.push(resolve)) : Promise.resolve());

  /** The next batch that may be read now. */
  const take = (): ConsumerBatch | undefined => {
    if (isPaused || left === 0) return undefined;
    const found = arrivals.take();
    if (found === undefined) return undefined;
    found.taken();
    const batch = headOf(found.batch, left);
    left -= batch.length;
    const { topic, partition, nextOffset } = batch;
    const known = positions.get(`${topic}-${partition}`)?.highWatermark ?? 0n;
    // Batches that arrived later know of more.
    const highWatermark = known > batch.highWatermark ? known : batch.highWatermark;
    positions.set(`${topic}-${partition}`, { topic, partition, next: nextOffset, highWatermark });
    // Not `finish` yet: whoever asks once more says by that that this one is done. Nor `serve`: this batch is for who waits first.
    if (left === 0 && state.at === 'reading') {
      arrivals.clear();
      state = { at: 'ending', error: undefined };
      streams.stop(undefined);
    }
    return batch;
  };

  /** Begins to measure how long nothing comes for those who wait. */
  const listen = (): void => {
    stopIdle();
    const { idleMs } = settings.ending;
    if (idleMs === undefined || isPaused || waiting.length === 0) return;
    stopIdle = patientTimer(idleMs, () => finish(undefined, false));
  };

  /** Gives what has arrived to those who wait. */
  const serve = (): void => {
    while (waiting.length > 0) {
      const batch = take();
      if (batch === undefined) break;
      waiting.shift()?.resolve(batch);
      listen();
    }
    if (waiting.length > 0 && state.at === 'ending' && !isPaused && arrivals.isEmpty) finish(state.error, false);
  };

  const sink: Sink = {
    push(batch, taken) {
      if (state.at !== 'reading') return;
      const { topic, partition, highWatermark } = batch;
      const known = positions.get(`${topic}-${partition}`);
      // Who does not read on sees there how far it falls behind.
      if (known !== undefined) positions.set(`${topic}-${partition}`, { ...known, highWatermark });
      arrivals.push(batch, taken);
      serve();
    },
    caughtUp(topic, partition) {
      arrivals.caughtUp(topic, partition);
      serve();
    },
    truncated(topic, partition, from) {
      arrivals.drop(topic, partition, from);
      stored.truncated(topic, partition, from);
      const name = `${topic}-${partition}`;
      const position = positions.get(name);
      if (position !== undefined && position.next > from) {
        positions.set(name, { ...position, next: from, highWatermark: from });
      }
    },
    live: (topic, partition, stream) => stored.live(topic, partition, stream),
  };

  const run = async (): Promise<void> => {
    await Promise.all(topics.map((topic) => cluster.topic(topic, streams.signal)));
    const shares = topics.reduce((sum, topic) => sum + countOf(cluster, topic, settings.partitions), 0);
    const each = Math.floor(settings.prefetchBytes / Math.max(1, shares));
    const streamSettings: StreamSettings = {
      ...settings,
      maxBytes: Math.min(settings.maxBytes, Math.max(SMALLEST_WINDOW_BYTES, each)),
      widestBytes: settings.adaptive ? Math.floor(each / 2) : 0,
      codecs,
      until: settings.ending,
      smartModules: await smartModuleChain(settings.smartModules, codecs),
      transform: options.transform,
      whenEvicted: options.whenEvicted,
      consumerId: options.consumerId,
      onRetry: options.onRetry,
      onGap: options.onGap,
      onSkip: options.onSkip,
    };
    const bytes = budget(settings.prefetchBytes);
    const stream = async (topic: string, partition: number, start: StartOffset): Promise<void> => {
      arrivals.open(topic, partition);
      const target = { topic, partition, start, purpose, stored: stored.startOf(topic, partition) };
      await streamPartition(cluster, target, streamSettings, bytes.share(), sink, streams.signal);
      arrivals.end(topic, partition);
      serve();
    };
    const { partitions, start } = settings;
    const grows = !settings.ending.isBounded;
    await Promise.all(
      topics.map((topic) =>
        streamPartitions(
          cluster,
          { topic, partitions, start, grows },
          (partition, from) => stream(topic, partition, from),
          streams.signal,
        ),
      ),
    );
  };

  const start = (): void => {
    if (started) return;
    started = true;
    if (state.at === 'reading') run().then(() => finishWhenRead(undefined), finishWhenRead);
  };

  const next = async (): Promise<ConsumerBatch | undefined> => {
    start();
    const found = take();
    if (found !== undefined) return found;
    if (state.at === 'ending' && !isPaused && arrivals.isEmpty) finish(state.error, false);
    if (state.at === 'over') {
      if (state.error !== undefined) throw state.error;
      await released;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      listen();
    });
  };

  const close = async (): Promise<void> => {
    finish(undefined, true);
    await released;
  };

  const stored = committing({ cluster, nextId, onCommitted }, settings);
  const reading = (): Reading => {
    const progress = stored.progress();
    const isCut = (): boolean => (state.at === 'over' && state.isCut) || progress.isVoid;
    return {
      next,
      close,
      isCut,
      flows: () => !isPaused && !isCut(),
      resumed,
      progress,
      finished: stored.finished,
    };
  };

  const consumer: Consumer = {
    topics,
    commitMode: settings.consumerId === undefined ? 'none' : settings.commit,
    batches: () => ({ [Symbol.asyncIterator]: () => batchReader(reading()) }),
    [Symbol.asyncIterator]: () => recordReader(reading()),
    readable() {
      const records = recordReader(reading());
      return new ReadableStream<ConsumerRecord>(
        {
          async pull(controller) {
            const record = await records.next();
            if (record.done === true) controller.close();
            else controller.enqueue(record.value);
          },
          async cancel() {
            await close();
          },
        },
        { highWaterMark: 0 },
      );
    },
    pause() {
      isPaused = true;
      stopIdle();
    },
    resume() {
      isPaused = false;
      letGo();
      listen();
      serve();
    },
    get isPaused() {
      return isPaused;
    },
    get positions() {
      return [...positions.values()];
    },
    async commit(point) {
      const topic = point?.topic ?? (topics.length === 1 ? topics[0] : undefined);
      if (point === undefined) await stored.commit();
      else if (topic !== undefined) await stored.commit({ ...pick(point), topic });
      else throw clientError('option/invalid', { option: 'commit', reason: 'does not say in which of the topics' });
    },
    close,
    [Symbol.asyncDispose]: close,
  };

  cluster.life.addEventListener('abort', onClientClosed, { once: true });
  given?.signal.addEventListener('abort', onAbort, { once: true });
  if (cluster.life.aborted) onClientClosed();
  else if (given?.signal.aborted === true) onAbort();
  return consumer;
}

/** JavaScript lets anything through. */
const isName = (topic: unknown): boolean => typeof topic === 'string' && topic !== '';

/** A record's own fields are getters, which a spread does not see. */
const pick = ({ partition, offset }: CommitPoint): Pick<CommitPoint, 'partition' | 'offset'> => ({ partition, offset });
