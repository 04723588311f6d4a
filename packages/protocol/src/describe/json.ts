/** Decoded values as JSON for people: big numbers and maps in a form that JSON has, bytes as hexadecimal digits. */
import { int64ToJson } from '../json.ts';

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * Any decoded value as JSON. Bytes become `{ hex }` with at most `longest` of them, and their number if that cuts; those in
 * `known` become what is known of them.
 */
export function toJson(value: unknown, longest: number, known?: ReadonlyMap<unknown, Json>): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return int64ToJson(value);
  if (typeof value !== 'object') return value as string | number | boolean;
  if (value instanceof Uint8Array) return known?.get(value) ?? bytesToJson(value, longest);
  if (Array.isArray(value)) return value.map((item) => toJson(item, longest, known));
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [String(key), toJson(item, longest, known)]));
}

/** Bytes as `{ hex }`, and `{ hex, bytes }` where only the first `longest` are shown. */
function bytesToJson(bytes: Uint8Array, longest: number): Json {
  if (bytes.length <= longest) return { hex: hexOf(bytes) };
  return { hex: hexOf(bytes.subarray(0, longest)), bytes: bytes.length };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Content of a record: a text where it is one, else as {@link bytesToJson}. A text that is cut ends in `…`. */
export function contentToJson(bytes: Uint8Array, longest: number): Json {
  try {
    const text = utf8.decode(bytes);
    if (/[^\P{C}\t\n\r]/u.test(text)) return bytesToJson(bytes, longest);
    return bytes.length <= longest ? text : `${text.slice(0, longest)}…`;
  } catch {
    return bytesToJson(bytes, longest);
  }
}

/** Hexadecimal digits of bytes. */
function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}
