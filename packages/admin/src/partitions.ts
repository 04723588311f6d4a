/** The verbs of partitions. They come and go with their topics, so there are none that change them. */
import type { Cluster } from '@fluvio-ts/client/internal';
import type { Partition } from './objects/partition.ts';
import { partitionKind, partitionName } from './objects/partition.ts';
import type { ReadOptions, SystemObjects } from './requests/read.ts';
import { read } from './requests/read.ts';
import type { WaitOptions } from './watch/wait-for.ts';
import { waitFor } from './watch/wait-for.ts';
import type { Watch, WatchOptions } from './watch/watch.ts';
import { openWatch } from './watch/watch.ts';

/** Which partitions are listed. */
export interface ListPartitionsOptions extends ReadOptions {
  /** Only those of the topic of exactly this name. Default: all. */
  readonly topic?: string;
  /** Those of the cluster's own topics: `exclude`, `include` or `only`. Default `exclude`, but `include` where a topic is named. */
  readonly system?: SystemObjects;
}

/**
 * Partitions. Reads are repeated across a lost connection.
 *
 * Every method may also reject with `connect/timeout`, `request/aborted` and `client/closed`.
 */
export interface Partitions {
  /** One partition; undefined when the topic has none of this index. */
  get(topic: string, index: number, options?: ReadOptions): Promise<Partition | undefined>;
  /** Partitions by topic and index. */
  list(options?: ListPartitionsOptions): Promise<Partition[]>;
  /** Every change of every partition, those of system topics included. Their status changes with every report of their leader. */
  watch(options?: WatchOptions): Watch<Partition>;
  /**
   * Waits until the partition is there and `test` holds for it; states that pass quickly may not be seen.
   *
   * @throws `wait/timeout`, and whatever `test` throws
   */
  waitFor(
    topic: string,
    index: number,
    test: (partition: Partition) => boolean,
    options?: WaitOptions,
  ): Promise<Partition>;
}

/** The verbs of partitions on one cluster. */
export function partitions(cluster: Cluster): Partitions {
  // The controller ignores name filters for partitions, so every read gets all of them.
  const list: Partitions['list'] = async (options = {}) => {
    const { topic, system = topic === undefined ? 'exclude' : 'include' } = options;
    const found = await read(cluster, partitionKind, { system }, options);
    return topic === undefined ? found : found.filter((one) => one.topic === topic);
  };

  return {
    list,

    async get(topic, index, options) {
      const found = await list({ ...options, topic });
      return found.find((one) => one.index === index);
    },

    watch: (options) => openWatch(cluster, partitionKind, options),

    waitFor(topic, index, test, options) {
      const name = partitionName(topic, index);
      const wanted = { shown: `partition '${name}'`, is: (one: Partition) => one.name === name };
      return waitFor(cluster, partitionKind, wanted, test, options);
    },
  };
}
