/** Random values of any schema, for property tests. */
// biome-ignore-all lint/correctness/noNodejsModules: test support, neither built nor published
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { FieldNode, Node, Primitive, TagWidth, Type } from '../wire/node.ts';

/**
 * Values that `type` can write at `version` and reads back unchanged: fields that do not exist at that version hold what
 * readers see.
 */
export function arbitraryOf<T>(type: Type<T>, version: number): fc.Arbitrary<T> {
  return ofNode(type.node, version) as fc.Arbitrary<T>;
}

function ofNode(node: Node, version: number): fc.Arbitrary<unknown> {
  switch (node.kind) {
    case 'primitive':
      return primitives[node.of];
    case 'option':
      return fc.option(arbitraryOf(node.of, version), { nil: undefined });
    case 'list':
      return fc.array(arbitraryOf(node.of, version), { maxLength: 3 });
    case 'map':
      return fc
        .uniqueArray(fc.tuple(arbitraryOf(node.key, version), arbitraryOf(node.value, version)), {
          maxLength: 3,
          selector: ([key]) => key,
        })
        .map((entries) => new Map(entries));
    case 'struct':
      return record(fields(node.fields, version));
    case 'choice':
      return fc.constantFrom(...Object.keys(node.tags));
    case 'union': {
      const variants = node.variants.map((v) => record({ kind: fc.constant(v.name), ...fields(v.fields, version) }));
      return fc.oneof(
        ...variants,
        ...(node.open ? [unknownVariant(node.width, new Set(node.variants.map((v) => v.tag)))] : []),
      );
    }
    case 'labelled': {
      const labels = Object.keys(node.variants);
      const bodies = Object.entries(node.variants).map(([label, of]) =>
        record({ label: fc.constant(label), body: arbitraryOf(of, version) }),
      );
      return fc.oneof(...bodies, ...(node.open && version >= node.sizedSince ? [unknownLabel(labels)] : []));
    }
    case 'byVersion':
      return arbitraryOf(version < node.below ? node.old : node.now, version);
    case 'mapped':
      // Some layouts cannot hold every value of their type; what they make of it is tested by hand.
      return arbitraryOf(node.of, version)
        .map((raw) => node.decode(raw as never))
        .filter((value) => isDeepStrictEqual(node.decode(node.encode(value as never) as never), value));
  }
}

const record = (of: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  fc.record(of, { noNullPrototype: true });

const fields = (nodes: readonly FieldNode[], version: number): Record<string, fc.Arbitrary<unknown>> =>
  Object.fromEntries(
    nodes.map(({ name, type, since, until, absent }) => [
      name,
      since <= version && version <= until ? arbitraryOf(type, version) : fc.constant(absent),
    ]),
  );

const unknownVariant = (width: TagWidth, known: ReadonlySet<number>): fc.Arbitrary<unknown> =>
  record({ kind: fc.constant('Unknown'), tag: tags[width].filter((tag) => !known.has(tag)) });

const unknownLabel = (known: readonly string[]): fc.Arbitrary<unknown> =>
  record({
    label: fc.constant('Unknown'),
    name: text.filter((name) => !known.includes(name)),
    body: fc.uint8Array({ maxLength: 12 }),
  });

const integer = (bits: number, signed: boolean): fc.Arbitrary<number> =>
  signed
    ? fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
    : fc.integer({ min: 0, max: 2 ** bits - 1 });

const tags: { readonly [W in TagWidth]: fc.Arbitrary<number> } = {
  u8: integer(8, false),
  i16: integer(16, true),
  u16: integer(16, false),
};

/** Any code points but lone surrogates, which UTF-8 cannot hold; sometimes beyond the short path of reader and writer. */
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 8 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);
const blob = fc.uint8Array({ maxLength: 24 });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const primitives: { readonly [P in Primitive]: fc.Arbitrary<unknown> } = {
  bool: fc.boolean(),
  u8: integer(8, false),
  i8: integer(8, true),
  u16: integer(16, false),
  i16: integer(16, true),
  u32: integer(32, false),
  i32: integer(32, true),
  u31: fc.nat(2 ** 31 - 1),
  u64,
  i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  string: text,
  bytes: blob,
  records: blob,
  varBytes: blob,
  duration: record({ seconds: u64, nanos: integer(32, false) }),
};
