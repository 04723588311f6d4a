/**
 * The stream of one partition: opened at its leader, resumed at the next one, for as long as anybody reads.
 *
 * The SPU sends one answer and waits for the next wanted offset. That credit is given when what the application has not
 * taken yet is under the prefetch budget, so a slow reader slows the SPU and memory stays flat.
 */
import type { Batch, Codecs, FluvioError, Isolation, StreamFetchResponse } from '@fluvio-ts/protocol';
import { isFluvioError, readBatches, StreamFetch, UpdateOffsets } from '@fluvio-ts/protocol';
import type { Answers, Session, StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import type { Purpose } from '../connection/spu-pool.ts';
import { clientError, isRetryable, serverError } from '../errors.ts';
import type { ConsumerBatch } from './batch.ts';
import { consumerBatch } from './batch.ts';
import type { StartOffset } from './position.ts';
import { askOffsets, fetchOffsets, resolveStart } from './position.ts';

/** Settings that the streams of one consumer share. */
export interface StreamSettings {
  readonly isolation: Isolation;
  readonly maxBytes: number;
  readonly maxBatchBytes: number;
  readonly prefetchBytes: number;
  readonly verifyCrc: boolean;
  readonly codecs: Codecs;
  readonly until: 'end' | undefined;
  readonly onRetry: ((retry: ConsumerRetry) => void) | undefined;
  readonly onGap: ((gap: ConsumerGap) => void) | undefined;
}

/** A stream was interrupted and will be resumed. */
export interface ConsumerRetry {
  readonly topic: string;
  readonly partition: number;
  /** 1 for the first repetition since the last answer. */
  readonly attempt: number;
  readonly error: unknown;
}

/** Records between two offsets were removed by retention before they could be read. */
export interface ConsumerGap {
  readonly topic: string;
  readonly partition: number;
  /** The offset that was wanted. */
  readonly wanted: bigint;
  /** The first one that is still stored, where the stream goes on. */
  readonly next: bigint;
}

/** Where a stream puts its batches. */
export interface Sink {
  /** `taken` is to be called once, when the application takes the batch. */
  push(batch: ConsumerBatch, taken: () => void): void;
}

/** A partition to stream. */
export interface StreamTarget {
  readonly topic: string;
  readonly partition: number;
  readonly start: StartOffset;
  readonly purpose: Purpose;
}

const SILENT = Symbol('silent');

/** An SPU sends one answer for a credit; one that sends more than a few without is not to fill the memory. */
const ANSWERS_AHEAD = 8;

/**
 * Streams until the end that was asked for, or until the signal is aborted, and resolves then.
 *
 * @throws what no retry can help: `topic/not-found`, `server/error`, `consume/batch-too-large`, `codec/missing`, `wire/*`
 */
export async function streamPartition(
  cluster: Cluster,
  target: StreamTarget,
  settings: StreamSettings,
  sink: Sink,
  signal: StopSignal,
): Promise<void> {
  const { topic, partition, start, purpose } = target;
  const { onRetry, onGap } = settings;
  /** The next offset wanted; undefined until the start has been resolved. */
  let position: bigint | undefined;
  let limit: bigint | undefined;
  let delivered = false;
  let windowBytes = settings.maxBytes;
  /** The size of a batch for which the window was widened last. */
  let widenedFor = 0;
  let unreadBytes = 0;
  let credit: () => void = () => {};

  const push = (batch: ConsumerBatch, bytes: number): void => {
    unreadBytes += bytes;
    sink.push(batch, () => {
      unreadBytes -= bytes;
      if (unreadBytes < settings.prefetchBytes) credit();
    });
  };

  const untilThereIsRoom = async (): Promise<void> => {
    if (unreadBytes < settings.prefetchBytes) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      credit = done;
      signal.addEventListener('abort', done, { once: true });
    });
  };

  const take = async (batch: Batch, from: bigint, highWatermark: bigint): Promise<void> => {
    if (settings.verifyCrc) batch.verifyCrc();
    const opened = batch.open(settings.codecs);
    const block = opened instanceof Promise ? await opened : opened;
    const wanted = consumerBatch(topic, partition, block, batch.nextOffset, from, limit, highWatermark);
    if (wanted.length > 0) push(wanted, block.payload.length);
  };

  /** Hands out an answer's batches; false when the window is too small for even one. */
  const digest = async (answer: StreamFetchResponse, from: bigint): Promise<boolean> => {
    const { records, errorCode, nextFilterOffset, highWatermark } = answer.partition;
    const { batches, rest, missingBytes } = readBatches(records);
    let next = from;
    for (const batch of batches) {
      if (batch.nextOffset <= next) continue;
      // Not only before the next answer: what this one holds may be many times as large when it is decompressed.
      if (unreadBytes >= settings.prefetchBytes) await untilThereIsRoom();
      if (signal.aborted) return true;
      await take(batch, next, highWatermark);
      next = batch.nextOffset;
      position = next;
    }
    if (nextFilterOffset > next) next = nextFilterOffset;
    position = next;
    if (next > from) delivered = true;
    if (errorCode.kind !== 'None') throw serverError(`reading ${topic}-${partition} at offset ${next}`, errorCode);
    if (next > from || rest.length === 0) return true;
    const neededBytes = rest.length + missingBytes;
    if (windowBytes >= neededBytes && missingBytes > 0 && widenedFor === neededBytes) {
      const reason = `its leader sends ${rest.length} of the ${neededBytes} bytes of the batch at offset ${next}, although it may send all`;
      throw clientError('partition/unavailable', { topic, partition, reason });
    }
    widenedFor = neededBytes;
    windowBytes = widened(windowBytes, neededBytes, next);
    return false;
  };

  const widened = (window: number, needed: number, offset: bigint): number => {
    const { maxBatchBytes } = settings;
    if (needed > maxBatchBytes) {
      throw clientError('consume/batch-too-large', {
        topic,
        partition,
        offset,
        neededBytes: needed,
        limitBytes: maxBatchBytes,
      });
    }
    return Math.min(maxBatchBytes, Math.max(needed, window * 2));
  };

  /**
   * The next answer, however long it takes; undefined when the stream is over. A leader that is silent for long is asked
   * whether it still leads, and whether there is nothing to send: one that was deposed meanwhile would be silent for ever.
   */
  const nextAnswer = async (
    answers: Answers<StreamFetchResponse>,
    session: Session,
    at: bigint,
    reign: StopSignal,
  ): Promise<StreamFetchResponse | undefined> => {
    const next = answers.next();
    if (cluster.probeIntervalMs === 0) return next;
    for (;;) {
      const first = await Promise.race([next, silence()]).finally(() => clearTimeout(silenceTimer));
      if (first !== SILENT) return first;
      const { highWatermark } = await askOffsets(session, cluster, topic, partition, reign);
      if (highWatermark > at) return undefined;
    }
  };

  let silenceTimer: ReturnType<typeof setTimeout> | undefined;
  const silence = (): Promise<typeof SILENT> =>
    new Promise((resolve) => {
      silenceTimer = setTimeout(resolve, cluster.probeIntervalMs, SILENT);
    });

  /** Follows one stream of one session; returns when the end is reached, or when a wider window is needed. */
  const follow = async (session: Session, from: bigint, reign: StopSignal): Promise<void> => {
    const answers = session.open(
      StreamFetch,
      {
        topic,
        partition,
        fetchOffset: from,
        maxBytes: windowBytes,
        isolation: settings.isolation,
        wasmModule: new Uint8Array(0),
        smartmodule: undefined,
        derivedStream: undefined,
        smartmodules: [],
        consumerId: undefined,
      },
      { signal: reign, queueLimit: ANSWERS_AHEAD },
    );
    try {
      for (;;) {
        const answer = await nextAnswer(answers, session, position ?? from, reign);
        if (answer === undefined) return;
        if (!(await digest(answer, position ?? from))) return;
        attempt = 0;
        if (limit !== undefined && (position ?? from) >= limit) return;
        await untilThereIsRoom();
        if (signal.aborted) return;
        const { status } = await session.call(
          UpdateOffsets,
          { offsets: [{ offset: position ?? from, sessionId: answer.streamId }] },
          { signal: reign, timeoutMs: cluster.requestTimeoutMs },
        );
        const refused = status.find(({ error }) => error.kind !== 'None');
        if (refused !== undefined) throw serverError(`giving credit to ${topic}-${partition}`, refused.error);
      }
    } finally {
      answers.close();
    }
  };

  /** Where to go on after retention has overtaken the reader; undefined when that is not what happened. */
  const afterGap = (error: unknown): bigint | undefined => {
    if (!isFluvioError(error, 'server/error')) return undefined;
    const answered = (error as FluvioError).context.error;
    // The very offset that the caller asked for is the caller's business.
    const askedFor = !delivered && typeof start === 'object' && 'offset' in start;
    if (answered.kind !== 'OffsetEvicted' || askedFor) return undefined;
    return position === undefined || answered.nextAvailable > position ? answered.nextAvailable : undefined;
  };

  let attempt = 0;
  while (!signal.aborted) {
    // A leader that is deposed goes on listening to a log that nobody writes to any more, and says nothing; a frozen one
    // says nothing either.
    const reign = cluster.reign(topic, partition, signal);
    try {
      if (position === undefined) {
        const offsets = await fetchOffsets(cluster, topic, partition, purpose, reign.signal);
        position = resolveStart(start, offsets);
        if (settings.until === 'end') limit = offsets.highWatermark;
      }
      if (limit !== undefined && position >= limit) return;
      await follow(await cluster.leader(topic, partition, purpose, reign.signal), position, reign.signal);
    } catch (thrown) {
      if (signal.aborted) return;
      const error = reign.reasonFor(thrown);
      const next = afterGap(error);
      if (next !== undefined) {
        onGap?.({ topic, partition, wanted: position ?? 0n, next });
        position = next;
      } else if (isRetryable(error)) {
        attempt++;
        onRetry?.({ topic, partition, attempt, error });
        if (!reign.isOver) await cluster.pause(attempt, topic, partition, signal);
      } else {
        throw error;
      }
    } finally {
      reign.release();
    }
  }
}
