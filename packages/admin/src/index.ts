/**
 * Administration of a Fluvio cluster: create, get, list, watch and delete its topics, partitions, SPUs and
 * their groups, SmartModules, table formats and mirrors.
 *
 * @packageDocumentation
 */
export type {
  MirrorSpec,
  MirrorStatus,
  PartitionSpec,
  PartitionStatus,
  SmartModuleSpec,
  SpuGroupSpec,
  SpuGroupStatus,
  SpuSpec,
  SpuStatus,
  TableFormatSpec,
  TableFormatStatus,
  TopicSpec,
  TopicStatus,
} from '@fluvio-ts/protocol';
export type { Admin } from './admin.ts';
export { admin } from './admin.ts';
export type { AdminCodes } from './errors.ts';
export type { FluvioObject, ObjectJson, ObjectKinds } from './json/json.ts';
export { fromJson, tableFormatSpecFromJson, toJson, topicSpecFromJson } from './json/json.ts';
export type { Json, JsonObject } from './json/shape.ts';
export type { MirrorSettings, Mirrors } from './mirrors.ts';
export type { Mirror } from './objects/mirror.ts';
export type { AdminObject, Owner } from './objects/object.ts';
export type { Partition } from './objects/partition.ts';
export type { SmartModule } from './objects/smartmodule.ts';
export type { Spu } from './objects/spu.ts';
export type { SpuGroup } from './objects/spu-group.ts';
export type { TableFormat } from './objects/table-format.ts';
export type { Topic } from './objects/topic.ts';
export type { ListPartitionsOptions, Partitions } from './partitions.ts';
export type { ChangeOptions } from './requests/change.ts';
export type { CreateOptions, ListOptions } from './requests/kept.ts';
export type { ReadOptions, SystemObjects } from './requests/read.ts';
export type { SmartModulePackageSettings, SmartModuleSettings } from './smartmodules/smartmodule-spec.ts';
export type { GetSmartModuleOptions, SmartModules } from './smartmodules/smartmodules.ts';
export type { SpuGroupSettings, SpuGroups } from './spu-groups.ts';
export type { SpuListener, SpuSettings } from './spus/spu-spec.ts';
export type { ListSpusOptions, RegisterSpuOptions, Spus } from './spus/spus.ts';
export type { TableColumnSettings, TableFormatSettings, TableFormats } from './table-formats.ts';
export { topicNameProblem } from './topics/topic-name.ts';
export type { DeduplicationSettings, TopicSettings } from './topics/topic-spec.ts';
export { topicSpec } from './topics/topic-spec.ts';
export type { CreateTopicOptions, DeleteTopicOptions, ListTopicsOptions, Topics } from './topics/topics.ts';
export type { WatchEvent } from './watch/differences.ts';
export type { WaitOptions } from './watch/wait-for.ts';
export type { Watch, WatchOptions } from './watch/watch.ts';
