/** New objects, and the parts of them that several places make. */
import type { PartitionSpec, PartitionStatus, SpuSpec, TopicSpec, TopicStatus } from '@fluvio-ts/protocol';
import type { Leadership } from '../replication/leadership.ts';
import { firstLeadership } from '../replication/leadership.ts';
import type { Step } from './metadata.ts';
import type { StoredObject } from './store.ts';

/** A partition's status before its leader has reported. */
export const unknownPartition: PartitionStatus = {
  resolution: 'Offline',
  leader: { spu: -1, hw: -1n, leo: -1n },
  lsr: 0,
  replicas: [],
  size: -2n,
  isBeingDeleted: false,
  baseOffset: 0n,
};

/** A topic's status before it was placed. */
export const newTopicStatus: TopicStatus = {
  resolution: 'Init',
  replicaMap: new Map(),
  mirrorMap: new Map(),
  reason: '',
};

/** Name of a partition. */
export const partitionName = (topic: string, partition: number): string => `${topic}-${partition}`;

/** Topic and number of a partition; they are split at the last hyphen. */
export function splitPartitionName(name: string): { readonly topic: string; readonly partition: number } {
  const at = name.lastIndexOf('-');
  return { topic: name.slice(0, at), partition: Number(name.slice(at + 1)) };
}

/** A partition of a placed topic. It lives and dies with the topic, so it has the topic's uid. */
export function partitionOf(
  topic: StoredObject<'Topic'>,
  partition: number,
  replicas: readonly number[],
): StoredObject<'Partition'> {
  return {
    name: partitionName(topic.name, partition),
    uid: topic.uid,
    spec: partitionSpec(topic.spec, replicas),
    status: unknownPartition,
    leadership: firstLeadership(replicas),
  };
}

/** Who leads a partition. */
export function leadershipOf({ spec, leadership }: StoredObject<'Partition'>): Leadership {
  return leadership ?? { leader: spec.leader, epoch: 0, version: 0, inSync: [spec.leader] };
}

/** A partition after a decision about its leadership. Nothing is known of another leader before it has reported. */
export function withLeadership(
  partition: StoredObject<'Partition'>,
  leadership: Leadership,
): StoredObject<'Partition'> {
  const { spec, status } = partition;
  if (spec.leader === leadership.leader) return { ...partition, leadership };
  const leader = { spu: leadership.leader, hw: -1n, leo: -1n };
  // As Fluvio's SC: a partition with another leader is online at once, unless it has never been.
  const resolution = status.resolution === 'Offline' ? 'Offline' : 'Online';
  return {
    ...partition,
    spec: { ...spec, leader: leadership.leader },
    status: { ...status, resolution, leader, lsr: 0, replicas: [] },
    leadership,
  };
}

/** Writes a decision about a partition's leadership down. */
export const decision = (partition: StoredObject<'Partition'>, leadership: Leadership): Step => ({
  label: 'Partition',
  put: withLeadership(partition, leadership),
  keepStatus: partition.spec.leader === leadership.leader,
});

/** A partition whose leader is not there. */
export function leaderless(partition: StoredObject<'Partition'>): StoredObject<'Partition'> {
  return { ...partition, status: { ...partition.status, resolution: 'LeaderOffline' } };
}

/** What a topic hands down to its partitions, once: later changes of the topic do not reach them. */
function partitionSpec(topic: TopicSpec, replicas: readonly number[]): PartitionSpec {
  const { cleanupPolicy, storage, compressionType, deduplication, system } = topic;
  return {
    leader: replicas[0] ?? -1,
    replicas,
    cleanupPolicy,
    storage,
    compressionType,
    deduplication,
    system,
    mirror: undefined,
  };
}

/**
 * The system topic of consumer offsets, as Fluvio's SC makes it, but on several SPUs where there are: what was committed is
 * not lost with one of them.
 */
export const consumerOffsetSpec = (spus: number): TopicSpec => ({
  replicas: {
    kind: 'computed',
    partitions: 1,
    replicationFactor: Math.min(spus, CONSUMER_OFFSET_REPLICAS),
    ignoreRackAssignment: false,
  },
  cleanupPolicy: { kind: 'segment', timeInSeconds: 604_800 },
  storage: { segmentSize: 512_000_000, maxPartitionSize: 2_048_000_000n },
  compressionType: 'Any',
  deduplication: undefined,
  system: true,
});
const CONSUMER_OFFSET_REPLICAS = 3;

/** Whether two SPUs are reached in the same way. */
export function sameEndpoints(a: SpuSpec, b: SpuSpec): boolean {
  return (
    a.publicEndpoint.port === b.publicEndpoint.port &&
    a.publicEndpoint.ingress[0]?.hostname === b.publicEndpoint.ingress[0]?.hostname &&
    a.privateEndpoint.port === b.privateEndpoint.port &&
    a.privateEndpoint.host === b.privateEndpoint.host
  );
}
