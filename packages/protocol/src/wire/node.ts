/** What schemas are made of: plain values that the compiler, the reference pages and the property tests walk. */
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** The primitive words of the wire. */
export type Primitive =
  | 'bool'
  | 'u8'
  | 'i8'
  | 'u16'
  | 'i16'
  | 'u32'
  | 'i32'
  | 'u31'
  | 'u64'
  | 'i64'
  | 'string'
  | 'bytes'
  | 'records'
  | 'varBytes'
  | 'duration';

/** Widths of an enum's tag. */
export type TagWidth = 'u8' | 'i16' | 'u16';

/** A field of a struct, present when `since` ≤ version ≤ `until`; otherwise readers see `absent`. */
export interface FieldNode {
  readonly name: string;
  readonly type: Type<unknown>;
  readonly since: number;
  readonly until: number;
  readonly absent: unknown;
}

/** One variant of a tagged union. */
export interface VariantNode {
  readonly name: string;
  readonly tag: number;
  readonly fields: readonly FieldNode[];
}

/** What a schema is made of; a plain value that tools can walk. */
export type Node =
  | { readonly kind: 'primitive'; readonly of: Primitive }
  | { readonly kind: 'option'; readonly of: Type<unknown> }
  | { readonly kind: 'list'; readonly of: Type<unknown> }
  | { readonly kind: 'map'; readonly key: Type<unknown>; readonly value: Type<unknown> }
  | { readonly kind: 'struct'; readonly fields: readonly FieldNode[] }
  | { readonly kind: 'choice'; readonly width: TagWidth; readonly tags: Readonly<Record<string, number>> }
  | {
      readonly kind: 'union';
      readonly width: TagWidth;
      readonly variants: readonly VariantNode[];
      readonly open: boolean;
    }
  | {
      readonly kind: 'labelled';
      readonly variants: Readonly<Record<string, Type<unknown>>>;
      /** From this version on the length of the body follows the label. */
      readonly sizedSince: number;
      /** Whether sized bodies of unknown labels are kept as bytes. */
      readonly open: boolean;
    }
  | { readonly kind: 'byVersion'; readonly below: number; readonly old: Type<unknown>; readonly now: Type<unknown> }
  | {
      readonly kind: 'mapped';
      readonly of: Type<unknown>;
      /** Makes the value of what was read. */
      readonly decode: (raw: never) => unknown;
      /** Makes what is written of the value. */
      readonly encode: (value: never) => unknown;
    };

/** How values of `T` lie on the wire at one version: reads them and writes them. */
export interface Layout<T> {
  /**
   * Takes one value from where the reader stands. Values view the reader's bytes instead of copying them.
   *
   * @throws FluvioError `wire/truncated`, `wire/invalid`
   */
  read(reader: Reader): T;
  /**
   * Appends one value.
   *
   * @throws FluvioError `wire/unwritable`, whose `path` leads to the part that cannot be written
   */
  write(writer: Writer, value: T): void;
}

/** A schema of `T`. */
export interface Type<T> {
  /** The declaration, for tools. */
  readonly node: Node;
  /** The layout at one version, compiled once. Any number will do: versions below 0 are 0, those above 127 are 127. */
  at(version: number): Layout<T>;
}
