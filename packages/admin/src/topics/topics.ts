/** The verbs of topics. */
import type { Cluster } from '@fluvio-ts/client/internal';
import type { TopicSpec } from '@fluvio-ts/protocol';
import { Create, Delete, Update } from '@fluvio-ts/protocol';
import { adminError } from '../errors.ts';
import { partitionKind, partitionName } from '../objects/partition.ts';
import type { Topic } from '../objects/topic.ts';
import { topic, topicKind } from '../objects/topic.ts';
import type { ChangeOptions } from '../requests/change.ts';
import { arrived, budget, change, changeSeen } from '../requests/change.ts';
import { matches } from '../requests/matches.ts';
import type { ReadOptions, SystemObjects } from '../requests/read.ts';
import { read } from '../requests/read.ts';
import type { WaitOptions } from '../watch/wait-for.ts';
import { waitFor } from '../watch/wait-for.ts';
import type { Watch, WatchOptions } from '../watch/watch.ts';
import { openWatch } from '../watch/watch.ts';
import { checkTopicName } from './topic-name.ts';
import type { TopicSettings } from './topic-spec.ts';
import { partitionsOf, topicSpec } from './topic-spec.ts';

/** How a topic is created. */
export interface CreateTopicOptions extends ChangeOptions {
  /** Only ask the controller whether it would create the topic. Default false. */
  readonly dryRun?: boolean;
}

/** How a topic is deleted. */
export interface DeleteTopicOptions extends ChangeOptions {
  /** Delete a system topic, too. Default false. */
  readonly force?: boolean;
}

/** Which topics are listed. */
export interface ListTopicsOptions extends ReadOptions {
  /** Names that contain this text, or match this expression. Default: all. */
  readonly name?: string | RegExp;
  /** The cluster's own topics: `exclude` (default) them, `include` them, or `only` them. */
  readonly system?: SystemObjects;
}

/**
 * Topics. Reads are repeated across a lost connection; changes are sent once, see `change/unconfirmed`.
 *
 * Every method may also reject with `connect/timeout`, `request/aborted` and `client/closed`; changes with
 * what the controller refuses, a code of `ServerCodes` (`topic/exists`, `permission/denied`, …).
 */
export interface Topics {
  /**
   * Creates a topic and resolves when all its partitions are online and this client knows them, so that it can be
   * produced to at once. A topic that the cluster has no room for exists nevertheless when the controller answers
   * `topic/not-provisioned`, after up to 90 s. A mirrored topic is only waited for itself. The request has a connection of
   * its own, since the controller answers nothing else meanwhile; what it does not say within a second of the topic
   * being there is not waited for.
   *
   * @returns the topic; for a dry run, what would have been stored
   * @throws `topic/exists`, `topic/invalid-name`, `topic/not-provisioned`, `option/invalid`, `change/unconfirmed`, `wait/timeout`
   */
  create(name: string, topic?: TopicSettings | TopicSpec, options?: CreateTopicOptions): Promise<Topic>;
  /** The topic of exactly this name, system or not; undefined when there is none. */
  get(name: string, options?: ReadOptions): Promise<Topic | undefined>;
  /** Topics in the order of their names. */
  list(options?: ListTopicsOptions): Promise<Topic[]>;
  /**
   * Deletes a topic with its records and resolves when this client sees it and its partitions gone.
   *
   * @throws `topic/not-found`, `system/protected`, `change/unconfirmed`, `wait/timeout`
   */
  delete(name: string, options?: DeleteTopicOptions): Promise<void>;
  /**
   * Adds `count` partitions to a computed topic and resolves with it when they are online.
   *
   * @throws `option/invalid`, `topic/not-found`, `topic/invalid-replica-type`, `change/unconfirmed`, `wait/timeout`
   */
  addPartitions(name: string, count: number, options?: ChangeOptions): Promise<Topic>;
  /** Every change of every topic, system topics included. */
  watch(options?: WatchOptions): Watch<Topic>;
  /**
   * Waits until the topic is there and `test` holds for it; states that pass quickly may not be seen.
   *
   * @throws `wait/timeout`, and whatever `test` throws
   */
  waitFor(name: string, test: (topic: Topic) => boolean, options?: WaitOptions): Promise<Topic>;
}

/** The verbs of topics on one cluster. */
export function topics(cluster: Cluster): Topics {
  const { metadata } = cluster;

  /** The first of a topic's partitions that this client does not know to be online. */
  const missing = (name: string, from: number, to: number): number | undefined => {
    for (let index = from; index < to; index++) {
      if (metadata.partitions.get(partitionName(name, index))?.status.resolution !== 'Online') return index;
    }
    return undefined;
  };

  /** The topic, once the client knows it with these partitions online. */
  const provisioned = (name: string, from: number, to: number): Topic | undefined => {
    const known = metadata.topics.get(name);
    if (known === undefined || known.status.replicaMap.size < to || missing(name, from, to) !== undefined)
      return undefined;
    return topicKind.fromWire(known);
  };

  const unprovisioned = (name: string, from: number, to: number) => (): string => {
    const known = metadata.topics.get(name);
    if (known === undefined) return `topic '${name}' has not reached this client`;
    if (known.status.replicaMap.size < to) return topicKind.state(topicKind.fromWire(known));
    const index = missing(name, from, to) ?? from;
    const found = metadata.partitions.get(partitionName(name, index));
    if (found !== undefined) return partitionKind.state(partitionKind.fromWire(found));
    return `partition ${partitionName(name, index)} has not reached this client`;
  };

  /** Whether this client still knows anything of a topic. */
  const remains = (name: string): boolean => {
    if (metadata.topics.get(name) !== undefined) return true;
    for (const wire of metadata.partitions.values()) if (partitionKind.fromWire(wire).topic === name) return true;
    return false;
  };

  const get: Topics['get'] = async (name, options = {}) => {
    const found = await read(cluster, topicKind, { nameFilters: [name], system: 'include' }, options);
    return found.find((one) => one.name === name);
  };

  return {
    async create(name, settings = {}, options = {}) {
      checkTopicName(name);
      const { dryRun = false } = options;
      const spec = 'replicas' in settings ? settings : topicSpec(settings);
      const request = { label: 'Topic', body: { name, dryRun, timeout: undefined, spec } } as const;
      const what = `creating topic '${name}'${dryRun ? ' (dry run)' : ''}`;
      const time = budget(options);
      if (dryRun) {
        await change(cluster, { what, object: name }, Create, request, time);
        return topic(name, spec, { resolution: 'Init', replicaMap: new Map(), mirrorMap: new Map(), reason: '' });
      }
      const count = partitionsOf(spec);
      const look = (): Topic | undefined => provisioned(name, 0, count);
      const arrival = { what, object: name, look, state: unprovisioned(name, 0, count) };
      return changeSeen(cluster, Create, request, arrival, time);
    },

    get,

    async list(options = {}) {
      const { name, system = 'exclude' } = options;
      const nameFilters = typeof name === 'string' ? [name] : [];
      const found = await read(cluster, topicKind, { nameFilters, system }, options);
      return found.filter((one) => matches(one.name, name));
    },

    async delete(name, options = {}) {
      const request = { label: 'Topic', body: { key: name, force: options.force ?? false } } as const;
      const what = `deleting topic '${name}'`;
      const time = budget(options);
      await change(cluster, { what, object: name }, Delete, request, time);
      const look = (): true | undefined => (remains(name) ? undefined : true);
      const state = (): string => `topic '${name}' or a partition of it is still known to this client`;
      await arrived(cluster, { what, look, state }, time);
    },

    async addPartitions(name, count, options = {}) {
      if (!Number.isInteger(count) || count < 1 || count > 0xffff_ffff) {
        throw adminError('option/invalid', { option: 'count', reason: `must be a whole number from 1, not ${count}` });
      }
      const what = `adding ${count} partition${count === 1 ? '' : 's'} to topic '${name}'`;
      const request = { label: 'Topic', body: { key: name, action: { kind: 'addPartition', count } } } as const;
      const time = budget(options);
      await change(cluster, { what, object: name }, Update, request, time);
      // Only now is it known how many there are: another program may have added some, too.
      const grown = await get(name, options);
      const to = grown === undefined ? count : partitionsOf(grown.spec);
      const from = Math.max(0, to - count);
      const look = (): Topic | undefined => provisioned(name, from, to);
      return arrived(cluster, { what, look, state: unprovisioned(name, from, to) }, time);
    },

    watch: (options) => openWatch(cluster, topicKind, options),

    waitFor(name, test, options) {
      const wanted = { shown: `topic '${name}'`, is: (one: Topic) => one.name === name };
      return waitFor(cluster, topicKind, wanted, test, options);
    },
  };
}
