/** The JSON of what topics hand down to their partitions. */
import type {
  CleanupPolicy,
  Deduplication,
  DeduplicationBounds,
  DeduplicationTransform,
  HomePartitionConfig,
  PartitionMirrorConfig,
  RemotePartitionConfig,
  TopicStorageConfig,
} from '@fluvio-ts/protocol';
import { CompressionAlgorithm } from '@fluvio-ts/protocol';
import { humantime } from './humantime.ts';
import type { Field, Shape } from './shape.ts';
import {
  defaulted,
  i32,
  map,
  nullable,
  object,
  optional,
  required,
  tagged,
  text,
  u32,
  u64,
  whenTrue,
  word,
} from './shape.ts';

export const cleanupPolicy: Shape<CleanupPolicy> = tagged<CleanupPolicy>({
  segment: object({ timeInSeconds: required(u32) }),
});

export const storage: Shape<TopicStorageConfig> = object<TopicStorageConfig>({
  segmentSize: defaulted(nullable(u32), undefined),
  maxPartitionSize: defaulted(nullable(u64), undefined),
});

export const compressionType: Field<CompressionAlgorithm> = defaulted(word(CompressionAlgorithm), 'Any');

const parameters: Field<ReadonlyMap<string, string>> = {
  shape: map((name) => name, text),
  omitted: (value) => value.size === 0,
  absent: { value: new Map() },
};

export const deduplication: Shape<Deduplication> = object<Deduplication>({
  bounds: required(object<DeduplicationBounds>({ count: required(u64), age: optional(humantime) })),
  filter: required(
    object<Deduplication['filter']>({
      transform: required(object<DeduplicationTransform>({ uses: required(text), with: parameters })),
    }),
  ),
});

export const homePartition: Shape<HomePartitionConfig> = object<HomePartitionConfig>({
  remoteCluster: required(text),
  remoteReplica: required(text),
  source: whenTrue,
});

export const partitionMirror: Shape<PartitionMirrorConfig> = tagged<PartitionMirrorConfig>({
  remote: object<RemotePartitionConfig>({
    homeCluster: required(text),
    homeSpuKey: required(text),
    homeSpuId: defaulted(i32, 0),
    homeSpuEndpoint: required(text),
    target: whenTrue,
  }),
  home: homePartition,
});
