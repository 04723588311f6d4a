/** Decoded values as JSON for people: big numbers and maps in a form that JSON has, bytes as hexadecimal digits. */
import { int64ToJson } from '../json.ts';

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Any decoded value as JSON. Bytes become `{ "hex": … }` with at most `longest` of them, and their number if that cuts. */
export function toJson(value: unknown, longest: number = Number.POSITIVE_INFINITY): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return int64ToJson(value);
  if (typeof value !== 'object') return value as string | number | boolean;
  if (value instanceof Uint8Array) return bytesToJson(value, longest);
  if (Array.isArray(value)) return value.map((item) => toJson(item, longest));
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [String(key), toJson(item, longest)]));
}

function bytesToJson(bytes: Uint8Array, longest: number): Json {
  if (bytes.length <= longest) return { hex: hexOf(bytes) };
  return { hex: hexOf(bytes.subarray(0, longest)), bytes: bytes.length };
}

/** Hexadecimal digits of bytes. */
function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}
