/**
 * The way of one partition: records gather in batches, and one request at a time takes them to the leader, so that their
 * order holds through every retry.
 */
import type { FluvioError, Isolation, ProducePartitionResponse } from '@fluvio-ts/protocol';
import { Produce } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import { stopper } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { pause } from '../connection/backoff.ts';
import { deadline } from '../connection/timer.ts';
import { clientError, isPassing, isRetryable, reasonOf, serverError } from '../errors.ts';
import type { OpenBatch, SealedBatch, Waiter } from './batch.ts';
import { acknowledge, openBatch, refuse, seal } from './batch.ts';

/** What a lane needs. */
export interface LaneOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly partition: number;
  readonly lingerMs: number;
  readonly batchBytes: number;
  readonly maxRequestBytes: number;
  readonly deliveryTimeoutMs: number;
  readonly isolation: Isolation;
  readonly ackTimeoutMs: number;
  /** Gives a settled batch's bytes back to the producer's budget. */
  readonly give: (bytes: number) => void;
}

/** See the file's head. */
export interface Lane {
  /** Adds a record. @throws `wire/unwritable` for a timestamp that is not a whole number; nothing is added then */
  append(
    key: Uint8Array | string | null,
    value: Uint8Array | string,
    timestampMs: number,
    heldBytes: number,
    waiter: Waiter,
  ): void;
  /** Sends what is there without lingering, and resolves when everything appended so far is settled. */
  flush(): Promise<void>;
  /** Refuses everything that is not settled yet. */
  abandon(error: FluvioError): void;
}

/** Makes an empty lane. */
export function lane(options: LaneOptions): Lane {
  const { lingerMs, batchBytes, maxRequestBytes, give } = options;
  const life = stopper();
  /** Complete batches, in order; the first ones are those in flight. */
  const ready: SealedBatch[] = [];
  let open: OpenBatch | undefined;
  let busy = false;
  let scheduled = false;
  let hurry = false;
  let lingering: ReturnType<typeof setTimeout> | undefined;
  const drained: (() => void)[] = [];

  const sealOpen = (): void => {
    if (open === undefined) return;
    ready.push(seal(open));
    open = undefined;
    clearTimeout(lingering);
    lingering = undefined;
  };

  const settled = (batch: SealedBatch): void => give(batch.heldBytes);

  /** As many batches as one request may carry, at least one. */
  const takeRequest = (): SealedBatch[] => {
    let bytes = 0;
    let count = 0;
    for (const batch of ready) {
      bytes += batch.bytes.length;
      if (count > 0 && bytes > maxRequestBytes) break;
      count++;
    }
    return ready.splice(0, count);
  };

  const run = async (): Promise<void> => {
    scheduled = false;
    if (busy) return;
    busy = true;
    try {
      for (;;) {
        if (lingerMs === 0 || hurry) sealOpen();
        if (ready.length === 0) break;
        await deliver(options, takeRequest(), settled, life.signal);
      }
    } finally {
      busy = false;
      hurry = false;
    }
    for (const wake of drained.splice(0)) wake();
    schedule();
  };

  const start = (): void => {
    if (busy || scheduled) return;
    scheduled = true;
    // Not at once: records that are sent in the same turn belong into one batch.
    queueMicrotask(() => void run());
  };

  const schedule = (): void => {
    if (ready.length > 0 || (open !== undefined && (lingerMs === 0 || hurry))) start();
    else if (open !== undefined && !busy) {
      lingering ??= setTimeout(() => {
        lingering = undefined;
        hurry = true;
        start();
      }, lingerMs);
    }
  };

  return {
    append(key, value, timestampMs, heldBytes, waiter) {
      if (open !== undefined) {
        const fits =
          open.builder.takesTimestamp(timestampMs) && open.builder.tryAdd(key, value, timestampMs, batchBytes) >= 0;
        if (!fits) sealOpen();
      }
      if (open === undefined) {
        const batch = openBatch(timestampMs, Date.now());
        batch.builder.add(key, value, timestampMs);
        open = batch;
      }
      open.waiters.push(waiter);
      open.heldBytes += heldBytes;
      if (!busy && !scheduled) schedule();
    },
    flush() {
      if (open === undefined && ready.length === 0 && !busy && !scheduled) return Promise.resolve();
      hurry = true;
      schedule();
      return new Promise((resolve) => {
        drained.push(resolve);
      });
    },
    abandon(error) {
      life.stop(error);
      sealOpen();
      for (const batch of ready.splice(0)) {
        refuse(batch, error);
        settled(batch);
      }
      for (const wake of drained.splice(0)) wake();
    },
  };
}

/** Takes batches to the leader, whoever it is by then, until each is acknowledged or refused. */
async function deliver(
  options: LaneOptions,
  batches: readonly SealedBatch[],
  settled: (batch: SealedBatch) => void,
  abandoned: StopSignal,
): Promise<void> {
  const { cluster, topic, partition, deliveryTimeoutMs } = options;
  let waiting = batches;
  const created = batches[0]?.createdAt ?? Date.now();
  const limit = deadline(Math.max(1, created + deliveryTimeoutMs - Date.now()), abandoned, cluster.life);
  let last: unknown;

  const end = (error: unknown): void => {
    for (const batch of waiting) {
      refuse(batch, error);
      settled(batch);
    }
    waiting = [];
  };

  try {
    for (let attempt = 1; waiting.length > 0; attempt++) {
      try {
        const answers = await request(options, waiting, limit.signal);
        const again: SealedBatch[] = [];
        for (let i = 0; i < waiting.length; i++) {
          const batch = waiting[i] as SealedBatch;
          const answer = answers[i];
          if (answer === undefined)
            throw clientError('partition/unavailable', {
              topic,
              partition,
              reason: 'its leader answered for fewer batches than were sent',
            });
          if (answer.errorCode.kind === 'None') {
            acknowledge(batch, partition, answer.baseOffset);
            settled(batch);
          } else if (isPassing(answer.errorCode)) {
            last = serverError(`producing to ${topic}-${partition}`, answer.errorCode);
            again.push(batch);
          } else {
            refuse(batch, serverError(`producing to ${topic}-${partition}`, answer.errorCode));
            settled(batch);
          }
        }
        waiting = again;
      } catch (error) {
        if (!limit.signal.aborted) last = error;
        if (!limit.signal.aborted && !isRetryable(error)) end(error);
      }
      if (waiting.length === 0) return;
      if (limit.signal.aborted) {
        end(
          limit.passed
            ? clientError(
                'produce/timeout',
                {
                  topic,
                  partition,
                  timeoutMs: deliveryTimeoutMs,
                  waitingFor: last === undefined ? 'an acknowledgement' : reasonOf(last),
                },
                last,
              )
            : limit.signal.reason,
        );
        return;
      }
      await pause(attempt, limit.signal);
    }
  } finally {
    limit.release();
  }
}

/** One attempt. What fails before the request is written leaves no doubt; what fails afterwards does. */
async function request(
  options: LaneOptions,
  batches: readonly SealedBatch[],
  signal: StopSignal,
): Promise<readonly ProducePartitionResponse[]> {
  const { cluster, topic, partition, isolation, ackTimeoutMs } = options;
  const session = await cluster.leader(topic, partition, 'produce', signal);
  try {
    const { responses } = await session.call(
      Produce,
      {
        transactionalId: undefined,
        isolation,
        timeoutMs: ackTimeoutMs,
        topics: [
          { name: topic, partitions: batches.map(({ bytes }) => ({ partitionIndex: partition, records: bytes })) },
        ],
        smartmodules: [],
      },
      { signal, timeoutMs: cluster.requestTimeoutMs + ackTimeoutMs },
    );
    return responses[0]?.partitions ?? [];
  } catch (error) {
    for (const batch of batches) batch.mayBeDuplicate = true;
    throw error;
  }
}
