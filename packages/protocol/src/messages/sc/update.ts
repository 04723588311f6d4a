/** Update (key 1006): changes an object in place. Only topics can be; servers refuse every other label. */
import type { Infer, Type, UnknownLabel } from '../../wire/schema.ts';
import { bool, openLabelled, string, struct, u32, union, variant } from '../../wire/schema.ts';
import { CustomSpuKey } from './delete.ts';
import type { Labelled } from './objects.ts';

/** What to change in a topic. Rust: `UpdateTopicAction`, fluvio-controlplane-metadata/src/topic/update.rs. */
export const UpdateTopicAction = union({
  /** Adds `count` partitions to a computed topic. */
  addPartition: variant(0, { count: u32 }),
  /** Adds a remote cluster to a mirrored topic. The official SC takes the direction from the topic, not from `homeToMirror`. */
  addMirror: variant(1, { remoteCluster: string, homeToMirror: bool }),
});
/** The value type of {@link UpdateTopicAction}. */
export type UpdateTopicAction = Infer<typeof UpdateTopicAction>;

/** One object to change. Rust: `UpdateRequest`, fluvio-sc-schema/src/objects/update.rs. */
export interface UpdateOf<Key, Action> {
  readonly key: Key;
  readonly action: Action;
}

/** A change under the label of its object. A label that is none of these comes as `{ label: 'Unknown', name, body }`. */
export type UpdateRequest =
  | Labelled<{
      Topic: UpdateOf<string, UpdateTopicAction>;
      CustomSpu: UpdateOf<CustomSpuKey, string>;
      SpuGroup: UpdateOf<string, string>;
      SmartModule: UpdateOf<string, string>;
      TableFormat: UpdateOf<string, string>;
    }>
  | UnknownLabel;

const refused = struct({ key: string, action: string });

/** From version 11 on only: the official server cannot read older forms. Rust: `ObjectApiUpdateRequest`, fluvio-sc-schema/src/objects/update.rs. */
export const UpdateRequest: Type<UpdateRequest> = openLabelled({
  Topic: struct({ key: string, action: UpdateTopicAction }),
  CustomSpu: struct({ key: CustomSpuKey, action: string }),
  SpuGroup: refused,
  SmartModule: refused,
  TableFormat: refused,
});
