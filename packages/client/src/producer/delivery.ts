/** Takes sealed batches to the leader of their partition, through every refusal and lost connection, in order. */
import type { ErrorCode, FluvioError, Isolation, ProducePartitionResponse } from '@fluvio-ts/protocol';
import { Produce } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { pause } from '../connection/backoff.ts';
import { deadline, waitError } from '../connection/timer.ts';
import { clientError, isPassing, isRetryable, reasonOf, serverError } from '../errors.ts';
import type { SealedBatch } from './batch.ts';
import { acknowledge, refuse } from './batch.ts';

/** What delivery needs to know. */
export interface DeliveryOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly partition: number;
  readonly deliveryTimeoutMs: number;
  readonly isolation: Isolation;
  readonly ackTimeoutMs: number;
}

/** Takes batches to the leader, whoever it is by then, until each is acknowledged or refused. */
export async function deliver(
  options: DeliveryOptions,
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
      const answers = await request(options, waiting, abandoned, Math.max(1, leftMs));
      const { again, error } = settleAnswers(options, waiting, answers, settled);
      if (again.length === 0) return;
      waiting = again;
      last = error;
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
  { topic, partition }: DeliveryOptions,
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
  options: DeliveryOptions,
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
