/** The kinds of objects that an SC keeps, by the label that the wire gives them. */
import type { Type } from '../../wire/schema.ts';
import { string, struct } from '../../wire/schema.ts';
import { MirrorSpec, MirrorStatus } from './mirror.ts';
import { PartitionSpec, PartitionStatus } from './partition.ts';
import { SmartModuleSpec, SmartModuleStatus } from './smartmodule.ts';
import { CustomSpuSpec, SpuSpec, SpuStatus } from './spu.ts';
import { SpuGroupSpec, SpuGroupStatus } from './spu-group.ts';
import { TableFormatSpec, TableFormatStatus } from './table-format.ts';
import { TopicSpec, TopicStatus } from './topic.ts';

/** Spec and status of every kind. Labels are case-sensitive: it is `SPU`. */
export interface Objects {
  Topic: { spec: TopicSpec; status: TopicStatus };
  Partition: { spec: PartitionSpec; status: PartitionStatus };
  SPU: { spec: SpuSpec; status: SpuStatus };
  /** Only the SPUs that an operator registered. */
  CustomSpu: { spec: CustomSpuSpec; status: SpuStatus };
  SpuGroup: { spec: SpuGroupSpec; status: SpuGroupStatus };
  SmartModule: { spec: SmartModuleSpec; status: SmartModuleStatus };
  TableFormat: { spec: TableFormatSpec; status: TableFormatStatus };
  Mirror: { spec: MirrorSpec; status: MirrorStatus };
}

/** The label of a kind of object. */
export type ObjectLabel = keyof Objects;

/** An object: its name, what it shall be, and what it is. Rust: `Metadata`, fluvio-sc-schema/src/objects/metadata.rs. */
export interface Metadata<Spec, Status> {
  /** Unique within its kind. */
  readonly name: string;
  readonly spec: Spec;
  readonly status: Status;
}

/** What an object shall be, by its label. */
export type SpecOf<L extends ObjectLabel> = Objects[L]['spec'];
/** What an object is, by its label. */
export type StatusOf<L extends ObjectLabel> = Objects[L]['status'];
/** An object by its label: `ObjectOf<'Topic'>` is a topic with name, spec and status. */
export type ObjectOf<L extends ObjectLabel> = Metadata<SpecOf<L>, StatusOf<L>>;

/** A body under its label, one variant for each label. */
export type Labelled<Bodies> = {
  readonly [L in keyof Bodies]: { readonly label: L; readonly body: Bodies[L] };
}[keyof Bodies];

const metadata = <Spec, Status>(spec: Type<Spec>, status: Type<Status>): Type<Metadata<Spec, Status>> =>
  struct({ name: string, spec, status }) as Type<Metadata<Spec, Status>>;

/** The schema of every kind of object. */
export const objects: { readonly [L in ObjectLabel]: Type<ObjectOf<L>> } = {
  Topic: metadata(TopicSpec, TopicStatus),
  Partition: metadata(PartitionSpec, PartitionStatus),
  SPU: metadata(SpuSpec, SpuStatus),
  CustomSpu: metadata(CustomSpuSpec, SpuStatus),
  SpuGroup: metadata(SpuGroupSpec, SpuGroupStatus),
  SmartModule: metadata(SmartModuleSpec, SmartModuleStatus),
  TableFormat: metadata(TableFormatSpec, TableFormatStatus),
  Mirror: metadata(MirrorSpec, MirrorStatus),
};
