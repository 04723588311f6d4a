/** For tests: what the SC shows of partitions, and waiting until it shows something. */
import type { ObjectOf, TopicSpec } from '@fluvio-ts/protocol';
import { watchOf } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { computed } from './clients.ts';

/** A topic of one partition with as many replicas. */
export const replicated = (replicationFactor: number, partitions = 1, more: Partial<TopicSpec> = {}): TopicSpec =>
  computed(partitions, {
    replicas: { kind: 'computed', partitions, replicationFactor, ignoreRackAssignment: false },
    ...more,
  });

/** Waits until the SC shows a partition that `test` accepts, and returns it. */
export async function untilPartition(
  sc: Session,
  name: string,
  test: (partition: ObjectOf<'Partition'>) => boolean,
): Promise<ObjectOf<'Partition'>> {
  const updates = sc.open(watchOf.Partition, { epoch: 0n, summary: false });
  try {
    for await (const update of updates) {
      for (const shown of [...update.all, ...update.changes.map(({ content }) => content)]) {
        if (shown.name === name && test(shown)) return shown;
      }
    }
  } finally {
    updates.close();
  }
  throw new Error(`the watch ended before ${name} was as it should be`);
}

/** Whether all replicas have the same records, at least so many, and the leader knows it. */
export const level =
  (endOffset: number) =>
  ({ status, spec }: ObjectOf<'Partition'>): boolean =>
    status.resolution === 'Online' &&
    status.leader.leo >= BigInt(endOffset) &&
    status.leader.hw === status.leader.leo &&
    status.replicas.length === spec.replicas.length - 1 &&
    status.replicas.every(({ leo }) => leo === status.leader.leo);
