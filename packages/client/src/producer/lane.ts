/**
 * The way of one partition: records gather in batches, and one request at a time takes them to the leader, so that their
 * order holds through every retry.
 */
import type { ErrorCode, FluvioError, Isolation, ProducePartitionResponse } from '@fluvio-ts/protocol';
import { Produce } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import { stopper } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { pause } from '../connection/backoff.ts';
import { deadline, waitError } from '../connection/timer.ts';
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

/** Buffers begin at least here. */
const SMALLEST_BUFFER_BYTES = 512;
/** Room behind what the last batch needed, so that one of the same size does not have to grow. */
const ROOM_BYTES = 128;

/** Makes an empty lane. */
export function lane(options: LaneOptions): Lane {
  const { lingerMs, batchBytes, maxRequestBytes, give } = options;
  const life = stopper();
  /** Complete batches, in order; the first ones are those in flight. */
  const ready: SealedBatch[] = [];
  let open: OpenBatch | undefined;
  /** Size of the next batch's buffer: what the last one needed. */
  let expectedBytes = SMALLEST_BUFFER_BYTES;
  let busy = false;
  let scheduled = false;
  let hurry = false;
  let lingering: ReturnType<typeof setTimeout> | undefined;
  const drained: (() => void)[] = [];

  const sealOpen = (): void => {
    if (open === undefined) return;
    const batch = seal(open);
    ready.push(batch);
    expectedBytes = Math.max(SMALLEST_BUFFER_BYTES, batch.bytes.length + ROOM_BYTES);
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
        const batch = openBatch(timestampMs, Date.now(), expectedBytes);
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
  const until = (batches[0]?.createdAt ?? Date.now()) + deliveryTimeoutMs;
  let waiting = batches;
  let last: unknown;

  const end = (error: unknown): void => {
    for (const batch of waiting) {
      refuse(batch, error);
      settled(batch);
    }
    waiting = [];
  };

  for (let attempt = 1; waiting.length > 0; attempt++) {
    const leftMs = until - Date.now();
    if (leftMs <= 0 && attempt > 1) {
      const waitingFor = last === undefined ? 'an acknowledgement' : reasonOf(last);
      end(clientError('produce/timeout', { topic, partition, timeoutMs: deliveryTimeoutMs, waitingFor }, last));
      return;
    }
    try {
      waiting = settleAnswers(
        options,
        waiting,
        await request(options, waiting, abandoned, Math.max(1, leftMs)),
        settled,
      );
      if (waiting.length === 0) return;
      last = serverError(`producing to ${topic}-${partition}`, { kind: 'NotLeaderForPartition' });
    } catch (error) {
      if (abandoned.aborted) end(abandoned.reason);
      else if (cluster.life.aborted) end(cluster.life.reason);
      else if (!isRetryable(error)) end(error);
      last = error;
    }
    if (waiting.length > 0) await pause(attempt, abandoned);
  }
}

/** Tells the callers of each batch what was answered; returns the batches that another attempt may help, and why. */
function settleAnswers(
  { topic, partition }: LaneOptions,
  batches: readonly SealedBatch[],
  answers: readonly ProducePartitionResponse[],
  settled: (batch: SealedBatch) => void,
): { readonly again: readonly SealedBatch[]; readonly error: FluvioError | undefined } {
  const failure = (code: ErrorCode): FluvioError => serverError(`producing to ${topic}-${partition}`, code);
  if (answers.length < batches.length) {
    const reason = 'its leader answered for fewer batches than were sent';
    throw clientError('partition/unavailable', { topic, partition, reason });
  }
  const again: SealedBatch[] = [];
  let error: FluvioError | undefined;
  for (const [i, batch] of batches.entries()) {
    const { errorCode, baseOffset } = answers[i] as ProducePartitionResponse;
    if (isPassing(errorCode)) {
      again.push(batch);
      error = failure(errorCode);
      continue;
    }
    if (errorCode.kind === 'None') acknowledge(batch, partition, baseOffset);
    else refuse(batch, failure(errorCode));
    settled(batch);
  }
  return { again, error };
}

/** One attempt. What fails before the request is written leaves no doubt; what fails afterwards does. */
async function request(
  options: LaneOptions,
  batches: readonly SealedBatch[],
  abandoned: StopSignal,
  leftMs: number,
): Promise<readonly ProducePartitionResponse[]> {
  const { cluster, topic, partition, isolation, ackTimeoutMs } = options;
  const session =
    cluster.liveLeader(topic, partition, 'produce') ?? (await findLeader(cluster, topic, partition, abandoned, leftMs));
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
      { signal: abandoned, timeoutMs: Math.min(leftMs, cluster.requestTimeoutMs + ackTimeoutMs) },
    );
    return responses[0]?.partitions ?? [];
  } catch (error) {
    for (const batch of batches) batch.mayBeDuplicate = true;
    throw error;
  }
}

async function findLeader(
  cluster: Cluster,
  topic: string,
  partition: number,
  abandoned: StopSignal,
  leftMs: number,
): Promise<Session> {
  const limit = deadline(leftMs, abandoned);
  try {
    return await cluster.leader(topic, partition, 'produce', limit.signal);
  } catch (error) {
    throw limit.passed ? waitError(`reaching the leader of ${topic}-${partition}`, leftMs, limit, error) : error;
  } finally {
    limit.release();
  }
}
