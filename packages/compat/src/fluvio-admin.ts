/** `FluvioAdmin` of `@fluvio/client`. */
import type { Admin, ObjectJson } from '@fluvio-ts/admin';
import { toJson } from '@fluvio-ts/admin';
import { DEFAULT_HOST, DEFAULT_PRIVATE_PORT, DEFAULT_PUBLIC_PORT, DEFAULT_REPLICAS } from './constants.ts';

/** Partitions by the SPUs that hold them. */
export interface PartitionMaps {
  readonly maps: readonly { readonly id: number; readonly replicas: readonly number[] }[];
}

/** Partitions by their number. */
export interface TopicReplicaParam {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly ignoreRackAssignment?: boolean;
}

/** A custom SPU. */
export interface CustomSpuSpec {
  readonly id: number;
  readonly publicEndpoint?: {
    readonly port: number;
    readonly ingress?: readonly { readonly hostname?: string; readonly ip?: string }[];
  };
  readonly privateEndpoint?: { readonly port: number; readonly host: string };
  readonly rack?: string;
}

/** A group of SPUs. */
export interface SpuGroupSpec {
  readonly replicas?: number;
  readonly minId?: number;
  readonly spuConfig?: { readonly rack?: string; readonly storage?: { readonly size?: string } };
}

/** An object as Fluvio's command line writes it in JSON: name, spec, status. */
export type FluvioJson = Omit<ObjectJson, 'owner'>;

/** Administers the cluster. Lists are JSON texts, as in `@fluvio/client`. */
export class FluvioAdmin {
  readonly #inner: Admin;

  /** @internal Made by `admin`. */
  constructor(inner: Admin) {
    this.#inner = inner;
  }

  /** Creates a topic and resolves with its name when its partitions are online. */
  async createTopic(topic: string, spec: PartitionMaps | TopicReplicaParam = {}): Promise<string> {
    if ('maps' in spec) {
      const assignment = [...spec.maps].sort((a, b) => a.id - b.id).map(({ replicas }) => replicas);
      await this.#inner.topics.create(topic, { assignment });
    } else {
      const { partitions = 1, replicationFactor = 1, ignoreRackAssignment = false } = spec;
      await this.#inner.topics.create(topic, { partitions, replicationFactor, ignoreRackAssignment });
    }
    return topic;
  }

  /** Deletes a topic and resolves with its name. @throws codes of `ServerCodes` */
  async deleteTopic(topic: string): Promise<string> {
    await this.#inner.topics.delete(topic);
    return topic;
  }

  /** The topic; `null` when there is none. */
  async findTopic(topic: string): Promise<FluvioJson | null> {
    const found = await this.#inner.topics.get(topic);
    return found === undefined ? null : shown(toJson(found));
  }

  /** All topics. */
  async listTopic(): Promise<string> {
    return JSON.stringify((await this.#inner.topics.list()).map((topic) => shown(toJson(topic))));
  }

  /** Partition 0 of a topic. @throws TypeError when there is none */
  async findPartition(topic: string): Promise<FluvioJson> {
    const found = (await this.#inner.partitions.list({ topic })).find(({ index }) => index === 0);
    if (found === undefined) throw new TypeError(`topic '${topic}' has no partition 0`);
    return shown(toJson(found));
  }

  /** All partitions. */
  async listPartitions(): Promise<string> {
    return JSON.stringify((await this.#inner.partitions.list()).map((partition) => shown(toJson(partition))));
  }

  /** All SPUs. */
  async listSpu(): Promise<string> {
    return JSON.stringify((await this.#inner.spus.list()).map((spu) => shown(toJson(spu))));
  }

  /** Registers an SPU. @throws codes of `ServerCodes` */
  async createCustomSpu(name: string, spec: CustomSpuSpec): Promise<void> {
    const ingress = spec.publicEndpoint?.ingress?.[0];
    await this.#inner.spus.register({
      id: spec.id,
      name,
      publicEndpoint: {
        host: ingress?.hostname ?? ingress?.ip ?? DEFAULT_HOST,
        port: spec.publicEndpoint?.port ?? DEFAULT_PUBLIC_PORT,
      },
      privateEndpoint: {
        host: spec.privateEndpoint?.host ?? DEFAULT_HOST,
        port: spec.privateEndpoint?.port ?? DEFAULT_PRIVATE_PORT,
      },
      ...(spec.rack !== undefined && { rack: spec.rack }),
    });
  }

  /** Unregisters an SPU, by name or id. @throws codes of `ServerCodes` */
  async deleteCustomSpu(key: string | number): Promise<void> {
    await this.#inner.spus.unregister(key);
  }

  /** Makes a group of SPUs. @throws codes of `ServerCodes` */
  async createManagedSpu(name: string, spec: SpuGroupSpec = {}): Promise<void> {
    const { replicas = DEFAULT_REPLICAS, minId = 0, spuConfig = {} } = spec;
    await this.#inner.spuGroups.create(name, {
      replicas,
      minId,
      ...(spuConfig.rack !== undefined && { rack: spuConfig.rack }),
      ...(spuConfig.storage?.size !== undefined && { storageSize: spuConfig.storage.size }),
    });
  }

  /** Deletes a group of SPUs. @throws codes of `ServerCodes` */
  async deleteManagedSpu(name: string): Promise<void> {
    await this.#inner.spuGroups.delete(name);
  }
}

/** Fluvio itself knows no owner. */
function shown({ owner: _, ...json }: ObjectJson): FluvioJson {
  return json;
}
