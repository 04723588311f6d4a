/** SPU groups: several SPUs that Kubernetes runs. Outside Kubernetes the SC stores them and does nothing with them. */
import type { Infer } from '../../wire/schema.ts';
import { choice, i32, list, option, string, struct, u16 } from '../../wire/schema.ts';

/** Replication of the group's partitions. Rust: `ReplicationConfig`, fluvio-controlplane-metadata/src/spg/spec.rs. */
export const ReplicationConfig = struct({ inSyncReplicaMin: option(u16) });
/** The value type of {@link ReplicationConfig}. */
export interface ReplicationConfig extends Infer<typeof ReplicationConfig> {}

/** Storage of each SPU. Rust: `StorageConfig`, fluvio-controlplane-metadata/src/spg/spec.rs. */
export const SpuStorageConfig = struct({
  /** Absent: `/var/lib/fluvio/data`. */
  logDir: option(string),
  /** A Kubernetes quantity; absent: `10Gi`. */
  size: option(string),
});
/** The value type of {@link SpuStorageConfig}. */
export interface SpuStorageConfig extends Infer<typeof SpuStorageConfig> {}

/** An environment variable of each SPU. Rust: `EnvVar`, fluvio-controlplane-metadata/src/spg/spec.rs. */
export const EnvVar = struct({ name: string, value: string });
/** The value type of {@link EnvVar}. */
export interface EnvVar extends Infer<typeof EnvVar> {}

/** Settings of each SPU. Rust: `SpuConfig`, fluvio-controlplane-metadata/src/spg/spec.rs. */
export const SpuConfig = struct({
  rack: option(string),
  replication: option(ReplicationConfig),
  storage: option(SpuStorageConfig),
  env: list(EnvVar),
});
/** The value type of {@link SpuConfig}. */
export interface SpuConfig extends Infer<typeof SpuConfig> {}

/** What a group shall be. Rust: `SpuGroupSpec`, fluvio-controlplane-metadata/src/spg/spec.rs. */
export const SpuGroupSpec = struct({
  /** Number of SPUs. */
  replicas: u16,
  /** Id of the first SPU; the others follow. */
  minId: i32,
  spuConfig: SpuConfig,
});
/** The value type of {@link SpuGroupSpec}. */
export interface SpuGroupSpec extends Infer<typeof SpuGroupSpec> {}

/** Whether the group's ids could be reserved. Rust: `SpuGroupStatusResolution`, fluvio-controlplane-metadata/src/spg/status.rs. */
export const SpuGroupStatusResolution = choice({ Init: 0, Invalid: 1, Reserved: 2 });
/** The value type of {@link SpuGroupStatusResolution}. */
export type SpuGroupStatusResolution = Infer<typeof SpuGroupStatusResolution>;

/** State of a group. Rust: `SpuGroupStatus`, fluvio-controlplane-metadata/src/spg/status.rs. */
export const SpuGroupStatus = struct({
  resolution: SpuGroupStatusResolution,
  /** Why it is invalid. */
  reason: option(string),
});
/** The value type of {@link SpuGroupStatus}. */
export interface SpuGroupStatus extends Infer<typeof SpuGroupStatus> {}
