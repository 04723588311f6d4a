/** What the cluster looks like: topics, partitions and SPUs, as the controller's watches tell it. */
import type { MetadataUpdate, ObjectOf } from '@fluvio-ts/protocol';

export type TopicObject = ObjectOf<'Topic'>;
export type PartitionObject = ObjectOf<'Partition'>;
export type SpuObject = ObjectOf<'SPU'>;

/** The three stores and their listeners. */
export interface Metadata {
  readonly topics: ObjectStore<TopicObject>;
  readonly partitions: ObjectStore<PartitionObject>;
  readonly spus: ObjectStore<SpuObject>;
  /** Grows with every change; a cheap way to see whether something derived is stale. */
  readonly version: number;
  /** Resolves at the next change. */
  changed(): Promise<void>;
  /** Calls `listener` at every change, until the returned function is called. */
  onChange(listener: () => void): () => void;
}

/** Objects of one kind by name. */
export interface ObjectStore<T> {
  get(name: string): T | undefined;
  values(): IterableIterator<T>;
  readonly size: number;
  /** Applies one answer of a watch; `first` for the first answer on a connection, which is the whole truth. */
  apply(update: MetadataUpdate<T>, first: boolean): void;
}

/** Makes empty stores. */
export function metadata(): Metadata {
  let version = 0;
  let wake: () => void = () => {};
  let change: Promise<void> | undefined;
  const listeners = new Set<() => void>();

  const touch = (): void => {
    version++;
    change = undefined;
    wake();
    for (const listener of listeners) listener();
  };

  return {
    topics: objectStore<TopicObject>(touch),
    partitions: objectStore<PartitionObject>(touch),
    spus: objectStore<SpuObject>(touch),
    get version() {
      return version;
    },
    changed() {
      change ??= new Promise((resolve) => {
        wake = resolve;
      });
      return change;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function objectStore<T extends { readonly name: string }>(touch: () => void): ObjectStore<T> {
  let objects = new Map<string, T>();
  let lastEpoch = 0n;
  return {
    get: (name) => objects.get(name),
    values: () => objects.values(),
    get size() {
      return objects.size;
    },
    apply(update, first) {
      const { all, changes, epoch } = update;
      if (first) lastEpoch = 0n;
      // Deltas are empty only when nothing has happened; so an empty answer with a new epoch says that no object is left.
      // At epoch 0 the controller has not loaded its store yet, and says nothing.
      const isEmptySync = all.length === 0 && changes.length === 0 && epoch > lastEpoch;
      lastEpoch = epoch;
      if (all.length > 0 || isEmptySync) objects = new Map(all.map((object) => [object.name, object]));
      const updated = new Set<string>();
      for (const { header, content } of changes) {
        if (header === 'UPDATE') {
          objects.set(content.name, content);
          updated.add(content.name);
        } else if (!updated.has(content.name)) {
          // Deleted and created again between two answers comes as update, then delete: the object is there.
          objects.delete(content.name);
        }
      }
      if (all.length > 0 || changes.length > 0 || isEmptySync || first) touch();
    },
  };
}

/** How many partitions a topic has: what its specification says, or what has been placed if that is more. */
export function partitionCount(topic: TopicObject): number {
  const { replicas } = topic.spec;
  const { size: placed } = topic.status.replicaMap;
  switch (replicas.kind) {
    case 'computed':
      return Math.max(replicas.partitions, placed);
    case 'assigned':
      return Math.max(replicas.maps.length, placed);
    case 'mirror':
      return placed;
  }
}

/** The name of a partition's object. */
export const partitionName = (topic: string, partition: number): string => `${topic}-${partition}`;
