/** Which partition a record goes to: live counts, keys, turns, and those that callers name. */
import { partitionForKey } from '@fluvio-ts/protocol';
import type { Cluster } from '../cluster.ts';
import { clientError } from '../errors.ts';
import { partitionCount, partitionName } from '../metadata/metadata.ts';
import { mirrorPartition } from '../metadata/mirror-partition.ts';
import type { ProducerSettings } from './options.ts';

/** The topic as the metadata has it. */
interface Shape {
  readonly version: number;
  readonly count: number;
  readonly online: readonly number[];
  /** Where everything goes that names no partition. */
  readonly fixed: number | undefined;
}

/** See the file's head. */
export interface Partitions {
  /** @throws `partition/not-found` for one that the topic does not have, `option/invalid`, and what a partitioner throws */
  choose(wanted: number | undefined, key: Uint8Array | string | null, value: Uint8Array | string): number;
  /** @throws `partition/not-found` */
  check(wanted: number): void;
}

const utf8 = new TextEncoder();
const bytesOf = (key: Uint8Array | string): Uint8Array => (typeof key === 'string' ? utf8.encode(key) : key);

/** Watches the partitions of a topic. `batchesOf` counts those that a partition has closed. */
export function partitionsOf(
  cluster: Cluster,
  topic: string,
  settings: ProducerSettings,
  batchesOf: (partition: number) => number,
): Partitions {
  const { metadata } = cluster;
  const { partitioner, mirror } = settings;
  let shape: Shape | undefined;
  let turn = 0;
  let stuckTo = { partition: -1, batches: 0 };

  const current = (): Shape => {
    if (shape !== undefined && shape.version === metadata.version) return shape;
    const known = metadata.topics.get(topic);
    // A topic that has vanished keeps its last shape: delivery then says that it is gone.
    const count = known === undefined ? (shape?.count ?? 1) : partitionCount(known);
    const online: number[] = [];
    for (let i = 0; i < count; i++) {
      if (metadata.partitions.get(partitionName(topic, i))?.status.resolution === 'Online') online.push(i);
    }
    const fixed =
      settings.partition ??
      (mirror === undefined || known === undefined ? shape?.fixed : mirrorPartition(known, mirror, 'mirror'));
    shape = { version: metadata.version, count, online, fixed };
    return shape;
  };

  const checked = (wanted: number, count: number): number => {
    if (Number.isInteger(wanted) && wanted >= 0 && wanted < count) return wanted;
    throw clientError('partition/not-found', { topic, partition: wanted, partitions: count });
  };

  const next = ({ online, count }: Shape): number => {
    const place = turn++;
    return online.length > 0 ? (online[place % online.length] as number) : place % count;
  };

  const stick = (now: Shape): number => {
    const { partition, batches } = stuckTo;
    const isOver = partition < 0 || partition >= now.count || batchesOf(partition) !== batches;
    if (!isOver && (now.online.length === 0 || now.online.includes(partition))) return partition;
    const moved = next(now);
    stuckTo = { partition: moved, batches: batchesOf(moved) };
    return moved;
  };

  return {
    choose(wanted, key, value) {
      const now = current();
      const { count, online, fixed } = now;
      const named = wanted ?? fixed;
      if (named !== undefined) return checked(named, count);
      if (typeof partitioner === 'function') {
        return checked(partitioner({ key: key === null ? null : bytesOf(key), value }, { count, online }), count);
      }
      if (count === 1) return 0;
      // As the official clients: a key keeps its partition even while that is offline.
      if (key !== null) return partitionForKey(bytesOf(key), count);
      return partitioner === 'sticky' ? stick(now) : next(now);
    },
    check(wanted) {
      checked(wanted, current().count);
    },
  };
}
