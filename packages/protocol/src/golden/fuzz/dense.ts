/** The values that take the most memory for their bytes: for every list and map of a schema, one that is full of little. */
import type { FieldNode, Node, Primitive, Type } from '../../wire/node.ts';

/** A value in which one list or map has `count` items, each as small as can be. */
export interface Dense {
  /** Where the list is. */
  readonly path: string;
  readonly value: unknown;
}

/** Every such value of a schema. */
export function denseValues(type: Type<unknown>, version: number, count: number): Dense[] {
  return dense(type.node, version, count);
}

function dense(node: Node, version: number, count: number): Dense[] {
  const inside = (of: Type<unknown>, path: string, around: (value: unknown) => unknown): Dense[] =>
    dense(of.node, version, count).map((found) => ({ path: path + found.path, value: around(found.value) }));
  const fields = (nodes: readonly FieldNode[], path: string): Dense[] =>
    present(nodes, version).flatMap(({ name, type }) =>
      inside(type, `${path}.${name}`, (value) => ({ ...smallestFields(nodes, version), [name]: value })),
    );

  switch (node.kind) {
    case 'primitive':
    case 'choice':
      return [];
    case 'option':
      return inside(node.of, '', (value) => value);
    case 'list':
      return [
        { path: '[]', value: Array.from({ length: count }, () => smallest(node.of.node, version)) },
        ...inside(node.of, '[0]', (value) => [value]),
      ];
    case 'map': {
      const keys = Array.from({ length: Math.min(count, 65_535) }, (_, i) => i);
      const text = typeof smallest(node.key.node, version) === 'string';
      const entry = smallest(node.value.node, version);
      return [
        { path: '{}', value: new Map(keys.map((key) => [text ? key.toString(36) : key, entry])) },
        ...inside(node.value, '{0}', (value) => new Map([[smallest(node.key.node, version), value]])),
      ];
    }
    case 'struct':
      return fields(node.fields, '');
    case 'union':
      return node.variants.flatMap(({ name, fields: nodes }) =>
        fields(nodes, `.${name}`).map(({ path, value }) => ({ path, value: { kind: name, ...(value as object) } })),
      );
    case 'labelled':
      return Object.entries(node.variants).flatMap(([label, of]) => inside(of, label, (body) => ({ label, body })));
    case 'byVersion':
      return dense((version < node.below ? node.old : node.now).node, version, count);
    case 'mapped':
      return inside(node.of, '', (raw) => node.decode(raw as never));
  }
}

const present = (nodes: readonly FieldNode[], version: number): FieldNode[] =>
  nodes.filter(({ since, until }) => since <= version && version <= until);

/** The value that takes the fewest bytes. */
function smallest(node: Node, version: number): unknown {
  switch (node.kind) {
    case 'primitive':
      return smallestOf[node.of];
    case 'option':
      return undefined;
    case 'list':
      return [];
    case 'map':
      return new Map();
    case 'struct':
      return smallestFields(node.fields, version);
    case 'choice':
      return Object.keys(node.tags)[0];
    case 'union': {
      const [first] = node.variants;
      return { kind: first?.name, ...smallestFields(first?.fields ?? [], version) };
    }
    case 'labelled': {
      const [first] = Object.entries(node.variants);
      return { label: first?.[0], body: first === undefined ? undefined : smallest(first[1].node, version) };
    }
    case 'byVersion':
      return smallest((version < node.below ? node.old : node.now).node, version);
    case 'mapped':
      return node.decode(smallest(node.of.node, version) as never);
  }
}

const smallestFields = (nodes: readonly FieldNode[], version: number): Record<string, unknown> => ({
  ...Object.fromEntries(nodes.map(({ name, absent }) => [name, absent])),
  ...Object.fromEntries(present(nodes, version).map(({ name, type }) => [name, smallest(type.node, version)])),
});

const nothing = new Uint8Array(0);

const smallestOf: { readonly [P in Primitive]: unknown } = {
  bool: false,
  u8: 0,
  i8: 0,
  u16: 0,
  i16: 0,
  u32: 0,
  i32: 0,
  u31: 0,
  u64: 0n,
  i64: 0n,
  string: '',
  bytes: nothing,
  records: nothing,
  varBytes: nothing,
  duration: { seconds: 0n, nanos: 0 },
};
