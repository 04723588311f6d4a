/**
 * The words in which the JSON of an object is declared: one declaration writes it and reads it. They follow serde, the
 * library that makes Fluvio's JSON.
 */
import type { Type } from '@fluvio-ts/protocol';
import { int64FromJson, int64ToJson } from '@fluvio-ts/protocol';
import { adminError } from '../errors.ts';

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** How a value is written as JSON, and read from it. */
export interface Shape<T, J extends Json = Json> {
  to(value: T): J;
  /** `path` leads to the value, for error texts. @throws `json/invalid` */
  from(json: unknown, path: string): T;
}

/** `json/invalid` for a value that is not as expected. */
export const unexpected = (path: string, expected: string, json: unknown): Error =>
  adminError('json/invalid', { path, expected, found: shown(json) });

function shown(json: unknown): string {
  if (json === undefined) return 'missing';
  if (Array.isArray(json)) return 'a list';
  if (typeof json === 'object' && json !== null) return 'an object';
  return typeof json === 'bigint' ? `${json}` : (JSON.stringify(json) ?? typeof json);
}

export const flag: Shape<boolean> = {
  to: (value) => value,
  from(json, path) {
    if (typeof json === 'boolean') return json;
    throw unexpected(path, 'true or false', json);
  },
};

export const text: Shape<string> = {
  to: (value) => value,
  from(json, path) {
    if (typeof json === 'string') return json;
    throw unexpected(path, 'a text', json);
  },
};

/** Bytes in base64 with its padding. */
export const base64: Shape<Uint8Array> = {
  to(bytes) {
    let binary = '';
    // In pieces: a call takes only so many arguments.
    for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(binary);
  },
  from(json, path) {
    if (typeof json === 'string') {
      try {
        return Uint8Array.from(atob(json), (char) => char.charCodeAt(0));
      } catch {
        // It is none.
      }
    }
    throw unexpected(path, 'bytes in base64', json);
  },
};

const whole = (smallest: number, largest: number): Shape<number> => ({
  to: (value) => value,
  from(json, path) {
    if (typeof json === 'number' && Number.isInteger(json) && json >= smallest && json <= largest) return json;
    throw unexpected(path, `a whole number from ${smallest} to ${largest}`, json);
  },
});

export const u16: Shape<number> = whole(0, 0xffff);
export const u32: Shape<number> = whole(0, 0xffff_ffff);
export const i32: Shape<number> = whole(-0x8000_0000, 0x7fff_ffff);

const whole64 = (smallest: bigint, largest: bigint): Shape<bigint> => ({
  to: int64ToJson,
  from(json, path) {
    const expected = `a whole number from ${smallest} to ${largest}, its digits in a string beyond 2^53 - 1`;
    let value: bigint;
    try {
      value = int64FromJson(json);
    } catch {
      throw unexpected(path, expected, json);
    }
    if (value >= smallest && value <= largest) return value;
    throw unexpected(path, expected, json);
  },
});

export const i64: Shape<bigint> = whole64(-(2n ** 63n), 2n ** 63n - 1n);
export const u64: Shape<bigint> = whole64(0n, 2n ** 64n - 1n);

/** Names of an enum without data, also of one that older versions know less of. */
function namesOf({ node }: Type<unknown>): string[] {
  if (node.kind === 'byVersion') return namesOf(node.now);
  if (node.kind !== 'choice') throw new TypeError(`${node.kind} is no enum without data`);
  return Object.keys(node.tags);
}

/** One of the words of an enum without data, as the wire's schema lists them. */
export function word<W extends string>(type: Type<W>): Shape<W> {
  const words = namesOf(type);
  return {
    to: (value) => value,
    from(json, path) {
      if (typeof json === 'string' && words.includes(json)) return json as W;
      throw unexpected(path, `one of ${words.join(', ')}`, json);
    },
  };
}

/** undefined as null. */
export const nullable = <T>(of: Shape<T>): Shape<T | undefined> => ({
  to: (value) => (value === undefined ? null : of.to(value)),
  from: (json, path) => (json === null || json === undefined ? undefined : of.from(json, path)),
});

export const list = <T>(of: Shape<T>): Shape<readonly T[]> => ({
  to: (values) => values.map((value) => of.to(value)),
  from(json, path) {
    if (Array.isArray(json)) return json.map((item, i) => of.from(item, `${path}[${i}]`));
    throw unexpected(path, 'a list', json);
  },
});

/** A map as an object. Keys become texts. */
export const map = <K extends string | number, V>(
  key: (text: string) => K | undefined,
  of: Shape<V>,
): Shape<ReadonlyMap<K, V>> => ({
  to: (values) => Object.fromEntries([...values].map(([k, value]) => [k, of.to(value)])),
  from(json, path) {
    const entries = Object.entries(asObject(json, path)).map(([name, value]): [K, V] => {
      const read = key(name);
      if (read === undefined) throw unexpected(path, 'an object with whole numbers for keys', name);
      return [read, of.from(value, `${path}.${name}`)];
    });
    return new Map(entries);
  },
});

/** Keys of a {@link map} by partition. */
export const partitionKey = (name: string): number | undefined =>
  /^\d{1,10}$/.test(name) && Number(name) <= 0xffff_ffff ? Number(name) : undefined;

/** The same JSON for another value. */
export const via = <T, U>(of: Shape<U>, inner: (value: T) => U, outer: (value: U) => T): Shape<T> => ({
  to: (value) => of.to(inner(value)),
  from: (json, path) => outer(of.from(json, path)),
});

/** A field of an {@link object}. */
export interface Field<T> {
  readonly shape: Shape<T>;
  /** Whether it is left out when written. */
  readonly omitted?: (value: T) => boolean;
  /** What it is where it is missing; without one it is required. */
  readonly absent?: { readonly value: T };
  /** Its key in JSON, where that is another. */
  readonly key?: string;
}

/** A field that is always written and must be there. */
export const required = <T>(shape: Shape<T>, key?: string): Field<T> => ({
  shape,
  ...(key === undefined ? {} : { key }),
});

/** A field that is always written and may be missing. */
export const defaulted = <T>(shape: Shape<T>, value: NoInfer<T>): Field<T> => ({ shape, absent: { value } });

/** A field that is left out where it is undefined. */
export const optional = <T>(shape: Shape<T>): Field<T | undefined> => ({
  shape: nullable(shape),
  omitted: (value) => value === undefined,
  absent: { value: undefined },
});

/** A field that is left out where it is false. */
export const whenTrue: Field<boolean> = { shape: flag, omitted: (value) => !value, absent: { value: false } };

/** Fields in their order. Keys that are not declared are ignored when read, as serde does. */
export function object<T extends object>(fields: { readonly [K in keyof T]-?: Field<T[K]> }): Shape<T, JsonObject> {
  const all = Object.entries(fields) as [string, Field<unknown>][];
  return {
    to(value) {
      const out: Record<string, Json> = {};
      for (const [name, { shape, omitted, key = name }] of all) {
        const part = (value as Readonly<Record<string, unknown>>)[name];
        if (omitted?.(part) !== true) out[key] = shape.to(part);
      }
      return out;
    },
    from(json, path) {
      const given = asObject(json, path);
      const out: Record<string, unknown> = {};
      for (const [name, { shape, absent, key = name }] of all) {
        const part = Object.hasOwn(given, key) ? given[key] : undefined;
        const at = path === '' ? key : `${path}.${key}`;
        out[name] = part === undefined && absent !== undefined ? absent.value : shape.from(part, at);
      }
      return out as T;
    },
  };
}

/** The shapes of a union's variants by their `kind`, each without it. */
export type Variants<T extends { readonly kind: string }> = {
  readonly [K in T['kind']]: Shape<Omit<Extract<T, { readonly kind: K }>, 'kind'>>;
};

/** An enum with data, tagged from outside: `{ "kind": … }` with the kind for a key. */
export function tagged<T extends { readonly kind: string }>(variants: Variants<T>): Shape<T> {
  const kinds = Object.keys(variants) as T['kind'][];
  const shapeOf = (kind: T['kind']): Shape<object> => variants[kind] as unknown as Shape<object>;
  return {
    to: (value) => ({ [value.kind]: shapeOf(value.kind).to(value) }),
    from(json, path) {
      const given = asObject(json, path);
      const kind = kinds.find((name) => Object.hasOwn(given, name));
      const keys = Object.keys(given);
      if (kind === undefined || keys.length !== 1) {
        const expected = `an object with the one key ${kinds.join(' or ')}`;
        const found = keys.length === 0 ? 'an empty one' : `one with ${keys.join(', ')}`;
        throw adminError('json/invalid', { path, expected, found });
      }
      return { kind, ...shapeOf(kind).from(given[kind], `${path}.${kind}`) } as T;
    },
  };
}

function asObject(json: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json))
    return json as Readonly<Record<string, unknown>>;
  throw unexpected(path, 'an object', json);
}
