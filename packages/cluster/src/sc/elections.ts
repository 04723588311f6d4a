/**
 * Keeps every partition led: leaves dead replicas out of the in-sync sets, and has another leader elected where one is gone, or
 * cannot write any more.
 * What the candidates have is asked from themselves at that moment; no report is old enough to mislead.
 */
import type { ReplicaKey } from '@fluvio-ts/protocol';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { Candidate } from '../replication/leadership.ts';
import { elected, withoutDead } from '../replication/leadership.ts';
import type { Metadata, Step } from './metadata.ts';
import { decision, leaderless, leadershipOf, splitPartitionName } from './objects.ts';
import type { StoredObject } from './store.ts';
import type { Unable } from './unable.ts';

type Partition = StoredObject<'Partition'>;

/** What an SPU says of one replica. */
export interface AskedReplica {
  readonly replica: ReplicaKey;
  readonly incarnation: string;
}

/** What elections need. */
export interface ElectionsOptions {
  readonly metadata: Metadata;
  /** Asks an SPU for the ends of replicas, by name of the partition; those that it cannot offer are missing. Rejects when it does not answer. */
  readonly ask: (
    spu: StoredObject<'SPU'>,
    replicas: readonly AskedReplica[],
  ) => Promise<ReadonlyMap<string, Candidate>>;
  readonly unable: Unable;
  readonly log: Logger;
}

/** See the file's head. */
export interface Elections {
  /** Looks at every partition, because an SPU came or went, or a partition came. Resolves when what can be done is done. */
  review(): Promise<void>;
  stop(): void;
}

/** How soon an election is tried again when no candidate has answered. */
const RETRY_MS = 250;

/** Makes the elections of a cluster. */
export function createElections({ metadata, ask, unable, log }: ElectionsOptions): Elections {
  const { SPU: spus, Partition: partitions } = metadata.stores;
  let stopped = false;
  let running: Promise<void> | undefined;
  let again = false;
  let retry: NodeJS.Timeout | undefined;

  const online = (): ReadonlyMap<number, StoredObject<'SPU'>> =>
    new Map(
      spus
        .all()
        .filter((spu) => spu.status.resolution === 'Online')
        .map((spu) => [spu.spec.id, spu]),
    );

  const canServe = (partition: Partition, id: number, live: ReadonlyMap<number, unknown>): boolean =>
    live.has(id) && !unable.has(partition, id);

  const shrink = (): Promise<void> =>
    metadata.exclusive(async () => {
      const live = online();
      const steps: Step[] = [];
      for (const partition of partitions.all()) {
        const next = withoutDead(leadershipOf(partition), (id) => live.has(id));
        if (next !== undefined) steps.push(decision(partition, next));
      }
      await metadata.commit(steps);
    });

  /** What the live in-sync replicas of these partitions have, by name. */
  const candidatesOf = async (headless: readonly Partition[]): Promise<ReadonlyMap<string, readonly Candidate[]>> => {
    const live = online();
    const questions = new Map<number, AskedReplica[]>();
    for (const partition of headless) {
      for (const id of leadershipOf(partition).inSync) {
        if (!canServe(partition, id, live)) continue;
        const question = { replica: splitPartitionName(partition.name), incarnation: partition.uid };
        questions.set(id, [...(questions.get(id) ?? []), question]);
      }
    }
    const found = new Map<string, Candidate[]>();
    await Promise.all(
      [...questions].map(async ([id, asked]) => {
        try {
          const answers = await ask(live.get(id) as StoredObject<'SPU'>, asked);
          for (const [name, candidate] of answers) found.set(name, [...(found.get(name) ?? []), candidate]);
        } catch (error) {
          log('warn', 'a candidate does not say what it has', { id, reason: reasonOf(error) });
        }
      }),
    );
    return found;
  };

  const elect = async (): Promise<void> => {
    const live = online();
    const headless = partitions.all().filter((partition) => !canServe(partition, leadershipOf(partition).leader, live));
    const hopeful = headless.filter((partition) =>
      leadershipOf(partition).inSync.some((id) => canServe(partition, id, live)),
    );
    const candidates = hopeful.length === 0 ? new Map<string, Candidate[]>() : await candidatesOf(hopeful);
    let undecided = false;
    await metadata.exclusive(async () => {
      const now = online();
      const steps: Step[] = [];
      for (const { name, uid } of headless) {
        const partition = partitions.get(name);
        if (partition?.uid !== uid) continue;
        const leadership = leadershipOf(partition);
        const able = (id: number): boolean => canServe(partition, id, now);
        if (able(leadership.leader)) continue;
        const next = elected(leadership, partition.spec.replicas, candidates.get(name) ?? [], able);
        if (next !== undefined) {
          log('info', 'a leader was elected', { partition: name, leader: next.leader, epoch: next.epoch });
          steps.push(decision(partition, next));
          continue;
        }
        undecided ||= leadership.inSync.some(able);
        if (partition.status.resolution === 'Online' || partition.status.resolution === 'OutOfStorage') {
          metadata.patch('Partition', leaderless(partition));
        }
      }
      await metadata.commit(steps);
    });
    if (undecided && !stopped) {
      clearTimeout(retry);
      retry = setTimeout(() => void review(), RETRY_MS);
      retry.unref();
    }
  };

  const run = async (): Promise<void> => {
    do {
      again = false;
      try {
        await shrink();
        await elect();
      } catch (error) {
        // The disk refused it: nobody has heard of it, and it is tried again.
        log('error', 'an election could not be written down', { reason: reasonOf(error) });
        retry = setTimeout(() => void review(), RETRY_MS);
        retry.unref();
      }
    } while (again && !stopped);
    running = undefined;
  };

  const review = (): Promise<void> => {
    if (stopped) return Promise.resolve();
    if (running === undefined) running = run();
    else again = true;
    return running;
  };

  return {
    review,
    stop() {
      stopped = true;
      clearTimeout(retry);
    },
  };
}
