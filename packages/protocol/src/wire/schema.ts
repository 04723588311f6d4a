/**
 * Message schemas as data: one declaration gives the type, the layout at every version, the reference page and the
 * property tests.
 *
 * Gates of versions (`since`) apply to fields of structs, as in Rust's derive macro, and not inside enums.
 */
import { boundedVersion, compile } from './compile.ts';
import type { FieldNode, Layout, Node, Primitive, TagWidth, Type, VariantNode } from './node.ts';

export type { FieldNode, Layout, Node, Primitive, TagWidth, Type, VariantNode };

/** The TypeScript type of a schema. */
export type Infer<S> = S extends Type<infer T> ? T : never;

/** Declares a schema from its node. */
function type<T>(node: Node): Type<T> {
  const compiled = new Map<number, Layout<T>>();
  return {
    node,
    at(version) {
      const known = compiled.get(version);
      if (known !== undefined) return known;
      const bounded = boundedVersion(version);
      const layout = compiled.get(bounded) ?? (compile(node, bounded) as Layout<T>);
      compiled.set(bounded, layout);
      return layout;
    },
  };
}

const primitive = <T>(of: Primitive): Type<T> => type<T>({ kind: 'primitive', of });

/** One byte, 0 or 1. */
export const bool: Type<boolean> = primitive('bool');
/** An unsigned byte. */
export const u8: Type<number> = primitive('u8');
/** A signed byte. */
export const i8: Type<number> = primitive('i8');
/** Unsigned, 2 bytes, big-endian. */
export const u16: Type<number> = primitive('u16');
/** Signed, 2 bytes, big-endian. */
export const i16: Type<number> = primitive('i16');
/** Unsigned, 4 bytes, big-endian. */
export const u32: Type<number> = primitive('u32');
/** Signed, 4 bytes, big-endian. */
export const i32: Type<number> = primitive('i32');
/** Signed, 4 bytes, big-endian, and never negative: servers close the connection if it is. */
export const u31: Type<number> = primitive('u31');
/** Unsigned, 8 bytes, big-endian. */
export const u64: Type<bigint> = primitive('u64');
/** Signed, 8 bytes, big-endian. */
export const i64: Type<bigint> = primitive('i64');
/** A u16 byte length (at most 32,767) and UTF-8. */
export const string: Type<string> = primitive('string');
/**
 * A `Uint8Array`, under a name because declaration files would otherwise hold it with a type argument, which TypeScript
 * 5.4 refuses.
 */
export interface Bytes extends Uint8Array {}
/** A u32 length and raw bytes. */
export const bytes: Type<Bytes> = primitive('bytes');
/** The same bytes on the wire: whole batches back to back, the last of which servers may cut. Rust: `RecordSet`. */
export const records: Type<Bytes> = primitive('records');
/** A varint length and raw bytes. Rust: `RecordData`. */
export const varBytes: Type<Bytes> = primitive('varBytes');

/** Whole seconds and nanoseconds, 12 bytes. Rust: `Duration`. */
export interface Duration {
  readonly seconds: bigint;
  readonly nanos: number;
}
/** u64 seconds, u32 nanoseconds. */
export const duration: Type<Duration> = primitive('duration');

/** A flag byte, then the value if it is 1. */
export const option = <T>(of: Type<T>): Type<T | undefined> => type({ kind: 'option', of });

/** A u32 count, then the items. */
export const list = <T>(of: Type<T>): Type<readonly T[]> => type({ kind: 'list', of });

/** A u16 count, then keys and values in ascending order of keys. */
export const map = <K extends string | number, V>(key: Type<K>, value: Type<V>): Type<ReadonlyMap<K, V>> =>
  type({ kind: 'map', key, value });

/** A field with version gates; made by {@link since}. */
export interface Gated<T> {
  readonly gated: Type<T>;
  readonly since: number;
  readonly until: number;
  readonly absent: T;
}

/** A field that exists from `version` to `until` only; at other versions readers see `absent` and writers write nothing. */
export const since = <T>(
  version: number,
  of: Type<T>,
  absent: NoInfer<T>,
  until: number = Number.POSITIVE_INFINITY,
): Gated<T> => ({ gated: of, since: version, until, absent });

/** The fields of a struct or variant by name. */
export type Fields = Readonly<Record<string, Type<unknown> | Gated<unknown>>>;

/** The value type of {@link Fields}. */
export type Shape<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Type<infer T> ? T : F[K] extends Gated<infer T> ? T : never;
};

const fieldNodes = (fields: Fields): FieldNode[] =>
  Object.entries(fields).map(([name, field]) =>
    'gated' in field
      ? { name, type: field.gated, since: field.since, until: field.until, absent: field.absent }
      : { name, type: field, since: 0, until: Number.POSITIVE_INFINITY, absent: undefined },
  );

/** Fields one after another. */
export const struct = <const F extends Fields>(fields: F): Type<Shape<F>> =>
  type({ kind: 'struct', fields: fieldNodes(fields) });

/** An enum without data: its names, each with its tag. The value is the name. */
export const choice = <const T extends Readonly<Record<string, number>>>(
  tags: T,
  width: TagWidth = 'u8',
): Type<keyof T & string> => type({ kind: 'choice', width, tags });

/** A variant of {@link union}: its tag and its fields. */
export interface Variant<T> {
  readonly tag: number;
  readonly fields: readonly FieldNode[];
  /** Never present: carries the type of the fields. */
  readonly shape?: T;
}

/**
 * Declares a variant with its tag and its fields. Given a struct instead of fields, the variant holds the struct's
 * fields with their gates: Rust's `Variant(Struct)`.
 */
export function variant<const F extends Readonly<Record<string, Type<unknown>>> = Record<never, never>>(
  tag: number,
  fields?: F,
): Variant<Shape<F>>;
export function variant<T>(tag: number, struct: Type<T>): Variant<T>;
export function variant(tag: number, of: Fields | Type<unknown> = {}): Variant<unknown> {
  if (typeof of.at !== 'function') return { tag, fields: fieldNodes(of as Fields) };
  const { node } = of as Type<unknown>;
  if (node.kind !== 'struct') throw new TypeError(`a variant holds fields or a struct, not a ${node.kind}`);
  return { tag, fields: node.fields };
}

/** The value type of a union: `{ kind: name, …fields }`. */
export type UnionShape<V extends Readonly<Record<string, Variant<unknown>>>> = {
  readonly [K in keyof V]: { readonly kind: K } & (V[K] extends Variant<infer T> ? T : never);
}[keyof V];

const variantNodes = (variants: Readonly<Record<string, Variant<unknown>>>): VariantNode[] =>
  Object.entries(variants).map(([name, { tag, fields }]) => ({ name, tag, fields }));

/** An enum with data: a tag, then the fields of that variant. */
export const union = <const V extends Readonly<Record<string, Variant<unknown>>>>(
  variants: V,
  width: TagWidth = 'u8',
): Type<UnionShape<V>> => type({ kind: 'union', width, variants: variantNodes(variants), open: false });

/** The value of an open union whose tag is unknown: kept, assumed to carry no data. */
export interface UnknownVariant {
  readonly kind: 'Unknown';
  readonly tag: number;
}

/** A {@link union} that keeps unknown tags as `{ kind: 'Unknown', tag }` and reads no data for them. */
export const openUnion = <const V extends Readonly<Record<string, Variant<unknown>>>>(
  variants: V,
  width: TagWidth = 'u8',
): Type<UnionShape<V> | UnknownVariant> => type({ kind: 'union', width, variants: variantNodes(variants), open: true });

/** The value type of {@link labelled}. */
export type LabelledShape<V extends Readonly<Record<string, Type<unknown>>>> = {
  readonly [K in keyof V]: { readonly label: K; readonly body: Infer<V[K]> };
}[keyof V];

/** From this version of the SC's API on, labelled bodies carry their length. */
const SIZED_LABELS_SINCE = 11;

/**
 * A body that a text names: the label, from version 11 on the u32 length of the body, the body. Bytes of the body that
 * its schema does not know are skipped. Rust: `TypeBuffer`.
 */
export const labelled = <const V extends Readonly<Record<string, Type<unknown>>>>(
  variants: V,
): Type<LabelledShape<V>> => type({ kind: 'labelled', variants, sizedSince: SIZED_LABELS_SINCE, open: false });

/** The value of an open labelled body whose label is unknown: its name and its bytes, as they came. */
export interface UnknownLabel {
  readonly label: 'Unknown';
  readonly name: string;
  readonly body: Uint8Array;
}

/** A {@link labelled} that keeps a body with an unknown label as {@link UnknownLabel}, from version 11 on. */
export const openLabelled = <const V extends Readonly<Record<string, Type<unknown>>>>(
  variants: V,
): Type<LabelledShape<V> | UnknownLabel> =>
  type({ kind: 'labelled', variants, sizedSince: SIZED_LABELS_SINCE, open: true });

/** A body that a text names, without a length at any version. */
export const worded = <const V extends Readonly<Record<string, Type<unknown>>>>(variants: V): Type<LabelledShape<V>> =>
  type({ kind: 'labelled', variants, sizedSince: Number.POSITIVE_INFINITY, open: false });

/**
 * `of`, whose values of newer variants are written as `older` makes them below `version`: servers send no variant that
 * its reader cannot know. Reading takes every variant at every version, as Rust's readers do.
 */
export const newerSince = <T>(version: number, of: Type<T>, older: (value: NoInfer<T>) => NoInfer<T>): Type<T> =>
  byVersion(
    version,
    mapped(of, (value) => value, older),
    of,
  );

/** One layout below `version`, another from it on. Both have the same value type. */
export const byVersion = <T>(below: number, old: Type<T>, now: Type<T>): Type<T> =>
  type({ kind: 'byVersion', below, old, now });

/** The same bytes as `of` under another value type. */
export const mapped = <R, T>(of: Type<R>, decode: (raw: R) => T, encode: (value: T) => R): Type<T> =>
  type({ kind: 'mapped', of, decode: decode as (raw: never) => unknown, encode: encode as (value: never) => unknown });
