/**
 * Waits on where the server has given up: an SPU that cannot commit records within the time-out of a request answers
 * `RequestTimedOut`, and has stored them. Sending them again would store them twice, and telling their callers that they
 * failed would be as wrong: so its high watermark is watched until it has passed them.
 */
import type { ProducePartitionResponse } from '@fluvio-ts/protocol';
import { NO_ERROR } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { deadline, setTimer, waitError } from '../connection/timer.ts';
import { fetchOffsets } from '../consumer/position.ts';
import type { SealedBatch } from './batch.ts';

const SHORTEST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 200;

/** Where the waiting happens. */
export interface CommitmentOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly partition: number;
}

/**
 * The same answers, once what is stored is committed.
 *
 * @throws what ends the wait; the batches may be stored then: `connect/timeout` after `leftMs`, codes of `ServerCodes` when the
 *   leader is another one, as {@link Cluster.leader}
 */
export async function untilCommitted(
  { cluster, topic, partition }: CommitmentOptions,
  batches: readonly SealedBatch[],
  answers: readonly ProducePartitionResponse[],
  signal: StopSignal,
  leftMs: number,
): Promise<readonly ProducePartitionResponse[]> {
  if (!answers.some(isWaiting)) return answers;
  const end = answers.reduce((most, answer, i) => {
    const next = answer.baseOffset + BigInt(batches[i]?.records ?? 0);
    return isWaiting(answer) && next > most ? next : most;
  }, 0n);
  const limit = deadline(leftMs, signal);
  try {
    for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      const { highWatermark } = await fetchOffsets(cluster, topic, partition, 'query', limit.signal);
      if (highWatermark >= end) break;
      await setTimer(pauseMs, limit.signal);
    }
    return answers.map((answer) => (isWaiting(answer) ? { ...answer, errorCode: NO_ERROR } : answer));
  } catch (error) {
    for (const batch of batches) batch.mayBeDuplicate = true;
    const what = `committing what ${topic}-${partition} has stored: too few of its replicas are in sync`;
    throw limit.passed ? waitError(what, leftMs, limit, undefined) : error;
  } finally {
    limit.release();
  }
}

const isWaiting = ({ errorCode }: ProducePartitionResponse): boolean => errorCode.kind === 'RequestTimedOut';
