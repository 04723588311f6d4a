/**
 * Reads a value as its layout does and keeps which bytes said what: for people who look at frames, and for fuzzing, which
 * wants to know where the lengths are.
 */
import type { FluvioError } from '../errors.ts';
import { isFluvioError } from '../errors.ts';
import { boundedVersion, checkProgress, compile, unknownLabel } from '../wire/compile.ts';
import type { FieldNode, Node, Type } from '../wire/node.ts';
import type { Reader } from '../wire/reader.ts';
import type { Json } from './json.ts';
import type { Part, Place, ShowOptions } from './place.ts';
import { group, leaf, shown } from './place.ts';
import { traceRecordSet } from './record-set.ts';

/** What was read of a value. */
export interface Trace {
  /** All of it, or what comes before the place where it cannot be read. */
  readonly parts: readonly Part[];
  /** The value; absent where it cannot be read. */
  readonly value?: unknown;
  /** Why it cannot be read. */
  readonly error?: FluvioError;
  /** What the record sets in it say, by the bytes that they were read as. */
  readonly recordSets: ReadonlyMap<unknown, Json>;
}

/** Reads the value of `type` that the reader stands at. */
export function tracePart(
  type: Type<unknown>,
  version: number,
  name: string,
  reader: Reader,
  options?: ShowOptions,
): Trace {
  const place: Place = { reader, parts: [], show: shown(options), recordSets: new Map() };
  const { parts, recordSets } = place;
  try {
    return { parts, recordSets, value: trace(type.node, boundedVersion(version), name, place) };
  } catch (error) {
    if (isFluvioError(error)) return { parts, recordSets, error };
    throw error;
  }
}

function trace(node: Node, version: number, name: string, place: Place): unknown {
  const { reader } = place;
  switch (node.kind) {
    case 'primitive':
      if (node.of === 'records') return traceRecordSet(place, name);
      return leaf(place, name, node.of, () => compile(node, version).read(reader));
    case 'choice':
      return leaf(place, name, 'enum', () => compile(node, version).read(reader));
    case 'option':
      return group(place, name, 'option', (inner) =>
        leaf(inner, 'present', 'bool', () => reader.bool()) ? trace(node.of.node, version, name, inner) : undefined,
      );
    case 'list':
      return group(place, name, 'list', (inner) => {
        const count = leaf(inner, 'count', 'i32', () => reader.i32());
        const items: unknown[] = [];
        for (let i = 0; i < count; i++) {
          const before = reader.at;
          items.push(trace(node.of.node, version, `[${i}]`, inner));
          checkProgress(reader, before, i, count);
        }
        return items;
      });
    case 'map':
      return group(place, name, 'map', (inner) => {
        const count = leaf(inner, 'count', 'u16', () => reader.u16());
        const entries = new Map<unknown, unknown>();
        for (let i = 0; i < count; i++) {
          const key = trace(node.key.node, version, 'key', inner);
          entries.set(key, trace(node.value.node, version, String(key), inner));
        }
        return entries;
      });
    case 'struct':
      return group(place, name, 'struct', (inner) => traceFields(node.fields, version, {}, inner));
    case 'union':
      return group(place, name, 'enum', (inner) => traceUnion(node, version, inner));
    case 'labelled':
      return group(place, name, 'labelled', (inner) => traceLabelled(node, version, inner));
    case 'byVersion':
      return trace((version < node.below ? node.old : node.now).node, version, name, place);
    case 'mapped':
      return node.decode(trace(node.of.node, version, name, place) as never);
  }
}

function traceFields(
  fields: readonly FieldNode[],
  version: number,
  into: Record<string, unknown>,
  place: Place,
): Record<string, unknown> {
  for (const { name, type, since, until, absent } of fields) {
    const exists = since <= version && version <= until;
    into[name] = exists ? trace(type.node, version, name, place) : absent;
  }
  return into;
}

function traceUnion(node: Extract<Node, { kind: 'union' }>, version: number, place: Place): unknown {
  // The same enum without data reads the tag, and refuses the same ones.
  const tags = compile({ ...node, variants: node.variants.map((v) => ({ ...v, fields: [] })) }, version);
  const value = leaf(
    place,
    'tag',
    node.width,
    () => tags.read(place.reader) as { kind: string; tag?: number },
    ({ kind, tag }) => tag ?? kind,
  );
  return traceFields(node.variants.find((v) => v.name === value.kind)?.fields ?? [], version, { ...value }, place);
}

function traceLabelled(node: Extract<Node, { kind: 'labelled' }>, version: number, place: Place): unknown {
  const { reader } = place;
  const sized = version >= node.sizedSince;
  const at = reader.at;
  const label = leaf(place, 'label', 'string', () => reader.string());
  const of = Object.hasOwn(node.variants, label) ? node.variants[label] : undefined;
  if (of === undefined && !(node.open && sized))
    throw unknownLabel(reader, label, Object.keys(node.variants).join(', '), at);
  if (of !== undefined && !sized) return { label, body: trace(of.node, version, 'body', place) };

  const size = Math.max(
    0,
    leaf(place, 'size', 'i32', () => reader.i32()),
  );
  if (of === undefined) {
    return { label: 'Unknown', name: label, body: leaf(place, 'body', 'raw', () => reader.bytes(size)) };
  }
  const body = reader.within(size, () => {
    const value = trace(of.node, version, 'body', place);
    if (reader.remaining > 0) leaf(place, 'skipped', 'raw', () => reader.bytes(reader.remaining));
    return value;
  });
  return { label, body };
}
