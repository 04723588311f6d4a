/** A fixed value of any schema: never empty, with numbers at their limits and texts beyond ASCII. */
import type { schema, Type } from '@fluvio-ts/protocol';

/** A value of `type` as it is at `version`; another one for each `turn`. */
export function sampleOf(type: Type<unknown>, version: number, turn: number): unknown {
  let made = turn;
  const pick = <T>(items: readonly T[]): T => items[made++ % items.length] as T;
  const sample = (of: Type<unknown>): unknown => sampleOfNode(of.node);
  const fields = (nodes: readonly schema.FieldNode[]): Record<string, unknown> =>
    Object.fromEntries(
      nodes.map(({ name, type: of, since, until, absent }) => [
        name,
        since <= version && version <= until ? sample(of) : absent,
      ]),
    );

  function sampleOfNode(node: schema.Node): unknown {
    switch (node.kind) {
      case 'primitive':
        return pick(values[node.of]);
      case 'option':
        return pick([true, true, false]) ? sample(node.of) : undefined;
      case 'list':
        return Array.from({ length: pick([2, 1, 3]) }, () => sample(node.of));
      case 'map':
        return new Map(Array.from({ length: 3 }, () => [sample(node.key), sample(node.value)]));
      case 'struct':
        return fields(node.fields);
      case 'choice':
        return pick(Object.keys(node.tags));
      case 'union': {
        const variant = pick(node.variants);
        return { kind: variant.name, ...fields(variant.fields) };
      }
      case 'labelled': {
        const [label, of] = pick(Object.entries(node.variants));
        return { label, body: sample(of) };
      }
      case 'byVersion':
        return sample(version < node.below ? node.old : node.now);
      case 'mapped':
        // There and back once, because some layouts cannot hold every value of their type.
        return node.decode(node.encode(node.decode(sampleOfNode(node.of.node) as never) as never) as never);
    }
  }
  return sample(type);
}

const bytes = [Uint8Array.of(0, 255, 128), new Uint8Array(40).fill(7), new Uint8Array(0)];
const texts = ['topic', 'ключ 語 😀', 'x'.repeat(40), '', 'é'];
const u32s = [0, 0xffff_ffff, 0x8000_0000, 7];

const values: { readonly [P in schema.Primitive]: readonly unknown[] } = {
  bool: [true, false],
  u8: [0, 255, 128],
  i8: [-128, 127, 0],
  u16: [0, 65_535, 9003],
  i16: [-32_768, 32_767, 0],
  u32: u32s,
  i32: [-0x8000_0000, 0x7fff_ffff, 0],
  u31: [0, 0x7fff_ffff, 1500],
  u64: [0n, 2n ** 64n - 1n, 2n ** 53n + 1n],
  i64: [-(2n ** 63n), 2n ** 63n - 1n, -1n],
  string: texts,
  bytes,
  records: bytes,
  varBytes: bytes,
  duration: [{ seconds: 2n ** 64n - 1n, nanos: 999_999_999 }],
};
