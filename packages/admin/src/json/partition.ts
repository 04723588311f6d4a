/** The JSON of partitions. */
import type { PartitionSpec, PartitionStatus, ReplicaStatus } from '@fluvio-ts/protocol';
import { PartitionResolution } from '@fluvio-ts/protocol';
import { cleanupPolicy, compressionType, deduplication, partitionMirror, storage } from './settings.ts';
import type { JsonObject, Shape } from './shape.ts';
import { defaulted, flag, i32, i64, list, nullable, object, required, u32, word } from './shape.ts';

export const partitionSpecShape: Shape<PartitionSpec, JsonObject> = object<PartitionSpec>({
  leader: required(i32),
  replicas: defaulted(list(i32), []),
  cleanupPolicy: required(nullable(cleanupPolicy)),
  storage: required(nullable(storage)),
  compressionType,
  deduplication: required(nullable(deduplication)),
  system: defaulted(flag, false),
  mirror: required(nullable(partitionMirror)),
});

const replica = object<ReplicaStatus>({ spu: required(i32), hw: required(i64), leo: required(i64) });

export const partitionStatusShape: Shape<PartitionStatus, JsonObject> = object<PartitionStatus>({
  resolution: required(word(PartitionResolution)),
  leader: required(replica),
  lsr: required(u32),
  replicas: required(list(replica)),
  size: defaulted(i64, -2n),
  isBeingDeleted: required(flag),
  baseOffset: defaulted(i64, 0n),
});
