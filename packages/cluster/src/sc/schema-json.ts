/**
 * Values of wire schemas as JSON, for files that people may read: 64-bit integers as numbers while they are exact and as
 * texts above, bytes in base64, maps as objects, absent values left out.
 */
import type { schema, Type } from '@fluvio-ts/protocol';
import { int64FromJson, int64ToJson } from '@fluvio-ts/protocol';

type Node = schema.Node;
type FieldNode = schema.FieldNode;
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A value of `type` as JSON. */
export function toJson<T>(type: Type<T>, value: T): Json {
  return write(type.node, value);
}

/** The value of `type` that {@link toJson} wrote. @throws TypeError that says where it is something else */
export function fromJson<T>(type: Type<T>, json: unknown): T {
  return read(type.node, json, '') as T;
}

function write(node: Node, value: unknown): Json {
  switch (node.kind) {
    case 'primitive':
      if (typeof value === 'bigint') return int64ToJson(value);
      if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
      if (node.of === 'duration') {
        const { seconds, nanos } = value as schema.Duration;
        return { seconds: int64ToJson(seconds), nanos };
      }
      return value as Json;
    case 'option':
      return value === undefined ? null : write(node.of.node, value);
    case 'list':
      return (value as readonly unknown[]).map((item) => write(node.of.node, item));
    case 'map':
      return Object.fromEntries(
        [...(value as ReadonlyMap<string | number, unknown>)].map(([key, item]) => [key, write(node.value.node, item)]),
      );
    case 'struct':
      return writeFields(node.fields, value as Readonly<Record<string, unknown>>);
    case 'choice':
      return value as string;
    case 'union': {
      const { kind } = value as { readonly kind: string };
      const variant = node.variants.find(({ name }) => name === kind);
      return { kind, ...writeFields(variant?.fields ?? [], value as Readonly<Record<string, unknown>>) };
    }
    case 'byVersion':
      return write(node.now.node, value);
    case 'mapped':
      return write(node.of.node, node.encode(value as never));
    case 'labelled':
      throw new TypeError('labelled bodies are not kept in files');
  }
}

function writeFields(
  fields: readonly FieldNode[],
  value: Readonly<Record<string, unknown>>,
): { readonly [key: string]: Json } {
  return Object.fromEntries(
    fields
      .filter(({ name }) => value[name] !== undefined)
      .map(({ name, type }) => [name, write(type.node, value[name])]),
  );
}

function read(node: Node, json: unknown, at: string): unknown {
  const wrong = (expected: string): TypeError => new TypeError(`${at === '' ? 'it' : at} should be ${expected}`);
  switch (node.kind) {
    case 'primitive':
      return readPrimitive(node.of, json, wrong);
    case 'option':
      return json === null || json === undefined ? undefined : read(node.of.node, json, at);
    case 'list':
      if (!Array.isArray(json)) throw wrong('a list');
      return json.map((item, i) => read(node.of.node, item, `${at}[${i}]`));
    case 'map': {
      const numeric = node.key.node.kind === 'primitive' && node.key.node.of !== 'string';
      return new Map(
        Object.entries(objectOf(json, wrong)).map(([key, item]) => [
          numeric ? Number(key) : key,
          read(node.value.node, item, `${at}.${key}`),
        ]),
      );
    }
    case 'struct':
      return readFields(node.fields, objectOf(json, wrong), at);
    case 'choice':
      if (typeof json !== 'string' || !(json in node.tags)) throw wrong(`one of ${Object.keys(node.tags).join(', ')}`);
      return json;
    case 'union': {
      const object = objectOf(json, wrong);
      const variant = node.variants.find(({ name }) => name === object.kind);
      if (variant === undefined) throw wrong(`of a kind among ${node.variants.map(({ name }) => name).join(', ')}`);
      return { kind: variant.name, ...readFields(variant.fields, object, at) };
    }
    case 'byVersion':
      return read(node.now.node, json, at);
    case 'mapped':
      return node.decode(read(node.of.node, json, at) as never);
    case 'labelled':
      throw new TypeError('labelled bodies are not kept in files');
  }
}

function readFields(
  fields: readonly FieldNode[],
  object: Readonly<Record<string, unknown>>,
  at: string,
): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(({ name, type, absent, since }) => {
      const json = object[name];
      const value =
        json === undefined && since > 0 ? absent : read(type.node, json, at === '' ? name : `${at}.${name}`);
      return [name, value];
    }),
  );
}

function objectOf(json: unknown, wrong: (expected: string) => TypeError): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong('an object');
  return json as Readonly<Record<string, unknown>>;
}

function readPrimitive(of: schema.Primitive, json: unknown, wrong: (expected: string) => TypeError): unknown {
  switch (of) {
    case 'bool':
      if (typeof json !== 'boolean') throw wrong('true or false');
      return json;
    case 'string':
      if (typeof json !== 'string') throw wrong('a text');
      return json;
    case 'bytes':
    case 'varBytes':
      if (typeof json !== 'string') throw wrong('bytes in base64');
      return new Uint8Array(Buffer.from(json, 'base64'));
    case 'duration': {
      const { seconds, nanos } = objectOf(json, wrong);
      if (!Number.isInteger(nanos)) throw wrong('a duration of seconds and nanos');
      return { seconds: int64FromJson(seconds), nanos };
    }
    case 'i64':
    case 'u64':
      return int64FromJson(json);
    default:
      if (!Number.isInteger(json)) throw wrong('a whole number');
      return json;
  }
}
