/** Topics: how many partitions and replicas, where, with which settings; and what became of the plan. */
import type { Infer } from '../../wire/schema.ts';
import { bool, choice, i32, list, map, option, since, string, struct, u32, union, variant } from '../../wire/schema.ts';
import { HomePartitionConfig, PartitionMirrorConfig } from './partition.ts';
import { CleanupPolicy, CompressionAlgorithm, Deduplication, TopicStorageConfig } from './replica-settings.ts';

/** One partition with the SPUs that hold it. Rust: `PartitionMap`, fluvio-controlplane-metadata/src/topic/spec.rs. */
export const PartitionMap = struct({
  /** Index of the partition; the SC wants 0, 1, 2, … */
  id: u32,
  /** Ids of SPUs, the first leads. */
  replicas: list(i32),
  mirror: since(14, option(PartitionMirrorConfig), undefined),
});
/** The value type of {@link PartitionMap}. */
export interface PartitionMap extends Infer<typeof PartitionMap> {}

/** Partitions for the SC to place. Rust: `TopicReplicaParam`, fluvio-controlplane-metadata/src/topic/spec.rs. */
export const TopicReplicaParam = struct({
  partitions: u32,
  replicationFactor: u32,
  /** Accepted and without effect: the scheduler of the official SC does not look at racks. */
  ignoreRackAssignment: bool,
});
/** The value type of {@link TopicReplicaParam}. */
export interface TopicReplicaParam extends Infer<typeof TopicReplicaParam> {}

/** An SPU of the home cluster. Rust: `SpuMirrorConfig`, fluvio-controlplane-metadata/src/topic/spec.rs. */
export const HomeSpu = struct({ id: i32, key: string, endpoint: string });
/** The value type of {@link HomeSpu}. */
export interface HomeSpu extends Infer<typeof HomeSpu> {}

/** A mirror topic on the remote cluster. Rust: `RemoteMirrorConfig`, fluvio-controlplane-metadata/src/topic/spec.rs. */
export const RemoteMirrorConfig = struct({
  homeCluster: string,
  homeSpus: list(HomeSpu),
  /** Whether records flow from home to here. */
  target: since(18, bool, false),
});
/** The value type of {@link RemoteMirrorConfig}. */
export interface RemoteMirrorConfig extends Infer<typeof RemoteMirrorConfig> {}

/** A mirror topic on the home cluster, one partition for each remote. Rust: `HomeMirrorConfig`, fluvio-controlplane-metadata/src/topic/spec.rs. */
export const HomeMirrorConfig = struct({
  partitions: list(HomePartitionConfig),
  /** Whether records flow from here to the remotes. */
  source: since(18, bool, false),
});
/** The value type of {@link HomeMirrorConfig}. */
export interface HomeMirrorConfig extends Infer<typeof HomeMirrorConfig> {}

/** Which side of a mirror this cluster's topic is on. Rust: `MirrorConfig`, fluvio-controlplane-metadata/src/topic/spec.rs. */
export const MirrorConfig = union({
  remote: variant(0, RemoteMirrorConfig),
  home: variant(1, HomeMirrorConfig),
});
/** The value type of {@link MirrorConfig}. */
export type MirrorConfig = Infer<typeof MirrorConfig>;

/** Who places the partitions: the caller, the SC, or a mirror. Rust: `ReplicaSpec`, fluvio-controlplane-metadata/src/topic/spec.rs. */
export const ReplicaSpec = union({
  assigned: variant(0, {
    /** One entry for each partition. */
    maps: list(PartitionMap),
  }),
  computed: variant(1, TopicReplicaParam),
  mirror: variant(2, { config: MirrorConfig }),
});
/** The value type of {@link ReplicaSpec}. */
export type ReplicaSpec = Infer<typeof ReplicaSpec>;

/** What a topic shall be. Rust: `TopicSpec`, fluvio-controlplane-metadata/src/topic/spec.rs. */
export const TopicSpec = struct({
  replicas: ReplicaSpec,
  /** Absent: seven days. */
  cleanupPolicy: since(3, option(CleanupPolicy), undefined),
  storage: since(4, option(TopicStorageConfig), undefined),
  compressionType: since(6, CompressionAlgorithm, 'Any'),
  deduplication: since(12, option(Deduplication), undefined),
  /** Whether the topic is the cluster's own: lists leave it out unless asked, and deleting it takes force. */
  system: since(13, bool, false),
});
/** The value type of {@link TopicSpec}. */
export interface TopicSpec extends Infer<typeof TopicSpec> {}

/** How far the SC is with a topic. Rust: `TopicResolution`, fluvio-controlplane-metadata/src/topic/status.rs. */
export const TopicResolution = choice({
  /** Stored, not looked at yet. */
  Init: 0,
  /** Valid, waiting to be placed. */
  Pending: 1,
  /** Fewer SPUs are online than the topic has replicas. */
  InsufficientResources: 2,
  InvalidConfig: 3,
  /** Every partition has its SPUs. */
  Provisioned: 4,
  Deleting: 5,
});
/** The value type of {@link TopicResolution}. */
export type TopicResolution = Infer<typeof TopicResolution>;

/** What became of a topic. Rust: `TopicStatus`, fluvio-controlplane-metadata/src/topic/status.rs. */
export const TopicStatus = struct({
  resolution: TopicResolution,
  /** Partition → ids of its SPUs, the first leads. */
  replicaMap: map(u32, list(i32)),
  /** Partition → its side of the mirror. */
  mirrorMap: since(14, map(u32, PartitionMirrorConfig), new Map()),
  /** Why, in words; empty when all is well. */
  reason: string,
});
/** The value type of {@link TopicStatus}. */
export interface TopicStatus extends Infer<typeof TopicStatus> {}
