/** TOML as data: the types, parsing with a place for every fault, writing, comparing. */
import { parse, stringify, TomlError } from 'smol-toml';

/** A TOML value. Integers beyond 2^53−1 are bigints, dates are `Date`s that print as they were written. */
export type TomlValue = string | number | bigint | boolean | Date | readonly TomlValue[] | TomlTable;

/** A TOML table. Those that were read have no prototype, so that names such as `constructor` are plain keys. */
export interface TomlTable {
  readonly [key: string]: TomlValue;
}

/** A table that is still being built. */
export type MutableTable = Record<string, TomlValue>;

/** The table without keys. */
export const emptyTable: TomlTable = Object.freeze(newTable());

/** A new table without a prototype. */
export function newTable(): MutableTable {
  return Object.create(null) as MutableTable;
}

/** Whether a value is a table. */
export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
}

/** The value of an own key; never one that a prototype lends. */
export function own(table: TomlTable, key: string): TomlValue | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Where TOML is broken; lines and columns count from 1. */
export interface TomlFault {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/** The outcome of {@link parseToml}. */
export type Parsed =
  | { readonly ok: true; readonly table: TomlTable }
  | { readonly ok: false; readonly fault: TomlFault };

/**
 * Reads TOML. A fault carries no piece of the text: a line of it may be a private key.
 *
 * `floats: 'apart'` makes every integer a bigint, so that `1.0` and `1` differ.
 */
export function parseToml(text: string, floats: 'mixed' | 'apart' = 'mixed'): Parsed {
  try {
    const table = parse(text, { integersAsBigInt: floats === 'apart' ? true : 'asNeeded', maxDepth }) as TomlTable;
    if (deeper(table, maxDepth))
      return { ok: false, fault: { line: 1, column: 1, reason: 'tables are nested too deeply' } };
    return { ok: true, table };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = (error.message.split('\n', 1)[0] ?? '').replace(/^Invalid TOML document: /, '');
    return { ok: false, fault: { line: error.line, column: error.column, reason } };
  }
}

/** How deep tables and arrays may nest; everything here that walks a table recurses. */
const maxDepth = 64;

function deeper(value: TomlValue, limit: number): boolean {
  if (!Array.isArray(value) && !isTable(value)) return false;
  return limit === 0 || Object.values(value).some((inner: TomlValue) => deeper(inner, limit - 1));
}

/** Writes a table as TOML. With `floats: 'apart'` a number is a float and a bigint an integer. */
export function formatToml(table: TomlTable, floats: 'mixed' | 'apart' = 'mixed'): string {
  return stringify(table, { numbersAsFloat: floats === 'apart' });
}

/** Writes one value as it stands behind `key =`, tables inline; a number is a float and a bigint an integer. */
export function formatInline(value: TomlValue): string {
  // A mixed array is always written inline, whatever is in it.
  const text = formatToml({ v: [true, value] }, 'apart');
  return text.slice('v = [ true, '.length, -' ]\n'.length);
}

/** Whether two values are the same TOML; the order of keys does not matter. */
export function sameValue(a: TomlValue | undefined, b: TomlValue | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (typeof a === 'number' && typeof b === 'number') return Number.isNaN(a) && Number.isNaN(b);
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && a.toISOString() === b.toISOString();
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  }
  if (!isTable(a) || !isTable(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(own(a, key), own(b, key)))
  );
}
