/** Partitions as values. */
import type { ObjectOf, PartitionSpec, PartitionStatus } from '@fluvio-ts/protocol';
import { listOf, watchOf } from '@fluvio-ts/protocol';
import type { AdminObject, Kind } from './object.ts';

/** A partition, named `topic-index`; its owner is its topic. */
export interface Partition extends AdminObject<'partition', PartitionSpec, PartitionStatus> {
  /** Name of its topic. */
  readonly topic: string;
  /** Its number within the topic, from 0. */
  readonly index: number;
}

/** A partition's name. */
export const partitionName = (topic: string, index: number): string => `${topic}-${index}`;

/** A partition from its parts. Its name is split at the last `-`, as topics may have more of them. */
export function partition(name: string, spec: PartitionSpec, status: PartitionStatus): Partition {
  const dash = name.lastIndexOf('-');
  const topic = dash < 0 ? name : name.slice(0, dash);
  const index = dash < 0 ? 0 : Number(name.slice(dash + 1));
  return { kind: 'partition', name, topic, index, spec, status, owner: { kind: 'topic', name: topic } };
}

/** See {@link Kind}. */
export const partitionKind: Kind<ObjectOf<'Partition'>, Partition> = {
  plural: 'partitions',
  list: listOf.Partition,
  watch: watchOf.Partition,
  fromWire: ({ name, spec, status }) => partition(name, spec, status),
  order: (a, b) => (a.topic === b.topic ? a.index - b.index : a.topic < b.topic ? -1 : 1),
  state: ({ name, spec, status }) => `partition '${name}' is ${status.resolution}, led by SPU ${spec.leader}`,
};
