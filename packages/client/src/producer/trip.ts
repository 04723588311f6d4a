/** One attempt to bring batches to the leader of their partition, whoever it is by then. */
import type { ProducePartitionResponse } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { deadline, waitError } from '../connection/timer.ts';
import type { Reign } from '../metadata/reign.ts';
import type { SealedBatch } from './batch.ts';
import type { Courier } from './courier.ts';

/** What a trip needs. */
export interface TripOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly partition: number;
  readonly courier: Courier;
}

/** An attempt under way. Whoever has looked at its answers releases its reign. */
export interface Trip {
  /** The connection that takes it; undefined while one has to be found. */
  readonly session: Session | undefined;
  readonly reign: Reign;
  /** As {@link Courier.send}; also rejects where the leader cannot be reached. */
  readonly answers: Promise<readonly ProducePartitionResponse[]>;
}

/** Begins an attempt; with a live connection to the leader the request is on its way, or waits for this turn's others, at once. */
export function beginTrip(
  { cluster, topic, partition, courier }: TripOptions,
  batches: readonly SealedBatch[],
  leftMs: number,
  abandoned: StopSignal,
): Trip {
  const reign = cluster.reign(topic, partition, abandoned);
  const { signal } = reign;
  const live = cluster.liveLeader(topic, partition, 'produce');
  if (live !== undefined) {
    return { session: live, reign, answers: courier.send(live, partition, batches, leftMs, signal) };
  }
  // A field and no getter: each getter has a hidden class of its own, which keeps the batches until the next full collection.
  const answers = findLeader(cluster, topic, partition, signal, leftMs).then((found) => {
    trip.session = found;
    return courier.send(found, partition, batches, leftMs, signal);
  });
  const trip: Trip & { session: Session | undefined } = { session: undefined, reign, answers };
  return trip;
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
