/** Takes sealed batches to the leader of their partition, through every refusal and lost connection, in order. */
import type { ErrorCode, FluvioError, Isolation, ProducePartitionResponse } from '@fluvio-ts/protocol';
import { Produce } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { deadline, waitError } from '../connection/timer.ts';
import { clientError, isPassing, isRetryable, reasonOf, serverError } from '../errors.ts';
import type { SealedBatch } from './batch.ts';
import { acknowledge, refuse } from './batch.ts';
import { untilCommitted } from './commitment.ts';

/** What delivery needs to know. */
export interface DeliveryOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly partition: number;
  readonly deliveryTimeoutMs: number;
  readonly isolation: Isolation;
  readonly ackTimeoutMs: number;
}

/**
 * Takes batches to the leader, whoever it is by then, until each is acknowledged or refused. Never rejects.
 *
 * @param settled - called once for each batch, after its callers were told
 */
export async function deliver(
  options: DeliveryOptions,
  batches: readonly SealedBatch[],
  settled: (batch: SealedBatch) => void,
  abandoned: StopSignal,
): Promise<void> {
  const { cluster, topic, partition } = options;
  let waiting = batches;
  let last: unknown;

  const end = (ended: readonly SealedBatch[], error: unknown): void => {
    for (const batch of ended) {
      refuse(batch, error);
      settled(batch);
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
      const answered = await request(options, waiting, reign.signal, first.deadlineAt - now);
      const leftMs = first.deadlineAt - performance.now();
      const answers = await untilCommitted(options, waiting, answered, reign.signal, leftMs);
      ({ again: waiting, error: last } = settleAnswers(options, waiting, answers, settled));
    } catch (error) {
      last = reign.reasonFor(error);
      if (abandoned.aborted) end(waiting, abandoned.reason);
      else if (cluster.life.aborted) end(waiting, cluster.life.reason);
      else if (!isRetryable(last)) end(waiting, last);
    } finally {
      reign.release();
    }
    const [next] = waiting;
    if (next === undefined) return;
    if (reign.isOver) continue;
    const leftMs = Math.ceil(next.deadlineAt - performance.now()) + 1;
    await cluster.pause(attempt, topic, partition, abandoned, leftMs);
  }
}

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
  { topic, partition }: DeliveryOptions,
  batches: readonly SealedBatch[],
  answers: readonly ProducePartitionResponse[],
  settled: (batch: SealedBatch) => void,
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
    if (errorCode.kind === 'None') acknowledge(batch, partition, baseOffset);
    else refuse(batch, failure(errorCode));
    settled(batch);
  }
  return { again, error };
}

/** What the slowest network that is put up with carries: 32 bytes a millisecond. */
const SLOWEST_BYTES_PER_MS = 32;

/** One attempt. What fails before the request is written leaves no doubt; what fails afterwards does. */
async function request(
  options: DeliveryOptions,
  batches: readonly SealedBatch[],
  signal: StopSignal,
  leftMs: number,
): Promise<readonly ProducePartitionResponse[]> {
  const { cluster, topic, partition, isolation, ackTimeoutMs } = options;
  const sizeBytes = batches.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const session =
    cluster.liveLeader(topic, partition, 'produce') ?? (await findLeader(cluster, topic, partition, signal, leftMs));
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
      {
        signal,
        timeoutMs: Math.min(leftMs, cluster.requestTimeoutMs + ackTimeoutMs),
        patienceMs: ackTimeoutMs + sizeBytes / SLOWEST_BYTES_PER_MS,
      },
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
