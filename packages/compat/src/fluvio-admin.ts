/** `FluvioAdmin` of `@fluvio/client`. */
import type { Admin, ObjectJson } from '@fluvio-ts/admin';
import { toJson } from '@fluvio-ts/admin';
import { DEFAULT_HOST, DEFAULT_PRIVATE_PORT, DEFAULT_PUBLIC_PORT } from './constants.ts';
import type { PartitionMaps, SpecDefaults, TopicReplicaParam } from './specs.ts';
import { CustomSpuSpec, SpuGroupSpec, TopicSpec } from './specs.ts';

/** An object as Fluvio's command line writes it in JSON: name, spec, status. */
export type FluvioJson = Omit<ObjectJson, 'owner'>;

/** A group of SPUs, with what it leaves out as by default. */
export type SpuGroupShape = Partial<Omit<SpuGroupSpec, 'spuConfig'>> & {
  readonly spuConfig?: Partial<SpuGroupSpec['spuConfig']>;
};

/** Administers the cluster. Lists are JSON texts, as in `@fluvio/client`. */
export class FluvioAdmin {
  readonly #inner: Admin;
  /** What `Fluvio` was given: defaults of everything that is created. */
  readonly options: SpecDefaults;

  /** @internal Made by `admin`. */
  constructor(inner: Admin, options: SpecDefaults = {}) {
    this.#inner = inner;
    this.options = options;
  }

  /** Creates a topic and resolves with its name when its partitions are online. */
  async createTopic(topic: string, spec: PartitionMaps | TopicReplicaParam = this.options): Promise<string> {
    const { opts } = new TopicSpec(spec);
    if ('maps' in opts) {
      const assignment = [...opts.maps].sort((a, b) => a.id - b.id).map(({ replicas }) => replicas);
      await this.#inner.topics.create(topic, { assignment });
    } else {
      await this.#inner.topics.create(topic, opts);
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
  async createCustomSpu(
    name: string,
    spec: Pick<CustomSpuSpec, 'id'> & Partial<CustomSpuSpec> = new CustomSpuSpec(this.options),
  ): Promise<void> {
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
  async createManagedSpu(name: string, spec: SpuGroupShape = new SpuGroupSpec(this.options)): Promise<void> {
    const { replicas, minId, spuConfig = {} } = { ...new SpuGroupSpec(this.options), ...spec };
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
