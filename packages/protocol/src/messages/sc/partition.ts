/** Partitions: who leads and follows, and how far each replica is. Their names are `topic-N`, split at the last `-`. */
import type { Infer } from '../../wire/schema.ts';
import {
  bool,
  choice,
  i32,
  i64,
  list,
  newerSince,
  option,
  since,
  string,
  struct,
  u32,
  union,
  variant,
} from '../../wire/schema.ts';
import { CleanupPolicy, CompressionAlgorithm, Deduplication, TopicStorageConfig } from './replica-settings.ts';

/** The home side of a mirrored partition, as the remote cluster sees it. Rust: `RemotePartitionConfig`, fluvio-controlplane-metadata/src/partition/spec.rs. */
export const RemotePartitionConfig = struct({
  homeCluster: string,
  homeSpuKey: string,
  homeSpuId: i32,
  homeSpuEndpoint: string,
  /** Whether records flow from home to here. */
  target: since(18, bool, false),
});
/** The value type of {@link RemotePartitionConfig}. */
export interface RemotePartitionConfig extends Infer<typeof RemotePartitionConfig> {}

/** The remote side of a mirrored partition, as the home cluster sees it. Rust: `HomePartitionConfig`, fluvio-controlplane-metadata/src/partition/spec.rs. */
export const HomePartitionConfig = struct({
  remoteCluster: string,
  /** Name of the replica on the remote cluster, such as `topic-0`. */
  remoteReplica: string,
  /** Whether records flow from here to the remote. */
  source: since(18, bool, false),
});
/** The value type of {@link HomePartitionConfig}. */
export interface HomePartitionConfig extends Infer<typeof HomePartitionConfig> {}

/** Which side of a mirror this cluster's partition is on. Rust: `PartitionMirrorConfig`, fluvio-controlplane-metadata/src/partition/spec.rs. */
export const PartitionMirrorConfig = union({
  remote: variant(0, RemotePartitionConfig),
  home: variant(1, HomePartitionConfig),
});
/** The value type of {@link PartitionMirrorConfig}. */
export type PartitionMirrorConfig = Infer<typeof PartitionMirrorConfig>;

/** Where a partition lives, and its topic's settings. Rust: `PartitionSpec`, fluvio-controlplane-metadata/src/partition/spec.rs. */
export const PartitionSpec = struct({
  /** Id of the SPU that leads. */
  leader: i32,
  /** Ids of the SPUs that hold a replica, the leader's included. */
  replicas: list(i32),
  cleanupPolicy: since(4, option(CleanupPolicy), undefined),
  storage: since(4, option(TopicStorageConfig), undefined),
  compressionType: since(6, CompressionAlgorithm, 'Any'),
  deduplication: since(12, option(Deduplication), undefined),
  /** Whether the topic is the cluster's own. */
  system: since(13, bool, false),
  mirror: since(14, option(PartitionMirrorConfig), undefined),
});
/** The value type of {@link PartitionSpec}. */
export interface PartitionSpec extends Infer<typeof PartitionSpec> {}

/** Only `Online` and `OutOfStorage` partitions can be read; only `Online` ones written. Rust: `PartitionResolution`, fluvio-controlplane-metadata/src/partition/status.rs. */
export const PartitionResolution = newerSince(
  19,
  choice({
    Offline: 0,
    Online: 1,
    LeaderOffline: 2,
    ElectionLeaderFound: 3,
    /** Readers below version 19 cannot decode it: they are told `Online`. */
    OutOfStorage: 4,
  }),
  (resolution) => (resolution === 'OutOfStorage' ? 'Online' : resolution),
);
/** The value type of {@link PartitionResolution}. */
export type PartitionResolution = Infer<typeof PartitionResolution>;

/** How far one replica is; −1 throughout where nothing is known yet. Rust: `ReplicaStatus`, fluvio-controlplane-metadata/src/partition/status.rs. */
export const ReplicaStatus = struct({
  /** Id of the replica's SPU. */
  spu: i32,
  /** High watermark. */
  hw: i64,
  /** Log end offset. */
  leo: i64,
});
/** The value type of {@link ReplicaStatus}. */
export interface ReplicaStatus extends Infer<typeof ReplicaStatus> {}

/** What a partition's leader last reported. Rust: `PartitionStatus`, fluvio-controlplane-metadata/src/partition/status.rs. */
export const PartitionStatus = struct({
  resolution: PartitionResolution,
  leader: ReplicaStatus,
  /** Number of live in-sync followers. */
  lsr: u32,
  /** The followers. */
  replicas: list(ReplicaStatus),
  /** Bytes on disk; −1 after an error, −2 where the size is not known. */
  size: since(5, i64, -2n),
  isBeingDeleted: bool,
  /** First offset that is still stored. The official SC always sends 0. */
  baseOffset: since(16, i64, 0n),
});
/** The value type of {@link PartitionStatus}. */
export interface PartitionStatus extends Infer<typeof PartitionStatus> {}
