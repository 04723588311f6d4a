/** What all administered objects have in common, and what the verbs need to know of a kind. */
import type { Api, ListQuery, MetadataUpdate, WatchQuery } from '@fluvio-ts/protocol';

/** The object that another one belongs to. Derived from names and specs: the wire does not carry it. */
export interface Owner {
  readonly kind: 'topic' | 'spu-group' | 'mirror';
  readonly name: string;
}

/** An object of the cluster, as it was when it was read. A plain value: compare it, spread it, keep it. */
export interface AdminObject<Kind extends string, Spec, Status> {
  readonly kind: Kind;
  /** Unique within its kind. */
  readonly name: string;
  /** What it shall be. */
  readonly spec: Spec;
  /** What it is. */
  readonly status: Status;
  /** Whom it belongs to; undefined where it stands for itself. */
  readonly owner: Owner | undefined;
}

/** An object of any kind, as the verbs that all kinds share see it. */
export type AnyObject = AdminObject<string, unknown, unknown>;

/** A kind of objects that can be listed: how it is read from the wire. */
export interface ListedKind<Wire extends { readonly name: string }, T extends AnyObject> {
  /** Plural, for error texts. */
  readonly plural: string;
  readonly list: Api<ListQuery, readonly Wire[]>;
  fromWire(wire: Wire): T;
  /** The order of lists. */
  order(a: T, b: T): number;
}

/** A kind of objects that can be watched, too. */
export interface Kind<Wire extends { readonly name: string }, T extends AnyObject> extends ListedKind<Wire, T> {
  readonly watch: Api<WatchQuery, MetadataUpdate<Wire>>;
  /** One object's state in a few words, for error texts. */
  state(object: T): string;
}

/** By name, independent of the locale. */
export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
