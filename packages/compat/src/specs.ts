/** Specifications of `@fluvio/client`: classes that fill in its defaults, and the shapes that they are made of. */
import {
  DEFAULT_HOST,
  DEFAULT_IGNORE_RACK_ASSIGNMENT,
  DEFAULT_MIN_ID,
  DEFAULT_PARTITIONS,
  DEFAULT_PRIVATE_PORT,
  DEFAULT_PUBLIC_PORT,
  DEFAULT_REPLICAS,
  DEFAULT_REPLICATION_FACTOR,
  Encryption,
} from './constants.ts';

/** Defaults for what is created, given once for a whole `Fluvio`. */
export interface SpecDefaults {
  /** Of a custom SPU. Default: a random number. */
  readonly id?: number;
  /** Of a custom SPU's private endpoint. */
  readonly host?: string;
  readonly ingress?: readonly IngressAddr[];
  readonly encryption?: Encryption | string;
  readonly rack?: string;
  readonly minId?: number;
  readonly replicas?: number;
  readonly env?: readonly EnvVar[];
  readonly replication?: ReplicationConfig;
  readonly storage?: StorageConfig;
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly ignoreRackAssignment?: boolean;
  readonly maps?: readonly PartitionMap[];
}

/** An address, by name or by number. */
export interface IngressAddr {
  readonly hostname?: string;
  readonly ip?: string;
}

/** Where clients reach an SPU. */
export interface IngressPort {
  readonly port: number;
  readonly ingress?: readonly IngressAddr[];
  readonly encryption?: Encryption | string;
}

/** Where other servers reach an SPU. */
export interface Endpoint {
  readonly port: number;
  readonly host: string;
  readonly encryption?: Encryption | string;
}

/** An environment variable of SPUs; not sent. */
export interface EnvVar {
  readonly name: string;
  readonly value: string;
}

/** How much an SPU may store. */
export interface StorageConfig {
  readonly logDir?: string;
  readonly size?: string;
}

/** Not sent. */
export interface ReplicationConfig {
  readonly inSyncReplicaMin?: number;
}

/** A partition and the SPUs that hold it. */
export interface PartitionMap {
  readonly id: number;
  readonly replicas: readonly number[];
}

/** Partitions by the SPUs that hold them. */
export interface PartitionMaps {
  readonly maps: readonly PartitionMap[];
}

/** Partitions by their number. */
export interface TopicReplicaParam {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly ignoreRackAssignment?: boolean;
}

/** A custom SPU. */
export class CustomSpuSpec {
  readonly id: number;
  readonly publicEndpoint: IngressPort;
  readonly privateEndpoint: Endpoint;
  readonly rack?: string;

  constructor({ id, host, ingress, encryption = Encryption.Plaintext, rack }: SpecDefaults = {}) {
    this.id = id ?? Math.round(Math.random() * 10_000) + 1;
    this.privateEndpoint = { host: host ?? DEFAULT_HOST, port: DEFAULT_PRIVATE_PORT, encryption };
    this.publicEndpoint = { port: DEFAULT_PUBLIC_PORT, ingress: ingress ?? [{ hostname: DEFAULT_HOST }], encryption };
    if (rack !== undefined) this.rack = rack;
  }
}

/** How SPUs of a group are set up; `rack` and `storage.size` are sent. */
export class SpuConfig {
  readonly env: readonly EnvVar[];
  readonly rack?: string;
  readonly replication?: ReplicationConfig;
  readonly storage?: StorageConfig;

  constructor({ env = [], rack, replication, storage }: SpecDefaults = {}) {
    this.env = env;
    if (rack !== undefined) this.rack = rack;
    if (replication !== undefined) this.replication = replication;
    if (storage !== undefined) this.storage = storage;
  }
}

/** A group of SPUs. */
export class SpuGroupSpec {
  readonly replicas: number;
  readonly minId: number;
  readonly spuConfig: SpuConfig;

  constructor(options: SpecDefaults = {}) {
    this.minId = options.minId ?? DEFAULT_MIN_ID;
    this.replicas = options.replicas ?? DEFAULT_REPLICAS;
    this.spuConfig = new SpuConfig(options);
  }
}

/** A topic. */
export class TopicSpec {
  readonly opts: PartitionMaps | Required<TopicReplicaParam>;

  constructor({ maps, partitions, replicationFactor, ignoreRackAssignment }: SpecDefaults = {}) {
    this.opts =
      maps === undefined
        ? {
            partitions: partitions ?? DEFAULT_PARTITIONS,
            replicationFactor: replicationFactor ?? DEFAULT_REPLICATION_FACTOR,
            ignoreRackAssignment: ignoreRackAssignment ?? DEFAULT_IGNORE_RACK_ASSIGNMENT,
          }
        : { maps };
  }
}
