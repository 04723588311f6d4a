/** Topics: made, placed on SPUs, grown and deleted, together with their partitions. */
import type { Status, TopicSpec } from '@fluvio-ts/protocol';
import { CONSUMER_OFFSET_TOPIC } from '../consumer-offset-topic.ts';
import type { LimitSettings } from '../limits.ts';
import { partitionCount, refuseBeyond } from './capacity.ts';
import type { Metadata, Step } from './metadata.ts';
import {
  consumerOffsetSpec,
  leadershipOf,
  newTopicStatus,
  partitionName,
  partitionOf,
  withLeadership,
} from './objects.ts';
import type { Refusal } from './outcome.ts';
import { change, refusal, statusOf } from './outcome.ts';
import { planReplicas } from './scheduler.ts';
import type { StoredObject } from './store.ts';
import { refusePartitionCount, refuseTopic } from './topic-rules.ts';
import { waitFor } from './wait.ts';

type Topic = StoredObject<'Topic'>;

/** What can be done with topics. */
export interface Topics {
  /** Creates a topic and waits until all of its partitions are online. */
  create(name: string, spec: TopicSpec, options: CreateOptions): Promise<Status>;
  delete(name: string, force: boolean): Promise<Status>;
  /** Adds partitions, without waiting until they are online. */
  addPartitions(name: string, count: number): Promise<Status>;
  /**
   * Places topics that wait for SPUs, and makes the system topic if it is missing: at once when all SPUs that the cluster
   * was started with are online, so that it gets its replicas, and `late` with those that are.
   */
  settle(when: 'soon' | 'late'): Promise<void>;
  /** Makes up for changes that were interrupted: partitions without a topic, placed topics without all of their partitions. */
  repair(): Promise<void>;
}

interface CreateOptions {
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /** Called when the topic is stored, and only its partitions are waited for. */
  readonly onStored?: () => void;
}

/** What topics need. */
export interface TopicsOptions {
  readonly metadata: Metadata;
  /** SPUs that the cluster was started with. */
  readonly spus: number;
  /** Longest wait of {@link Topics.create}. */
  readonly topicWaitMs: number;
  /** Called after partitions were placed where not all SPUs are online. */
  readonly onPlaced: () => Promise<void>;
  /** Whether there is a SmartModule that a key means. */
  readonly smartModuleExists: (key: string) => boolean;
  readonly limits: Pick<LimitSettings, 'topics' | 'partitions'>;
}

/** Makes the topics of a cluster. */
export function createTopics(options: TopicsOptions): Topics {
  const { metadata, spus, topicWaitMs, onPlaced, smartModuleExists, limits } = options;
  const { stores } = metadata;

  /** A topic with its place, and what has to be written for it. */
  const placed = (topic: Topic): readonly Step[] => {
    const replicaMap = placeOf(topic);
    if (replicaMap === undefined) {
      return [put({ ...topic, status: { ...topic.status, resolution: 'InsufficientResources', reason: '' } })];
    }
    const done: Topic = { ...topic, status: { ...topic.status, resolution: 'Provisioned', replicaMap, reason: '' } };
    const partitions = [...replicaMap].filter(
      ([id]) => stores.Partition.get(partitionName(topic.name, id)) === undefined,
    );
    return [
      put(done),
      ...partitions.map(([id, row]): Step => ({ label: 'Partition', put: partitionOf(done, id, row) })),
    ];
  };

  const placeOf = ({ spec, status }: Topic): ReadonlyMap<number, readonly number[]> | undefined => {
    const { replicas } = spec;
    if (replicas.kind === 'assigned') return new Map(replicas.maps.map(({ id, replicas: row }) => [id, row]));
    if (replicas.kind === 'mirror') return undefined;
    const known = stores.SPU.all();
    return planReplicas({
      registered: known.map(({ spec: { id } }) => id),
      online: known.filter((spu) => spu.status.resolution === 'Online').map(({ spec: { id } }) => id),
      existing: stores.Partition.all().map((partition) => partition.spec.replicas),
      kept: status.replicaMap,
      partitions: replicas.partitions,
      replicationFactor: replicas.replicationFactor,
    });
  };

  const wanted = ({ spec }: Topic): number => partitionCount(spec);

  /** Replicas that were placed on SPUs that are not online are seen to. */
  const place = async (topic: Topic): Promise<void> => {
    const steps = placed(topic);
    await metadata.commit(steps);
    const online = new Set(
      stores.SPU.all()
        .filter((spu) => spu.status.resolution === 'Online')
        .map(({ spec: { id } }) => id),
    );
    const absent = steps.some(
      (step) => step.label === 'Partition' && 'put' in step && step.put.spec.replicas.some((id) => !online.has(id)),
    );
    if (absent) void onPlaced();
  };

  const onlineCount = (topic: Topic): number => {
    let count = 0;
    for (let id = 0; id < wanted(topic); id++) {
      if (stores.Partition.get(partitionName(topic.name, id))?.status.resolution === 'Online') count++;
    }
    return count;
  };

  /** Undefined while partitions are missing. */
  const arrival = (name: string, uid: string) => (): 'online' | 'deleted' | undefined => {
    const topic = stores.Topic.get(name);
    if (topic?.uid !== uid) return 'deleted';
    return onlineCount(topic) === wanted(topic) ? 'online' : undefined;
  };

  const untilOnline = async (name: string, uid: string, signal: AbortSignal): Promise<Refusal | undefined> => {
    const options = { timeoutMs: topicWaitMs, signal };
    const outcome = await waitFor([stores.Partition, stores.Topic], arrival(name, uid), options);
    if (outcome === 'online') return undefined;
    const topic = stores.Topic.get(name);
    if (outcome === 'deleted' || topic === undefined) {
      return refusal('TopicNotFound', 'it was deleted while it was being created');
    }
    const why = topic.status.resolution === 'InsufficientResources' ? ': too few SPUs are online' : '';
    return refusal('TopicNotProvisioned', `only ${onlineCount(topic)} out of ${wanted(topic)} provisioned${why}`);
  };

  const settle: Topics['settle'] = (when) =>
    metadata.exclusive(async () => {
      for (const topic of stores.Topic.all()) {
        if (topic.status.resolution !== 'Provisioned' && placeOf(topic) !== undefined) await place(topic);
      }
      const online = stores.SPU.all().filter((spu) => spu.status.resolution === 'Online').length;
      const enough = when === 'late' ? 1 : spus;
      if (online >= enough && stores.Topic.get(CONSUMER_OFFSET_TOPIC) === undefined) {
        const uid = metadata.newUid();
        await place({ name: CONSUMER_OFFSET_TOPIC, spec: consumerOffsetSpec(online), uid, status: newTopicStatus });
      }
    });

  return {
    async create(name, spec, { dryRun, signal, onStored }) {
      const uid = metadata.newUid();
      const refused = await change(metadata, 'TopicError', async () => {
        const broken =
          refuseTopic(name, spec, {
            exists: (other) => stores.Topic.get(other) !== undefined,
            spuExists: (id) => stores.SPU.all().some((spu) => spu.spec.id === id),
            smartModuleExists,
          }) ?? refuseBeyond(metadata, limits, { topics: 1, partitions: partitionCount(spec) });
        if (broken === undefined && !dryRun) await place({ name, spec, uid, status: newTopicStatus });
        return broken;
      });
      if (refused !== undefined || dryRun) return statusOf(name, refused);
      onStored?.();
      return statusOf(name, await untilOnline(name, uid, signal));
    },

    async delete(name, force) {
      const refused = await change(metadata, 'TopicError', async () => {
        const topic = stores.Topic.get(name);
        if (topic === undefined) return refusal('TopicNotFound', 'not found');
        if (topic.spec.system && !force)
          return refusal({ kind: 'SystemSpecDeletionAttempt', objectKind: 'topic', name });
        // The topic first: with it gone, partitions that a crash leaves behind are removed when the SC starts.
        const partitions = stores.Partition.all().filter((partition) => partition.uid === topic.uid);
        await metadata.commit([
          { label: 'Topic', delete: name },
          ...partitions.map((partition): Step => ({ label: 'Partition', delete: partition.name })),
        ]);
        return undefined;
      });
      // Fluvio's SC makes it again when it looks for it the next time; that it cannot now is tried again then, too.
      if (refused === undefined && name === CONSUMER_OFFSET_TOPIC) settle('late').catch(() => {});
      return statusOf(name, refused);
    },

    async addPartitions(name, count) {
      const refused = await change(metadata, 'TopicError', async () => {
        const topic = stores.Topic.get(name);
        if (topic === undefined) return refusal('TopicNotFound', 'not found');
        if (topic.spec.system) return refusal({ kind: 'SystemSpecUpdatingAttempt', objectKind: 'topic', name });
        const { replicas } = topic.spec;
        if (replicas.kind !== 'computed') return refusal('TopicInvalidReplicaType', 'invalid replica type');
        const partitions = replicas.partitions + count;
        const tooMany = refusePartitionCount(partitions);
        if (tooMany !== undefined) return tooMany;
        const beyond = refuseBeyond(metadata, limits, { topics: 0, partitions: count });
        if (beyond !== undefined) return beyond;
        await place({ ...topic, spec: { ...topic.spec, replicas: { ...replicas, partitions } } });
        return undefined;
      });
      return statusOf(name, refused);
    },

    settle,

    repair: () =>
      metadata.exclusive(async () => {
        const uids = new Set(stores.Topic.all().map(({ uid }) => uid));
        const orphans = stores.Partition.all().filter(({ uid }) => !uids.has(uid));
        await metadata.commit(orphans.map(({ name }): Step => ({ label: 'Partition', delete: name })));
        for (const topic of stores.Topic.all()) {
          const missing = [...topic.status.replicaMap].filter(
            ([id]) => stores.Partition.get(partitionName(topic.name, id)) === undefined,
          );
          await metadata.commit(
            missing.map(([id, row]): Step => ({ label: 'Partition', put: unled(partitionOf(topic, id, row)) })),
          );
        }
      }),
  };
}

/**
 * A partition that has to be made again, and may have had leaders of which nothing is known any more: whoever has the newest
 * log leads.
 */
const unled = (partition: StoredObject<'Partition'>): StoredObject<'Partition'> =>
  withLeadership(partition, { ...leadershipOf(partition), leader: NOBODY });
const NOBODY = -1;

const put = (topic: Topic): Step => ({ label: 'Topic', put: topic });
