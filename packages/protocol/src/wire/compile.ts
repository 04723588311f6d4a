/** Turns schema nodes into layouts for one version, with every gate resolved beforehand. */
import { protocolError } from '../errors.ts';
import type { FieldNode, Layout, Node, Primitive, TagWidth } from './node.ts';
import type { Reader } from './reader.ts';
import { fieldsOf, unwritableAt, wrongType } from './unwritable.ts';
import type { Writer } from './writer.ts';

/** No gate is above it, so versions from here on are the same. A bound, because peers choose versions and layouts are kept. */
const NEWEST_VERSION = 127;

/** The version from 0 to 127 that is the same as `version` to every gate. */
export function boundedVersion(version: number): number {
  return Math.min(Math.max(version, 0), NEWEST_VERSION);
}

/** Compiles one node at one version. */
export function compile(node: Node, version: number): Layout<unknown> {
  switch (node.kind) {
    case 'primitive':
      return primitives[node.of];
    case 'option':
      return option(node.of.at(version));
    case 'list':
      return list(node.of.at(version));
    case 'map':
      return map(node.key.at(version) as Layout<string | number>, node.value.at(version));
    case 'struct':
      return struct(node.fields, version);
    case 'choice':
      return choice(node.tags, node.width);
    case 'union':
      return union(node, version);
    case 'labelled':
      return labelled(node, version);
    case 'byVersion':
      return (version < node.below ? node.old : node.now).at(version);
    case 'mapped': {
      const raw = node.of.at(version);
      const { decode, encode } = node;
      return {
        read: (r) => decode(raw.read(r) as never),
        write: (w, value) => raw.write(w, encode(value as never)),
      };
    }
  }
}

const NO_BYTES = new Uint8Array(0);

const blob: Layout<unknown> = {
  read: (r) => {
    const length = r.i32();
    return length <= 0 ? NO_BYTES : r.bytes(length);
  },
  write: (w, v) => {
    w.u32((v as Uint8Array).length);
    w.bytes(v as Uint8Array);
  },
};

const primitives: { readonly [P in Primitive]: Layout<unknown> } = {
  bool: { read: (r) => r.bool(), write: (w, v) => w.bool(v as boolean) },
  u8: { read: (r) => r.u8(), write: (w, v) => w.u8(v as number) },
  i8: { read: (r) => r.i8(), write: (w, v) => w.i8(v as number) },
  u16: { read: (r) => r.u16(), write: (w, v) => w.u16(v as number) },
  i16: { read: (r) => r.i16(), write: (w, v) => w.i16(v as number) },
  u32: { read: (r) => r.u32(), write: (w, v) => w.u32(v as number) },
  i32: { read: (r) => r.i32(), write: (w, v) => w.i32(v as number) },
  u31: {
    read: (r) => {
      const at = r.at;
      const value = r.i32();
      if (value < 0) throw r.invalid(`${value} where a negative number is not allowed`, at);
      return value;
    },
    write: (w, v) => {
      if ((v as number) < 0) throw protocolError('wire/unwritable', { what: `${v} is negative` });
      w.i32(v as number);
    },
  },
  u64: { read: (r) => r.u64(), write: (w, v) => w.u64(v as bigint) },
  i64: { read: (r) => r.i64(), write: (w, v) => w.i64(v as bigint) },
  string: { read: (r) => r.string(), write: (w, v) => w.string(v as string) },
  bytes: blob,
  records: blob,
  varBytes: {
    read: (r) => {
      const length = r.varint();
      if (length < 0) throw r.invalid(`a length of ${length}`);
      return r.bytes(length);
    },
    write: (w, v) => {
      w.varint((v as Uint8Array).length);
      w.bytes(v as Uint8Array);
    },
  },
  duration: {
    read: (r) => ({ seconds: r.u64(), nanos: r.u32() }),
    write: (w, v) => {
      const { seconds, nanos } = v as { seconds: bigint; nanos: number };
      w.u64(seconds);
      w.u32(nanos);
    },
  },
};

function option(of: Layout<unknown>): Layout<unknown> {
  return {
    read: (r) => (r.bool() ? of.read(r) : undefined),
    write: (w, value) => {
      w.bool(value !== undefined);
      if (value !== undefined) of.write(w, value);
    },
  };
}

function list(of: Layout<unknown>): Layout<unknown> {
  return {
    read: (r) => {
      const count = r.i32();
      const items: unknown[] = [];
      for (let i = 0; i < count; i++) {
        const before = r.at;
        items.push(of.read(r));
        if (r.at === before) checkProgress(r, before, i, count);
      }
      return items;
    },
    write: (w, value) => {
      const items = value as readonly unknown[];
      if (!Array.isArray(items)) throw wrongType(value, 'a list');
      w.u32(items.length);
      let at = 0;
      try {
        for (; at < items.length; at++) of.write(w, items[at]);
      } catch (error) {
        throw unwritableAt(`[${at}]`, items[at], error);
      }
    },
  };
}

/** A count is only believed as far as bytes arrive: an item that takes none cannot be repeated for ever. */
export function checkProgress(r: Reader, before: number, index: number, count: number): void {
  if (r.at === before && index >= r.remaining) throw r.invalid(`a count of ${count} items without bytes`);
}

function map(key: Layout<string | number>, value: Layout<unknown>): Layout<unknown> {
  return {
    read: (r) => {
      const count = r.u16();
      const entries = new Map<string | number, unknown>();
      for (let i = 0; i < count; i++) entries.set(key.read(r), value.read(r));
      return entries;
    },
    write: (w, entries) => {
      if (!(entries instanceof Map)) throw wrongType(entries, 'a map');
      const sorted = [...(entries as ReadonlyMap<string | number, unknown>)].sort(([a], [b]) => order(a, b));
      w.u16(sorted.length);
      for (const [k, v] of sorted) {
        try {
          key.write(w, k);
          value.write(w, v);
        } catch (error) {
          throw unwritableAt(`.get(${JSON.stringify(k)})`, v, error);
        }
      }
    },
  };
}

/** Ascending as in Rust's BTreeMap: numbers by value, texts by their UTF-8 bytes (which is by code point). */
function order(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const left = [...String(a)];
  const right = [...String(b)];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i]?.codePointAt(0) as number) - (right[i]?.codePointAt(0) as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

interface Step {
  readonly name: string;
  /** Undefined: the field does not exist at this version. */
  readonly layout: Layout<unknown> | undefined;
  readonly absent: unknown;
}

const plan = (fields: readonly FieldNode[], version: number): Step[] =>
  fields.map(({ name, type, since, until, absent }) => ({
    name,
    layout: since <= version && version <= until ? type.at(version) : undefined,
    absent,
  }));

function struct(fields: readonly FieldNode[], version: number): Layout<unknown> {
  const steps = plan(fields, version);
  return {
    read: (r) => readFields(steps, r, {}),
    write: (w, value) => writeFields(steps, w, fieldsOf(value)),
  };
}

function readFields(steps: readonly Step[], r: Reader, into: Record<string, unknown>): Record<string, unknown> {
  for (const { name, layout, absent } of steps) into[name] = layout === undefined ? absent : layout.read(r);
  return into;
}

function writeFields(steps: readonly Step[], w: Writer, value: Record<string, unknown>): void {
  let step: Step | undefined;
  try {
    for (step of steps) step.layout?.write(w, value[step.name]);
  } catch (error) {
    throw unwritableAt(`.${step?.name}`, value[step?.name as string], error);
  }
}

const tagReaders: { readonly [W in TagWidth]: (r: Reader) => number } = {
  u8: (r) => r.u8(),
  i16: (r) => r.i16(),
  u16: (r) => r.u16(),
};
const tagWriters: { readonly [W in TagWidth]: (w: Writer, tag: number) => void } = {
  u8: (w, tag) => w.u8(tag),
  i16: (w, tag) => w.i16(tag),
  u16: (w, tag) => w.u16(tag),
};

function choice(tags: Readonly<Record<string, number>>, width: TagWidth): Layout<unknown> {
  const names = new Map(Object.entries(tags).map(([name, tag]) => [tag, name]));
  const known = Object.keys(tags).join(', ');
  return {
    read: (r) => {
      const at = r.at;
      const tag = tagReaders[width](r);
      const name = names.get(tag);
      if (name === undefined) throw r.invalid(`unknown tag ${tag} (known: ${known})`, at);
      return name;
    },
    write: (w, value) => {
      const tag = tags[value as string];
      if (tag === undefined) throw protocolError('wire/unwritable', { what: `'${value}' is none of ${known}` });
      tagWriters[width](w, tag);
    },
  };
}

function union(node: Extract<Node, { kind: 'union' }>, version: number): Layout<unknown> {
  const { width, open } = node;
  const variants = node.variants.map((v) => ({ name: v.name, tag: v.tag, steps: plan(v.fields, version) }));
  const byTag = new Map(variants.map((v) => [v.tag, v]));
  const byName = new Map(variants.map((v) => [v.name, v]));
  const known = variants.map((v) => v.name).join(', ');
  return {
    read: (r) => {
      const at = r.at;
      const tag = tagReaders[width](r);
      const found = byTag.get(tag);
      if (found !== undefined) return readFields(found.steps, r, { kind: found.name });
      if (open) return { kind: 'Unknown', tag };
      throw r.invalid(`unknown tag ${tag} (known: ${known})`, at);
    },
    write: (w, value) => {
      const { kind } = fieldsOf(value) as { kind: string };
      const found = byName.get(kind);
      if (found !== undefined) {
        tagWriters[width](w, found.tag);
        writeFields(found.steps, w, value as Record<string, unknown>);
      } else if (open && kind === 'Unknown') {
        tagWriters[width](w, (value as { tag: number }).tag);
      } else {
        throw protocolError('wire/unwritable', { what: `'${kind}' is none of ${known}` });
      }
    },
  };
}

function labelled(node: Extract<Node, { kind: 'labelled' }>, version: number): Layout<unknown> {
  const layouts = new Map(Object.entries(node.variants).map(([label, of]) => [label, of.at(version)]));
  const known = [...layouts.keys()].join(', ');
  const sized = version >= node.sizedSince;
  const open = node.open && sized;
  return {
    read: (r) => {
      const at = r.at;
      const label = r.string();
      const layout = layouts.get(label);
      if (layout !== undefined) {
        if (!sized) return { label, body: layout.read(r) };
        return { label, body: r.within(Math.max(0, r.i32()), () => layout.read(r)) };
      }
      if (open) return { label: 'Unknown', name: label, body: r.bytes(Math.max(0, r.i32())) };
      throw unknownLabel(r, label, known, at);
    },
    write: (w, value) => {
      const { label, body } = fieldsOf(value) as { label: string; body: unknown };
      const layout = layouts.get(label);
      if (layout === undefined) {
        if (!open || label !== 'Unknown') {
          throw protocolError('wire/unwritable', { what: `'${label}' is none of ${known}` });
        }
        w.string((value as { name: string }).name);
        w.u32((body as Uint8Array).length);
        w.bytes(body as Uint8Array);
        return;
      }
      w.string(label);
      const size = sized ? w.reserveSize() : undefined;
      try {
        layout.write(w, body);
      } catch (error) {
        throw unwritableAt('.body', body, error);
      }
      if (size !== undefined) w.patchSize(size);
    },
  };
}

/** The error of a label that its place does not know. */
export function unknownLabel(r: Reader, label: string, known: string, at: number): Error {
  return r.invalid(`unknown object '${label}' (known: ${known})`, at);
}
