/** Watch (key 1004): the objects of one kind, and every change from then on. A watch ends with its connection. */
import type { Infer, Type } from '../../wire/schema.ts';
import { bool, choice, i64, labelled, list, since, struct } from '../../wire/schema.ts';
import type { Labelled, ObjectLabel, ObjectOf } from './objects.ts';
import { objects } from './objects.ts';

/** Labels of the objects that can be watched. */
export type WatchLabel = Exclude<ObjectLabel, 'CustomSpu' | 'Mirror'>;

/** How to watch. Rust: `WatchRequest`, fluvio-sc-schema/src/objects/watch.rs. */
export const WatchQuery = struct({
  /** Send 0; servers ignore it and begin with everything. */
  epoch: i64,
  /** SmartModules without their payload. */
  summary: since(10, bool, false),
});
/** The value type of {@link WatchQuery}. */
export interface WatchQuery extends Infer<typeof WatchQuery> {}

/** A query under the label of what it watches. */
export type WatchRequest = Labelled<{ [L in WatchLabel]: WatchQuery }>;
/** Rust: `ObjectApiWatchRequest`, fluvio-sc-schema/src/objects/watch.rs. */
export const WatchRequest: Type<WatchRequest> = labelled({
  Topic: WatchQuery,
  Partition: WatchQuery,
  SPU: WatchQuery,
  SpuGroup: WatchQuery,
  SmartModule: WatchQuery,
  TableFormat: WatchQuery,
});

/** What happened to an object. Rust: `MsgType`, fluvio-controlplane-metadata/src/message/msg_type.rs. */
export const ChangeType = choice({
  /** It is new, or it was modified; `content` is all of it. */
  UPDATE: 0,
  /** It is gone; `content` is the last that was known of it. */
  DELETE: 1,
});
/** The value type of {@link ChangeType}. */
export type ChangeType = Infer<typeof ChangeType>;

/** One changed object. Rust: `Message`, fluvio-controlplane-metadata/src/message/mod.rs. */
export interface Change<Content> {
  readonly header: ChangeType;
  readonly content: Content;
}

/**
 * Either all objects or the changes since the previous answer; both lists may be empty. An empty `all` says nothing:
 * the wire has no way to tell "no change" from "no objects". Rust: `MetadataUpdate`, fluvio-sc-schema/src/objects/watch.rs.
 */
export interface MetadataUpdate<Content> {
  /** Grows with every change of this kind of objects. */
  readonly epoch: bigint;
  /** All updates, then all deletions. */
  readonly changes: readonly Change<Content>[];
  /** When filled: replaces whatever was known before. */
  readonly all: readonly Content[];
}

const update = <Content>(object: Type<Content>): Type<MetadataUpdate<Content>> =>
  struct({
    epoch: i64,
    changes: list(struct({ header: ChangeType, content: object })),
    all: list(object),
  }) as Type<MetadataUpdate<Content>>;

/** Objects or changes under their label. */
export type WatchResponse<L extends WatchLabel = WatchLabel> = Labelled<{ [K in L]: MetadataUpdate<ObjectOf<K>> }>;
/** Rust: `ObjectApiWatchResponse`, fluvio-sc-schema/src/objects/watch.rs. */
export const WatchResponse: Type<WatchResponse> = labelled({
  Topic: update(objects.Topic),
  Partition: update(objects.Partition),
  SPU: update(objects.SPU),
  SpuGroup: update(objects.SpuGroup),
  SmartModule: update(objects.SmartModule),
  TableFormat: update(objects.TableFormat),
});
