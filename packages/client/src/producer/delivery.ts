/** Takes sealed batches to the leader of their partition, through every refusal and lost connection, in order. */
import type { Codecs, ErrorCode, FluvioError, ProducePartitionResponse } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { deadline, waitError } from '../connection/timer.ts';
import { clientError, isPassing, isRetryable, reasonOf, serverError } from '../errors.ts';
import type { Wait } from '../observe/waits.ts';
import type { SealedBatch } from './batch.ts';
import { acknowledge, refuse } from './batch.ts';
import { untilCommitted } from './commitment.ts';
import type { Courier } from './courier.ts';
import type { ProducerRetry } from './events.ts';
import { tell } from './events.ts';
import type { Counters } from './stats.ts';

/** What delivery needs to know. */
export interface DeliveryOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly partition: number;
  readonly deliveryTimeoutMs: number;
  readonly delivery: 'atLeastOnce' | 'atMostOnce';
  readonly retries: number;
  readonly courier: Courier;
  readonly codecs: Codecs;
  readonly counters: Counters;
  readonly onRetry?: ((retry: ProducerRetry) => void) | undefined;
}

/** Called once for each batch, after its callers were told. */
export type Settled = (
  batch: SealedBatch,
  outcome: { readonly baseOffset: bigint } | { readonly error: unknown },
) => void;

/** Takes batches to the leader, whoever it is by then, until each is acknowledged or refused. Never rejects. */
export async function deliver(
  options: DeliveryOptions,
  batches: readonly SealedBatch[],
  settled: Settled,
  abandoned: StopSignal,
): Promise<void> {
  const wait = options.cluster.waits.of('producer', options.topic, options.partition);
  try {
    await persist(options, batches, settled, abandoned, wait);
  } finally {
    wait.over();
  }
}

async function persist(
  options: DeliveryOptions,
  batches: readonly SealedBatch[],
  settled: Settled,
  abandoned: StopSignal,
  wait: Wait,
): Promise<void> {
  const { cluster, topic, partition, codecs, counters, retries } = options;
  let waiting = batches;
  let last: unknown;

  const end = (ended: readonly SealedBatch[], error: unknown): void => {
    for (const batch of ended) {
      refuse(batch, partition, codecs, error);
      settled(batch, { error });
    }
    if (ended.length > 0) waiting = waiting.filter((batch) => !ended.includes(batch));
  };

  for (let attempt = 1; ; attempt++) {
    const now = performance.now();
    // In order, as they were made, so the first to go is the first in line.
    const alive = waiting.findIndex(({ deadlineAt }) => deadlineAt > now);
    if (alive !== 0) end(alive < 0 ? waiting : waiting.slice(0, alive), tooLate(options, attempt, last));
    const [first] = waiting;
    if (first === undefined) return;
    const reign = cluster.reign(topic, partition, abandoned);
    try {
      const leftMs = first.deadlineAt - now;
      const session =
        cluster.liveLeader(topic, partition, 'produce') ??
        (await findLeader(cluster, topic, partition, reign.signal, leftMs));
      const answered = await options.courier.send(session, partition, waiting, leftMs, reign.signal);
      const restMs = first.deadlineAt - performance.now();
      const answers = await untilCommitted(options, waiting, answered, reign.signal, restMs);
      ({ again: waiting, error: last } = settleAnswers(options, waiting, answers, settled));
    } catch (error) {
      last = reign.reasonFor(error);
      if (abandoned.aborted) end(waiting, abandoned.reason);
      else if (cluster.life.aborted) end(waiting, cluster.life.reason);
      else if (!isRetryable(last)) end(waiting, last);
      else if (options.delivery === 'atMostOnce') {
        const doubtful = waiting.filter(({ mayBeDuplicate }) => mayBeDuplicate);
        if (doubtful.length > 0) end(doubtful, unconfirmed(options, last));
      }
    } finally {
      reign.release();
    }
    const [next] = waiting;
    if (next === undefined) return;
    if (attempt > retries) {
      end(waiting, last);
      return;
    }
    counters.retries++;
    const records = waiting.reduce((sum, batch) => sum + batch.records, 0);
    wait.failed(last);
    tell(options.onRetry, { topic, partition, attempt, records, error: last });
    if (reign.isOver) continue;
    const leftMs = Math.ceil(next.deadlineAt - performance.now()) + 1;
    await cluster.pause(attempt, topic, partition, abandoned, leftMs);
  }
}

const unconfirmed = ({ topic, partition }: DeliveryOptions, error: unknown): FluvioError =>
  clientError('produce/unconfirmed', { topic, partition, reason: reasonOf(error) }, error);

function tooLate(
  { topic, partition, deliveryTimeoutMs }: DeliveryOptions,
  attempt: number,
  last: unknown,
): FluvioError {
  const unnamed = attempt === 1 ? 'the records before it' : 'an acknowledgement';
  const waitingFor = last === undefined ? unnamed : reasonOf(last);
  return clientError('produce/timeout', { topic, partition, timeoutMs: deliveryTimeoutMs, waitingFor }, last);
}

/** Tells the callers of each batch what was answered; returns the batches that another attempt may help, and why. */
function settleAnswers(
  { topic, partition, codecs }: DeliveryOptions,
  batches: readonly SealedBatch[],
  answers: readonly ProducePartitionResponse[],
  settled: Settled,
): { readonly again: readonly SealedBatch[]; readonly error: FluvioError | undefined } {
  const failure = (code: ErrorCode): FluvioError => serverError(`producing to ${topic}-${partition}`, code);
  if (answers.length < batches.length) {
    for (const batch of batches) batch.mayBeDuplicate = true;
    const reason = 'its leader answered for fewer batches than were sent';
    throw clientError('partition/unavailable', { topic, partition, reason });
  }
  const lastStored = answers.findLastIndex(({ errorCode }) => errorCode.kind === 'None');
  const again: SealedBatch[] = [];
  let error: FluvioError | undefined;
  for (const [i, batch] of batches.entries()) {
    const { errorCode, baseOffset } = answers[i] as ProducePartitionResponse;
    // Once a later batch is stored, another attempt would put this one behind it: its callers decide whether that is wanted.
    if (isPassing(errorCode) && i > lastStored) {
      again.push(batch);
      error = failure(errorCode);
      continue;
    }
    if (errorCode.kind === 'None') {
      acknowledge(batch, partition, baseOffset);
      settled(batch, { baseOffset });
    } else {
      const refusal = failure(errorCode);
      refuse(batch, partition, codecs, refusal);
      settled(batch, { error: refusal });
    }
  }
  return { again, error };
}

async function findLeader(
  cluster: Cluster,
  topic: string,
  partition: number,
  signal: StopSignal,
  leftMs: number,
): Promise<Session> {
  const limit = deadline(leftMs, signal);
  try {
    return await cluster.leader(topic, partition, 'produce', limit.signal);
  } catch (error) {
    throw limit.passed ? waitError(`reaching the leader of ${topic}-${partition}`, leftMs, limit, error) : error;
  } finally {
    limit.release();
  }
}
