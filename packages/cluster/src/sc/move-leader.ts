/** Has another replica lead a partition, because someone wants it. */
import { clusterError } from '../errors.ts';
import { moved } from '../replication/leadership.ts';
import type { Metadata } from './metadata.ts';
import { decision, leadershipOf, partitionName } from './objects.ts';
import { waitFor } from './wait.ts';

/** Who shall lead what. */
export interface LeaderMove {
  readonly topic: string;
  readonly partition: number;
  readonly spu: number;
}

/** How long the new leader has to take over. */
const TAKE_OVER_MS = 10_000;

/** Moves it, and resolves when the new leader serves. @throws `cluster/request` */
export async function moveLeader(metadata: Metadata, move: LeaderMove, signal: AbortSignal): Promise<void> {
  const { SPU: spus, Partition: partitions } = metadata.stores;
  const name = partitionName(move.topic, move.partition);
  const isLive = (id: number): boolean =>
    spus.all().some(({ spec, status }) => spec.id === id && status.resolution === 'Online');
  await metadata.exclusive(async () => {
    const partition = partitions.get(name);
    if (partition === undefined) throw clusterError('cluster/request', { reason: `there is no partition ${name}` });
    const leadership = leadershipOf(partition);
    if (leadership.leader === move.spu) return;
    const next = moved(leadership, move.spu, isLive);
    if (next === undefined) {
      const inSync = leadership.inSync.join(', ');
      throw clusterError('cluster/request', {
        reason: `SPU ${move.spu} cannot lead ${name}: it is not in sync (${inSync} are), or offline`,
      });
    }
    await metadata.commit([decision(partition, next)]);
  });
  const leads = (): true | undefined => {
    const status = partitions.get(name)?.status;
    // It is shown as online at once, and its log with the leader's first report.
    const { spu, leo } = status?.leader ?? { spu: -1, leo: -1n };
    return (status?.resolution === 'Online' && spu === move.spu && leo >= 0n) || undefined;
  };
  const done = await waitFor([partitions], leads, { timeoutMs: TAKE_OVER_MS, signal });
  if (done !== true) throw clusterError('cluster/request', { reason: `SPU ${move.spu} does not take ${name} over` });
}
