/** Delete (key 1002): removes an object. */
import type { Type, UnknownLabel } from '../../wire/schema.ts';
import { bool, i32, mapped, openLabelled, since, string, struct, worded } from '../../wire/schema.ts';
import type { CreateLabel } from './create.ts';
import type { Labelled } from './objects.ts';

/** A custom SPU, by its name or its number. Rust: `CustomSpuKey`, fluvio-controlplane-metadata/src/spu/mod.rs. */
export type CustomSpuKey =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'id'; readonly id: number };

/** The word `Name` or `Id`, then the name or the number. */
export const CustomSpuKey: Type<CustomSpuKey> = mapped(
  worded({ Name: string, Id: i32 }),
  ({ label, body }): CustomSpuKey => (label === 'Name' ? { kind: 'name', name: body } : { kind: 'id', id: body }),
  (key) =>
    key.kind === 'name' ? ({ label: 'Name', body: key.name } as const) : ({ label: 'Id', body: key.id } as const),
);

/** Labels of the objects that can be deleted. */
export type DeleteLabel = CreateLabel;

/** How the objects of a label are named. */
export type KeyOf<L extends DeleteLabel> = L extends 'CustomSpu' ? CustomSpuKey : string;

/** One object to delete. Rust: `DeleteRequest`, fluvio-sc-schema/src/objects/delete.rs. */
export interface DeleteOf<Key> {
  readonly key: Key;
  /** Needed for system topics, ignored for everything else. */
  readonly force: boolean;
}

/** An object to delete under its label. A label that is none of these comes as `{ label: 'Unknown', name, body }`. */
export type DeleteRequest = Labelled<{ [L in DeleteLabel]: DeleteOf<KeyOf<L>> }> | UnknownLabel;

const remove = <Key>(key: Type<Key>): Type<DeleteOf<Key>> =>
  struct({ key, force: since(13, bool, false) }) as Type<DeleteOf<Key>>;
const byName = remove(string);

/** Rust: `ObjectApiDeleteRequest`, fluvio-sc-schema/src/objects/delete.rs. */
export const DeleteRequest: Type<DeleteRequest> = openLabelled({
  Topic: byName,
  CustomSpu: remove(CustomSpuKey),
  SpuGroup: byName,
  SmartModule: byName,
  TableFormat: byName,
  Mirror: byName,
});
