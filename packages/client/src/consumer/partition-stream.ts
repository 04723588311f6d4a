/**
 * The stream of one partition: opened at its leader, resumed at the next one, for as long as anybody reads.
 *
 * The SPU sends one answer and waits for the next wanted offset. That credit is given when what the application has not
 * taken yet leaves room for one more answer, so a slow reader slows the SPU and memory stays flat.
 */
import type { StreamFetchResponse } from '@fluvio-ts/protocol';
import { StreamFetch, UpdateOffsets } from '@fluvio-ts/protocol';
import type { Answers, Session, StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { clientError, isRetryable, serverError } from '../errors.ts';
import { lateSmartModule } from '../late-smartmodule.ts';
import type { Share } from './budget.ts';
import type { Place } from './digest.ts';
import { digester } from './digest.ts';
import { readStored } from './fetch.ts';
import { gapAfter } from './gap.ts';
import { askOffsets, fetchOffsets, resolveStart } from './position.ts';
import type { Sink, StreamSettings, StreamTarget } from './settings.ts';
import { uncommittedTail } from './tail.ts';
import { offsetOfTime } from './time-search.ts';
import { fetchWindow } from './window.ts';

const SILENT = Symbol('silent');

/** An SPU sends one answer for a credit; one that sends more than a few without is not to fill the memory. */
const ANSWERS_AHEAD = 8;
/** Silence after which a partition that SPUs filter is taken for read to its end. */
const FILTERED_IDLE_MS = 3_000;

/**
 * Streams until the end that was asked for, or until the signal is aborted, and resolves then.
 *
 * @throws what no retry can help: `topic/not-found`, codes of `ServerCodes`, `consume/batch-too-large`, `consume/smartmodule-failed`,
 *   `consume/truncated`, `codec/missing`, `wire/*`
 */
export async function streamPartition(
  cluster: Cluster,
  target: StreamTarget,
  settings: StreamSettings,
  share: Share,
  sink: Sink,
  signal: StopSignal,
): Promise<void> {
  const { topic, partition, start, purpose } = target;
  const { until, onRetry, onGap, maxBatchBytes, widestBytes } = settings;
  const isFiltered = settings.smartModules.length > 0;
  /** Undefined until the start has been resolved. */
  let place: Place | undefined;
  /** Whether the caller's own start is behind us. */
  let delivered = false;
  let attempt = 0;
  const window = fetchWindow({ topic, partition, startBytes: settings.maxBytes, widestBytes, maxBatchBytes });
  const tail = uncommittedTail();
  const wait = cluster.waits.of('consumer', topic, partition);
  const module = lateSmartModule(cluster);
  const digest = digester({ topic, partition, settings, share, sink, signal });

  const begin = async (stop: StopSignal): Promise<Place> => {
    const offsets = await fetchOffsets(cluster, topic, partition, purpose, stop);
    const stored = await target.stored?.(stop);
    if (stored !== undefined) delivered = true;
    let sinceMs: number | undefined;
    let next: bigint;
    if (stored !== undefined) {
      // A log that does not reach it is told of: as everywhere, the SPU says so.
      next = settings.isolation === 'read_committed' ? min(stored + 1n, offsets.highWatermark) : stored + 1n;
    } else if (typeof start === 'object' && 'time' in start) {
      sinceMs = Number(start.time);
      next = await offsetOfTime(cluster, { topic, partition, purpose }, sinceMs, offsets, stop);
    } else {
      next = resolveStart(start, offsets);
    }
    const ends = [until.offset, until.end ? offsets.highWatermark : undefined].filter((each) => each !== undefined);
    if (next >= offsets.highWatermark) sink.caughtUp(topic, partition);
    return {
      next,
      limit: ends.length === 0 ? undefined : ends.reduce(min),
      sinceMs,
      isOver: false,
    };
  };

  const isDone = ({ next, limit, isOver }: Place): boolean => isOver || (limit !== undefined && next >= limit);

  /**
   * The next answer, however long it takes; undefined when the stream is over. A leader that is silent for long is asked
   * whether it still leads, and whether there is nothing to send: one that was deposed meanwhile would be silent for ever.
   */
  const nextAnswer = async (
    answers: Answers<StreamFetchResponse>,
    session: Session,
    at: Place,
    reign: StopSignal,
  ): Promise<StreamFetchResponse | undefined> => {
    const next = answers.next();
    const mayEndSilently = isFiltered && at.limit !== undefined;
    const waitMs = mayEndSilently ? (until.idleMs ?? FILTERED_IDLE_MS) : cluster.probeIntervalMs;
    if (waitMs === 0) return next;
    for (;;) {
      const first = await Promise.race([next, silence(waitMs)]).finally(() => clearTimeout(silenceTimer));
      if (first !== SILENT) return first;
      const { highWatermark } = await askOffsets(session, cluster, topic, partition, reign);
      if (mayEndSilently) at.isOver = true;
      // What does not pass the SmartModules is not answered, so that there silence says nothing.
      if (mayEndSilently || (highWatermark > at.next && !isFiltered)) return undefined;
    }
  };

  let silenceTimer: ReturnType<typeof setTimeout> | undefined;
  const silence = (ms: number): Promise<typeof SILENT> =>
    new Promise((resolve) => {
      silenceTimer = setTimeout(resolve, ms, SILENT);
      // What keeps the process is the connection, where it should.
      (silenceTimer as unknown as { readonly unref?: () => void }).unref?.();
    });

  /** At a time to come, the end that there is then is the end. */
  const endAtTime = (at: Place, answers: Answers<StreamFetchResponse>, stop: StopSignal): (() => void) => {
    const { timeMs } = until;
    if (timeMs === undefined || at.limit !== undefined) return () => {};
    const look = async (): Promise<void> => {
      const { highWatermark } = await fetchOffsets(cluster, topic, partition, purpose, stop);
      at.limit = highWatermark;
      if (isDone(at)) answers.close();
    };
    const wake = (): void => {
      const leftMs = timeMs - Date.now();
      if (leftMs > 0) timer = setTimeout(wake, Math.min(leftMs, 0x7fff_ffff));
      else look().catch(() => answers.close());
    };
    let timer = setTimeout(wake, 0);
    return () => clearTimeout(timer);
  };

  /** Follows one stream of one session; returns when the end is reached, or when a wider window is needed. */
  const follow = async (session: Session, at: Place, reign: StopSignal): Promise<void> => {
    const answers = session.open(
      StreamFetch,
      {
        topic,
        partition,
        fetchOffset: at.next,
        maxBytes: window.bytes,
        isolation: settings.isolation,
        wasmModule: new Uint8Array(0),
        smartmodule: undefined,
        derivedStream: undefined,
        smartmodules: [...settings.smartModules],
        consumerId: settings.consumerId,
      },
      { signal: reign, queueLimit: ANSWERS_AHEAD },
    );
    const cancelEnd = endAtTime(at, answers, reign);
    let isLive = false;
    let refusal: unknown;
    let askedAt = performance.now();

    /** Asks for what follows, without waiting for the reply: the answer is what matters, and a refusal ends the stream. */
    const giveCredit = (offset: bigint, sessionId: number): void => {
      askedAt = performance.now();
      const refuse = (error: unknown): void => {
        refusal ??= error;
        answers.close();
      };
      const offsets = [{ offset, sessionId }];
      session.call(UpdateOffsets, { offsets }, { signal: reign, timeoutMs: cluster.requestTimeoutMs }).then(
        ({ status }) => {
          const refused = status.find(({ error }) => error.kind !== 'None');
          if (refused !== undefined) refuse(serverError(`giving credit to ${topic}-${partition}`, refused.error));
        },
        (error: unknown) => refuse(error),
      );
    };

    try {
      for (;;) {
        const answer = await nextAnswer(answers, session, at, reign);
        if (refusal !== undefined) throw refusal;
        if (answer === undefined) return;
        const waitedMs = performance.now() - askedAt;
        const found = digest.find(answer, at.next);
        if (found.cut !== undefined && found.error.kind === 'None') {
          window.widenFor(found.cut);
          return;
        }
        const isGood = found.error.kind === 'None';
        if (isGood && !isLive) {
          isLive = true;
          sink.live(topic, partition, { session, id: answer.streamId });
        }
        const isLast = at.limit !== undefined && found.next >= at.limit;
        const goesWider = isGood && window.answered(answer.partition.records.length, waitedMs);
        // The SPU gets the next answer ready while this one is looked at.
        const ahead = isGood && !isLast && !goesWider && share.hasRoom(window.bytes);
        if (ahead) giveCredit(found.next, answer.streamId);
        // SmartModules of SPUs make batches that are stored nowhere.
        if (!isFiltered) tail.add(found.batches, at.next, found.highWatermark);
        await digest.digest(found, at);
        if (found.batches.length > 0) delivered = true;
        attempt = 0;
        if (at.next >= found.highWatermark) sink.caughtUp(topic, partition);
        if (isDone(at) || goesWider || signal.aborted) return;
        if (ahead) continue;
        await share.room(window.bytes, reign);
        if (reign.aborted) return;
        giveCredit(at.next, answer.streamId);
      }
    } finally {
      cancelEnd();
      answers.close();
      if (isLive) sink.live(topic, partition, undefined);
    }
  };

  /** Goes on at this leader, unless it has other records than those that were read; then that is the error. */
  const goOn = async (session: Session, at: Place, reign: StopSignal): Promise<void> => {
    const parted = tail.isEmpty ? undefined : await tail.partsAt(readStored(session, topic, partition, reign));
    if (parted !== undefined && parted < at.next) {
      throw clientError('consume/truncated', { topic, partition, wanted: at.next, next: parted });
    }
    wait.over();
    await follow(session, at, reign);
  };

  try {
    while (!signal.aborted) {
      // A leader that is deposed goes on listening to a log that nobody writes to any more, and says nothing; a frozen one
      // says nothing either.
      const reign = cluster.reign(topic, partition, signal);
      try {
        place ??= await begin(reign.signal);
        if (isDone(place)) return;
        await goOn(await cluster.leader(topic, partition, purpose, reign.signal), place, reign.signal);
        if (isDone(place)) return;
      } catch (thrown) {
        if (signal.aborted) return;
        let error = reign.reasonFor(thrown);
        const progress = { next: place?.next, delivered };
        const gap = await gapAfter(cluster, target, settings, progress, error, reign.signal).catch((failure) => {
          error = reign.reasonFor(failure);
          return undefined;
        });
        if (signal.aborted) return;
        if (gap !== undefined) {
          if (gap.reason === 'truncated') sink.truncated(topic, partition, gap.next);
          if (place !== undefined) place.next = gap.next;
          await onGap?.(gap);
        } else if (attempt < settings.retries && (isRetryable(error) || (await module.isComing(error, reign.signal)))) {
          attempt++;
          wait.failed(error);
          await onRetry?.({ topic, partition, attempt, error });
          if (!reign.isOver) await cluster.pause(attempt, topic, partition, signal);
        } else {
          throw error;
        }
      } finally {
        reign.release();
      }
    }
  } finally {
    wait.over();
    await digest.close();
  }
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
