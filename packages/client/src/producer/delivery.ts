/** Takes sealed batches to the leader of their partition, through every refusal and lost connection, in order. */
import type { Codecs, ErrorCode, FluvioError, Isolation, ProducePartitionResponse } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import { clientError, isPassing, isRetryable, reasonOf, serverError } from '../errors.ts';
import { lateSmartModule } from '../late-smartmodule.ts';
import type { Wait } from '../observe/waits.ts';
import type { SealedBatch } from './batch.ts';
import { acknowledge, refuse } from './batch.ts';
import { untilCommitted } from './commitment.ts';
import type { ProducerRetry } from './events.ts';
import { tell } from './events.ts';
import type { Counters } from './stats.ts';
import type { Trip, TripOptions } from './trip.ts';
import { beginTrip } from './trip.ts';

/** What delivery needs to know. */
export interface DeliveryOptions extends TripOptions {
  readonly isolation: Isolation;
  readonly deliveryTimeoutMs: number;
  readonly delivery: 'atLeastOnce' | 'atMostOnce';
  readonly retries: number;
  readonly codecs: Codecs;
  readonly counters: Counters;
  readonly onRetry?: ((retry: ProducerRetry) => unknown) | undefined;
}

/** Called once for each batch, after its callers were told. */
export type Settled = (
  batch: SealedBatch,
  outcome: { readonly baseOffset: bigint } | { readonly error: unknown },
) => void;

/** What delivery is told of the requests around it. */
export interface Surroundings {
  /** The first attempt, where it is under way. */
  readonly trip: Trip | undefined;
  /** Asked before anything is sent again: whether something behind it is stored already. */
  overtaken(): Promise<boolean>;
}

/** Milliseconds until the first of some batches is given up; they are in the order in which they were made. */
export const timeLeft = ([first]: readonly SealedBatch[]): number =>
  first === undefined ? 0 : first.deadlineAt - performance.now();

/**
 * Takes batches to the leader, whoever it is by then, until each is acknowledged or refused. Never rejects. Resolves with the
 * connection that stored the last of them, unless one was refused.
 */
export async function deliver(
  options: DeliveryOptions,
  batches: readonly SealedBatch[],
  settled: Settled,
  abandoned: StopSignal,
  around: Surroundings,
): Promise<Session | undefined> {
  const wait = options.cluster.waits.of('producer', options.topic, options.partition);
  try {
    return await persist(options, batches, settled, abandoned, around, wait);
  } finally {
    wait.over();
  }
}

async function persist(
  options: DeliveryOptions,
  batches: readonly SealedBatch[],
  settled: Settled,
  abandoned: StopSignal,
  { trip: first, overtaken }: Surroundings,
  wait: Wait,
): Promise<Session | undefined> {
  const { cluster, topic, partition, codecs, counters, retries } = options;
  let waiting = batches;
  let last: unknown;
  let isAnyRefused = false;
  const module = lateSmartModule(cluster);

  const end = (ended: readonly SealedBatch[], error: unknown): void => {
    for (const batch of ended) {
      isAnyRefused = true;
      refuse(batch, partition, codecs, error);
      settled(batch, { error });
    }
    if (ended.length > 0) waiting = waiting.filter((batch) => !ended.includes(batch));
  };

  for (let attempt = 1; ; attempt++) {
    let trip = attempt === 1 ? first : undefined;
    if (trip === undefined) {
      const now = performance.now();
      // In order, as they were made, so the first to go is the first in line.
      const alive = waiting.findIndex(({ deadlineAt }) => deadlineAt > now);
      if (alive !== 0) end(alive < 0 ? waiting : waiting.slice(0, alive), tooLate(options, attempt, last));
      if (waiting.length === 0) return undefined;
      trip = beginTrip(options, waiting, timeLeft(waiting), abandoned);
    }
    const { reign } = trip;
    try {
      const answered = await trip.answers;
      const answers = await untilCommitted(options, waiting, answered, reign.signal, timeLeft(waiting));
      const lacking = answers.find(({ errorCode }) => errorCode.kind === 'SmartModuleNotFound')?.errorCode;
      // It may be lacking only because it was stored a moment ago.
      const isComing = lacking !== undefined && (await module.isComing(refusalOf(options, lacking), reign.signal));
      const outcome = settleAnswers(options, waiting, answers, isComing, settled);
      ({ again: waiting, error: last } = outcome);
      isAnyRefused ||= outcome.isAnyRefused;
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
    if (waiting.length === 0) return isAnyRefused ? undefined : trip.session;
    // Another attempt would put it behind what is stored: its callers decide whether that is wanted.
    if ((await overtaken()) || attempt > retries) {
      end(waiting, last);
      return undefined;
    }
    counters.retries++;
    const records = waiting.reduce((sum, batch) => sum + batch.records, 0);
    wait.failed(last);
    tell(options.onRetry, { topic, partition, attempt, records, error: last });
    if (reign.isOver || hasNewLeader(options, trip.session)) continue;
    await cluster.pause(attempt, topic, partition, abandoned, Math.ceil(timeLeft(waiting)) + 1);
  }
}

/** Whether those in front have found another connection since. */
function hasNewLeader({ cluster, topic, partition }: DeliveryOptions, tried: Session | undefined): boolean {
  const session = cluster.liveLeader(topic, partition, 'produce');
  return tried !== undefined && session !== undefined && session !== tried;
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

const refusalOf = ({ topic, partition }: Pick<DeliveryOptions, 'topic' | 'partition'>, code: ErrorCode): FluvioError =>
  serverError(`producing to ${topic}-${partition}`, code);

/** Tells the callers of each batch what was answered; returns the batches that another attempt may help, and why. */
function settleAnswers(
  { topic, partition, codecs }: DeliveryOptions,
  batches: readonly SealedBatch[],
  answers: readonly ProducePartitionResponse[],
  isModuleComing: boolean,
  settled: Settled,
): {
  readonly again: readonly SealedBatch[];
  readonly error: FluvioError | undefined;
  readonly isAnyRefused: boolean;
} {
  const failure = (code: ErrorCode): FluvioError => refusalOf({ topic, partition }, code);
  if (answers.length < batches.length) {
    for (const batch of batches) batch.mayBeDuplicate = true;
    const reason = 'its leader answered for fewer batches than were sent';
    throw clientError('partition/unavailable', { topic, partition, reason });
  }
  const lastStored = answers.findLastIndex(({ errorCode }) => errorCode.kind === 'None');
  const again: SealedBatch[] = [];
  let error: FluvioError | undefined;
  let isAnyRefused = false;
  for (const [i, batch] of batches.entries()) {
    const { errorCode, baseOffset } = answers[i] as ProducePartitionResponse;
    // Once a later batch is stored, another attempt would put this one behind it: its callers decide whether that is wanted.
    const passes = isPassing(errorCode) || (isModuleComing && errorCode.kind === 'SmartModuleNotFound');
    if (passes && i > lastStored) {
      again.push(batch);
      error = failure(errorCode);
      continue;
    }
    if (errorCode.kind === 'None') {
      acknowledge(batch, partition, baseOffset);
      settled(batch, { baseOffset });
    } else {
      isAnyRefused = true;
      const refusal = failure(errorCode);
      refuse(batch, partition, codecs, refusal);
      settled(batch, { error: refusal });
    }
  }
  return { again, error, isAnyRefused };
}
