/** Values as JSON, YAML and TOML can hold them. */
import { int64ToJson } from '@fluvio-ts/protocol';

/** What {@link toPlain} makes. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** 64-bit integers become numbers, or digits beyond 2^53 − 1; bytes become base64, maps objects, errors their texts. */
export function toPlain(value: unknown): Plain {
  switch (typeof value) {
    case 'bigint':
      return int64ToJson(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'string':
    case 'boolean':
      return value;
    case 'object':
      break;
    default:
      return null;
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Error) return value.message;
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value.entries() : Object.entries(value);
  const result: Record<string, Plain> = {};
  for (const [key, each] of entries) if (each !== undefined) result[String(key)] = toPlain(each);
  return result;
}

/** The same without nulls, which TOML does not have. */
export function withoutNulls(value: Plain): Plain {
  if (Array.isArray(value)) return value.filter((each: Plain) => each !== null).map(withoutNulls);
  if (value === null || typeof value !== 'object') return value;
  const result: Record<string, Plain> = {};
  for (const [key, each] of Object.entries(value as { readonly [key: string]: Plain })) {
    if (each !== null) result[key] = withoutNulls(each);
  }
  return result;
}
