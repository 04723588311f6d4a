/** Makes the producer of one topic of its parts: bounds memory, has a lane for each partition, and ends in good order. */
import type { Codecs, FluvioError } from '@fluvio-ts/protocol';
import { EMPTY_BATCH_BYTES } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import { stopper } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { deadline, waitError } from '../connection/timer.ts';
import { clientError, reasonOf } from '../errors.ts';
import { smartModuleChain } from '../smartmodules.ts';
import { admission } from './admission.ts';
import { byteBudget } from './budget.ts';
import { bufferPool } from './buffer-pool.ts';
import type { LooseFailure } from './callers.ts';
import { looseCaller } from './callers.ts';
import { codecFor } from './compression.ts';
import { courier } from './courier.ts';
import { tell } from './events.ts';
import { handOver } from './hand-over.ts';
import type { Lane } from './lane.ts';
import { lane } from './lane.ts';
import type { ProducerOptions } from './options.ts';
import { settingsOf } from './options.ts';
import { partitionsOf } from './partitions.ts';
import type { Producer } from './producer.ts';
import type { ProducerRecord } from './result.ts';
import { newCounters } from './stats.ts';
import { recordSink } from './writable.ts';

/** What a producer is made of, besides its options. */
export interface ProducerParts<R> {
  readonly codecs: Codecs;
  /** Makes keys and values of what callers hand over: the one place where that happens. What it throws rejects the call. */
  readonly encode: (record: R) => ProducerRecord;
  readonly onClose: (producer: Producer<R>) => void;
}

const CLOSE_TIMEOUT_MS = 10_000;
/** Long enough for promises; nothing waits for a server any more. */
const SETTLE_TIMEOUT_MS = 1_000;

/** Makes the producer of a topic, which must exist. @throws `topic/not-found`, `option/invalid`, `produce/codec-missing`, `connect/timeout` */
export async function openProducer<R>(
  cluster: Cluster,
  topic: string,
  options: ProducerOptions,
  { codecs, encode, onClose }: ProducerParts<R>,
): Promise<Producer<R>> {
  const settings = settingsOf(options);
  const { bufferBytes, deliveryTimeoutMs, onFailure } = settings;
  const smartmodules = await smartModuleChain(settings.smartModules ?? [], codecs);
  const { spec } = await cluster.topic(topic);
  const codec = codecFor(topic, spec.compressionType, settings.compression, codecs);
  const segmentBytes = spec.storage?.segmentSize ?? Number.POSITIVE_INFINITY;
  const batchBytes = Math.max(EMPTY_BATCH_BYTES, Math.min(settings.batchBytes, segmentBytes));
  const budget = byteBudget(bufferBytes);
  const counters = newCounters();
  const life = stopper();
  const lanes = new Map<number, Lane>();
  const carrier = courier({
    ...settings,
    topic,
    requestTimeoutMs: cluster.requestTimeoutMs,
    smartmodules,
    counters,
    abandoned: life.signal,
  });
  // Room behind a full batch, so that the record that no longer fits does not make the buffer grow.
  const pool = bufferPool(batchBytes + Math.min(batchBytes, 16_384), bufferBytes);
  const shared = {
    ...settings,
    batchBytes,
    cluster,
    topic,
    courier: carrier,
    codec,
    codecs,
    counters,
    pool,
    give: (bytes: number, records: number): void => {
      bufferedRecords -= records;
      budget.give(bytes);
      if (budget.usedBytes === 0) pool.rest();
    },
    takeMore: budget.takeMore,
  };
  const partitions = partitionsOf(cluster, topic, settings, (partition) => lanes.get(partition)?.sealedBatches ?? 0);
  let bufferedRecords = 0;
  let closing: Promise<void> | undefined;

  const closed = (): FluvioError => clientError('produce/closed', { topic });

  const laneOf = (partition: number): Lane => {
    let found = lanes.get(partition);
    if (found === undefined) {
      found = lane({ ...shared, partition });
      lanes.set(partition, found);
    }
    return found;
  };

  const checkOpen = (): void => {
    if (closing !== undefined) throw closed();
    if (cluster.life.aborted) throw cluster.life.reason;
  };

  const { send, sendAll, enqueue } = handOver({
    topic,
    settings,
    encode,
    budget,
    partitions,
    laneOf,
    waitInLine: admission(cluster, topic, settings, budget),
    checkOpen,
    entered() {
      bufferedRecords++;
    },
  });

  /** Records of `enqueue` that failed, and nobody has heard of yet. */
  let unheard: { count: number; readonly first: unknown } | undefined;
  const loose = looseCaller((failure: LooseFailure) => {
    if (onFailure !== undefined) tell(onFailure, { topic, ...failure });
    else if (unheard === undefined) unheard = { count: failure.count, first: failure.error };
    else unheard.count += failure.count;
  });
  const throwUnheard = (): void => {
    if (unheard === undefined) return;
    const { count, first } = unheard;
    unheard = undefined;
    throw clientError('produce/undelivered', { topic, records: count, reason: reasonOf(first) }, first);
  };

  const flushed = async (): Promise<void> => {
    const line = budget.line();
    for (;;) {
      await Promise.all(Array.from(lanes.values(), (each) => each.flush()));
      if (line.length === 0) return;
      // Those who waited for room got in while the lanes emptied, and are flushed with the next round.
      while (line.at(-1)?.isWaiting === false) line.pop();
    }
  };

  const flush = async (signal: AbortSignal | undefined): Promise<void> => {
    // Records wait for room, linger, and are delivered, each for a bounded time, so that only a codec can take longer.
    const timeoutMs = 2 * deliveryTimeoutMs + settings.lingerMs + SETTLE_TIMEOUT_MS;
    const wait = deadline(timeoutMs, signal, cluster.life);
    try {
      await settledOrAborted(flushed(), wait.signal);
      if (wait.signal.aborted) throw waitError('flushing', timeoutMs, wait, undefined);
    } finally {
      wait.release();
    }
  };

  const end = async (timeoutMs: number): Promise<void> => {
    const wait = deadline(timeoutMs, cluster.life);
    await settledOrAborted(flushed(), wait.signal);
    wait.release();
    budget.close(closed());
    for (const each of lanes.values()) each.abandon(closed());
    life.stop(closed());
    // What was on its way hears of it in its own turn.
    const last = deadline(SETTLE_TIMEOUT_MS);
    await settledOrAborted(flushed(), last.signal);
    last.release();
    onClose(producer);
    throwUnheard();
  };

  const producer: Producer<R> = {
    topic,
    get bufferedBytes() {
      return budget.usedBytes;
    },
    send: (record, { signal } = {}) => send(record, signal),
    sendAll: (records, { signal } = {}) => sendAll(records, signal),
    enqueue: (record) => enqueue(record, loose),
    writable: () => recordSink(enqueue, () => flush(undefined)),
    async flush({ signal } = {}) {
      await flush(signal);
      throwUnheard();
    },
    stats() {
      const oldestAt = Math.min(...Array.from(lanes.values(), (each) => each.oldestAt ?? Number.POSITIVE_INFINITY));
      return {
        bufferedRecords,
        bufferedBytes: budget.usedBytes,
        waiting: budget.waiting,
        oldestAgeMs: Number.isFinite(oldestAt) ? Math.round(performance.now() - oldestAt) : 0,
        ...counters,
      };
    },
    close({ timeoutMs = CLOSE_TIMEOUT_MS } = {}) {
      if (closing === undefined) {
        closing = end(timeoutMs);
        closing.catch(() => {});
      }
      return closing;
    },
    [Symbol.asyncDispose]: () => producer.close(),
  };
  return producer;
}

/** Waits for whichever comes first; the caller looks at the signal. */
async function settledOrAborted(promise: Promise<void>, signal: StopSignal): Promise<void> {
  if (signal.aborted) return;
  let listener: () => void = () => {};
  const aborted = new Promise<void>((resolve) => {
    listener = resolve;
    signal.addEventListener('abort', listener, { once: true });
  });
  await Promise.race([promise, aborted]);
  signal.removeEventListener('abort', listener);
}
