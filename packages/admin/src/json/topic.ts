/** The JSON of topics. */
import type {
  HomeMirrorConfig,
  HomeSpu,
  MirrorConfig,
  PartitionMap,
  RemoteMirrorConfig,
  ReplicaSpec,
  TopicReplicaParam,
  TopicSpec,
  TopicStatus,
} from '@fluvio-ts/protocol';
import { TopicResolution } from '@fluvio-ts/protocol';
import { cleanupPolicy, compressionType, deduplication, homePartition, partitionMirror, storage } from './settings.ts';
import type { JsonObject, Shape } from './shape.ts';
import {
  defaulted,
  flag,
  i32,
  list,
  map,
  object,
  optional,
  partitionKey,
  required,
  tagged,
  text,
  u32,
  via,
  whenTrue,
  word,
} from './shape.ts';

const partitionMaps = list(
  object<PartitionMap>({ id: required(u32), replicas: required(list(i32)), mirror: optional(partitionMirror) }),
);

const computed = object<TopicReplicaParam>({
  partitions: defaulted(u32, 1),
  replicationFactor: defaulted(u32, 1),
  // Fluvio leaves it out where it is true, and then reads it as false.
  ignoreRackAssignment: defaulted(flag, false),
});

const homeObject = object<HomeMirrorConfig>({ partitions: required(list(homePartition)), source: whenTrue });

const home: Shape<HomeMirrorConfig> = {
  to: homeObject.to,
  // A bare list of partitions is how older versions wrote it.
  from: (json, path) => homeObject.from(Array.isArray(json) ? { partitions: json } : json, path),
};

const mirror = tagged<MirrorConfig>({
  remote: object<RemoteMirrorConfig>({
    homeCluster: required(text),
    homeSpus: required(list(object<HomeSpu>({ id: required(i32), key: required(text), endpoint: required(text) }))),
    // Fluvio leaves it out where it is false, and then cannot read what it wrote.
    target: defaulted(flag, false),
  }),
  home,
});

const replicas = tagged<ReplicaSpec>({
  assigned: via(
    partitionMaps,
    ({ maps }) => maps,
    (maps) => ({ maps }),
  ),
  computed,
  mirror: via(
    mirror,
    ({ config }) => config,
    (config) => ({ config }),
  ),
});

export const topicSpecShape: Shape<TopicSpec, JsonObject> = object<TopicSpec>({
  replicas: required(replicas),
  cleanupPolicy: optional(cleanupPolicy),
  storage: optional(storage),
  compressionType,
  deduplication: optional(deduplication),
  system: defaulted(flag, false),
});

export const topicStatusShape: Shape<TopicStatus, JsonObject> = object<TopicStatus>({
  resolution: required(word(TopicResolution)),
  replicaMap: required(map(partitionKey, list(i32))),
  mirrorMap: defaulted(map(partitionKey, partitionMirror), new Map()),
  reason: required(text),
});
