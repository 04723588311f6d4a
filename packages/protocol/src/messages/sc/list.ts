/** List (key 1003): the objects of one kind. */
import type { Infer, Type } from '../../wire/schema.ts';
import { bool, labelled, list, since, string, struct } from '../../wire/schema.ts';
import type { Labelled, ObjectLabel, ObjectOf } from './objects.ts';
import { objects } from './objects.ts';

/** Labels of the objects that can be listed. */
export type ListLabel = ObjectLabel;

/** Which objects of a kind. Rust: `ListRequest`, `ListFilters`, fluvio-sc-schema/src/objects/list.rs. */
export const ListQuery = struct({
  /**
   * Objects whose name contains one of these texts; empty: all. SmartModules are asked for by package key instead
   * (`group/name@version`), and the official SC lists every partition and every mirror whatever is asked.
   */
  nameFilters: list(string),
  /** SmartModules without their payload. */
  summary: since(10, bool, false),
  /** Topics and partitions: the cluster's own, and only those, instead of the users'. */
  system: since(13, bool, false),
});
/** The value type of {@link ListQuery}. */
export interface ListQuery extends Infer<typeof ListQuery> {}

/** A query under the label of what it asks for. */
export type ListRequest = Labelled<{ [L in ListLabel]: ListQuery }>;
/** Rust: `ObjectApiListRequest`, fluvio-sc-schema/src/objects/list.rs. */
export const ListRequest: Type<ListRequest> = labelled({
  Topic: ListQuery,
  Partition: ListQuery,
  SPU: ListQuery,
  CustomSpu: ListQuery,
  SpuGroup: ListQuery,
  SmartModule: ListQuery,
  TableFormat: ListQuery,
  Mirror: ListQuery,
});

/** Objects under their label, in no particular order. */
export type ListResponse<L extends ListLabel = ListLabel> = Labelled<{ [K in L]: readonly ObjectOf<K>[] }>;
/** Rust: `ObjectApiListResponse`, fluvio-sc-schema/src/objects/list.rs. */
export const ListResponse: Type<ListResponse> = labelled({
  Topic: list(objects.Topic),
  Partition: list(objects.Partition),
  SPU: list(objects.SPU),
  CustomSpu: list(objects.CustomSpu),
  SpuGroup: list(objects.SpuGroup),
  SmartModule: list(objects.SmartModule),
  TableFormat: list(objects.TableFormat),
  Mirror: list(objects.Mirror),
});
