/** The producer of one topic: bounds memory, hands records to the lanes of their partitions, and settles each exactly once. */

import type { Codecs, FluvioError } from '@fluvio-ts/protocol';
import { EMPTY_BATCH_BYTES, recordSize } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import { stopper } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { abortedError, deadline, waitError } from '../connection/timer.ts';
import { clientError, reasonOf } from '../errors.ts';
import { smartModuleChain } from '../smartmodules.ts';
import { admission } from './admission.ts';
import { byteBudget } from './budget.ts';
import { bufferPool } from './buffer-pool.ts';
import type { Caller, GroupOutcome, LooseFailure } from './callers.ts';
import { groupCaller, looseCaller, SendCaller } from './callers.ts';
import { checkRecord } from './check-record.ts';
import { codecFor } from './compression.ts';
import { courier } from './courier.ts';
import { tell } from './events.ts';
import type { Lane } from './lane.ts';
import { lane } from './lane.ts';
import type { ProducerOptions } from './options.ts';
import { settingsOf } from './options.ts';
import { partitionsOf } from './partitions.ts';
import type { ProducerRecord, SendResult } from './result.ts';
import type { ProducerStats } from './stats.ts';
import { newCounters } from './stats.ts';
import { recordSink } from './writable.ts';

/** Sends records to one topic. `R` is what it takes as a record: without serdes, a {@link ProducerRecord}. */
export interface Producer<R = ProducerRecord> extends AsyncDisposable {
  readonly topic: string;
  /**
   * Sends one record; resolves when it is acknowledged. Records of one partition keep the order in which they were sent,
   * awaited or not. Key and value are copied at once, unless the buffer is full: so leave them alone until it settles.
   *
   * `signal` gives up waiting for room in the buffer, and sends nothing if it is aborted already; a record that has entered the
   * buffer is delivered or rejected regardless.
   *
   * The promise is the only one to hear of a failure, and it is safe to drop: a rejection that nobody listens to does not end
   * the process. It still counts in {@link Producer.stats}, and `onBatch` hears of it.
   *
   * Waiting calls are not bounded, since each is a caller's own: await `send` now and then where records come faster than
   * the cluster takes them, or use {@link Producer.enqueue}.
   *
   * @throws `produce/invalid-record`, `produce/too-large`, `produce/timeout`, `produce/unconfirmed`, `produce/buffer-full`,
   *   `produce/closed`, `partition/not-found`, `topic/not-found`, codes of `ServerCodes`, `request/aborted`, `client/closed`
   */
  send(record: R, options?: { readonly signal?: AbortSignal }): Promise<SendResult>;
  /**
   * Sends many records with one promise for all, and resolves with their results, in order, when all are acknowledged. If one of them is no record or too large, none is sent. Otherwise each stands for itself:
   * when some fail, it rejects with `produce/partial` once all are settled, which has the results of the others.
   *
   * @throws `produce/partial`, and as {@link Producer.send}, where no record is stored, with the first failure
   */
  sendAll(records: readonly R[], options?: { readonly signal?: AbortSignal }): Promise<SendResult[]>;
  /**
   * Sends one record that nobody waits for, the cheapest way. Returns undefined when it is in the buffer, and a promise when
   * that is full: await it before the next, and leave key and value alone until it resolves. The promise never rejects. As much
   * again as the buffer holds may wait like this; what comes without waiting beyond that is not delivered.
   *
   * What is not delivered is told to `onFailure`, or else {@link Producer.flush} and {@link Producer.close} reject.
   *
   * @throws `produce/invalid-record`, `produce/too-large`, `produce/closed`, `partition/not-found`, `client/closed`, and, with
   *   `whenFull: 'reject'`, `produce/buffer-full`
   */
  enqueue(record: R): Promise<void> | undefined;
  /**
   * A stream that sends what is written to it, slowed down by the buffer. It errors when one of its records is not delivered;
   * its `close` resolves when all are acknowledged. The producer stays open.
   */
  writable(): WritableStream<R>;
  /**
   * Sends everything now, without lingering, and resolves when what was sent before is settled, however much follows it.
   * Rejections reach the callers of `send`.
   *
   * @throws `produce/undelivered` when records of `enqueue` failed since the last call, and there is no `onFailure`;
   *   `request/aborted`, `client/closed`, `connect/timeout` when a codec never answers
   */
  flush(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Bytes of records that are accepted and not settled, with what is kept for each. */
  readonly bufferedBytes: number;
  /** What it holds and has done, in numbers. */
  stats(): ProducerStats;
  /**
   * Takes no more, flushes, and rejects with `produce/closed` what is not settled after `timeoutMs` (default 10,000).
   * Safe to call twice. Everything is closed when it settles, either way.
   *
   * @throws `produce/undelivered` as {@link Producer.flush}
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/** What a producer is made of, besides its options. */
export interface ProducerParts<R> {
  readonly codecs: Codecs;
  /** Makes keys and values of what callers hand over: the one place where that happens. What it throws rejects the call. */
  readonly encode: (record: R) => ProducerRecord;
  readonly onClose: (producer: Producer<R>) => void;
}

/** Room for a batch's header and a record's framing inside a request. */
const ENVELOPE_BYTES = 128;
/** A text never has more bytes than this many times its characters. */
const MOST_BYTES_PER_CHARACTER = 3;
const CLOSE_TIMEOUT_MS = 10_000;
/** Long enough for promises; nothing waits for a server any more. */
const SETTLE_TIMEOUT_MS = 1_000;

/** What a record costs in memory besides its bytes, measured: its promise and result, its share of a group's, or next to nothing. */
const SEND_COST_BYTES = 512;
const GROUP_COST_BYTES = 192;
const LOOSE_COST_BYTES = 48;

/** Makes the producer of a topic, which must exist. @throws `topic/not-found`, `option/invalid`, `produce/codec-missing`, `connect/timeout` */
export async function openProducer<R>(
  cluster: Cluster,
  topic: string,
  options: ProducerOptions,
  { codecs, encode, onClose }: ProducerParts<R>,
): Promise<Producer<R>> {
  const settings = settingsOf(options);
  const { maxRequestBytes, bufferBytes, deliveryTimeoutMs, whenFull, onFailure } = settings;
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
  const waitInLine = admission(cluster, topic, settings, budget);
  let bufferedRecords = 0;
  let closing: Promise<void> | undefined;

  const closed = (): FluvioError => clientError('produce/closed', { topic });
  const full = (): FluvioError => clientError('produce/buffer-full', { topic, bufferBytes, timeoutMs: 0 });

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

  const checkWanted = (signal: AbortSignal | undefined): void => {
    if (signal?.aborted === true) throw abortedError(`sending to topic '${topic}'`, signal);
  };

  /** The record as it will be sent, if it can be. */
  const accepted = (given: R): ProducerRecord => {
    const record = encode(given);
    checkRecord(topic, record);
    const { key = null, value, partition } = record;
    const limitBytes = maxRequestBytes - ENVELOPE_BYTES;
    const atMost = ((key?.length ?? 0) + value.length) * MOST_BYTES_PER_CHARACTER;
    if (atMost > limitBytes) {
      const sizeBytes = recordSize(key, value);
      if (sizeBytes > limitBytes) throw clientError('produce/too-large', { topic, sizeBytes, limitBytes });
    }
    if (partition !== undefined) partitions.check(partition);
    return record;
  };

  const heldBytes = ({ key, value }: ProducerRecord, cost: number): number => (key?.length ?? 0) + value.length + cost;

  /** Puts a record into its lane; its bytes are taken from the budget already. */
  const append = (record: ProducerRecord, held: number, caller: Caller, position: number): void => {
    try {
      const { key = null, value } = record;
      const partition = partitions.choose(record.partition, key, value);
      laneOf(partition).append(key, value, record.timestampMs ?? Date.now(), held, caller, position);
      bufferedRecords++;
    } catch (error) {
      budget.give(held);
      caller.drop(record, error);
    }
  };

  const send = (given: R, signal: AbortSignal | undefined): Promise<SendResult> => {
    const caller = new SendCaller();
    try {
      checkOpen();
      checkWanted(signal);
      const record = accepted(given);
      const held = heldBytes(record, SEND_COST_BYTES);
      if (budget.take(held)) append(record, held, caller, 0);
      else if (whenFull === 'reject') throw full();
      else {
        waitInLine(held, signal, {
          admitted() {
            append(record, held, caller, 0);
            return 0;
          },
          refused: (error) => caller.drop(record, error),
        });
      }
    } catch (error) {
      caller.fail(error);
    }
    return caller.promise;
  };

  const sendAll = (given: readonly R[], signal: AbortSignal | undefined): Promise<SendResult[]> =>
    handled((resolve, reject) => {
      checkOpen();
      checkWanted(signal);
      const records = given.map(accepted);
      if (records.length === 0) {
        resolve([]);
        return;
      }
      const caller = groupCaller(records.length, (outcome) => settleGroup(outcome, resolve, reject));
      let next = 0;
      const put = (): number => {
        const position = next++;
        const record = records[position] as ProducerRecord;
        append(record, heldBytes(record, GROUP_COST_BYTES), caller, position);
        const following = records[next];
        return following === undefined ? 0 : heldBytes(following, GROUP_COST_BYTES);
      };
      const dropRest = (error: unknown): void => {
        for (const record of records.slice(next)) caller.drop(record, error);
      };
      let wanted = heldBytes(records[0] as ProducerRecord, GROUP_COST_BYTES);
      while (wanted > 0 && budget.take(wanted)) wanted = put();
      if (wanted === 0) return;
      if (whenFull === 'reject') dropRest(full());
      else waitInLine(wanted, signal, { admitted: put, refused: dropRest });
    });

  const settleGroup = (
    { results, failed, error }: GroupOutcome,
    resolve: (results: SendResult[]) => void,
    reject: (error: unknown) => void,
  ): void => {
    const acknowledged = results.length - failed;
    if (failed === 0) resolve(results as SendResult[]);
    else if (acknowledged === 0) reject(error);
    else
      reject(clientError('produce/partial', { topic, acknowledged, failed, results, reason: reasonOf(error) }, error));
  };

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

  let looseWaitingBytes = 0;
  let room: Promise<void> | undefined;
  const enqueue = (given: R, caller: Caller): Promise<void> | undefined => {
    checkOpen();
    const record = accepted(given);
    const held = heldBytes(record, LOOSE_COST_BYTES);
    if (budget.take(held)) {
      append(record, held, caller, 0);
      return undefined;
    }
    if (whenFull === 'reject') throw full();
    if (room !== undefined && looseWaitingBytes + held > bufferBytes) {
      caller.drop(record, full());
      return room;
    }
    looseWaitingBytes += held;
    const mine = new Promise<void>((resolve) => {
      const done = (): void => {
        looseWaitingBytes -= held;
        if (looseWaitingBytes === 0) room = undefined;
        resolve();
      };
      waitInLine(held, undefined, {
        admitted() {
          append(record, held, caller, 0);
          done();
          return 0;
        },
        refused(error) {
          caller.drop(record, error);
          done();
        },
      });
    });
    room = mine;
    return mine;
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

/** A promise whose rejection does not end the process when nobody listens. */
function handled<T>(run: (resolve: (value: T) => void, reject: (error: unknown) => void) => void): Promise<T> {
  const promise = new Promise<T>(run);
  promise.catch(() => {});
  return promise;
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
