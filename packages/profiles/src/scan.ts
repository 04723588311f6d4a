/**
 * Finds the statements of a TOML text: which lines say what, so that an edit can touch these lines and no other.
 *
 * The text must be valid TOML (parse it first); nothing is checked here.
 */
import { isTable, parseToml } from './toml.ts';

/** One `[header]`, `[[header]]` or `key = value`. */
export interface Statement {
  readonly kind: 'table' | 'array' | 'pair';
  /** Full path from the top, the header's keys included. */
  readonly path: readonly string[];
  /** Start of its line. */
  readonly lineStart: number;
  /** Where its own text begins. */
  readonly start: number;
  /** After its last line, the line break included. */
  readonly end: number;
  /** The value of a pair: `[valueStart, valueEnd)`; both are `start` for a header. */
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Index of the statement that is the header above it (of itself for a header), -1 at the top of the file. */
  readonly section: number;
}

/** All statements, in the order of the text. */
export function scanToml(text: string): readonly Statement[] {
  const statements: Statement[] = [];
  let header: readonly string[] = [];
  let section = -1;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length) {
    const lineStart = at;
    at = skipBlank(text, at);
    const char = text[at];
    if (char === undefined) break;
    if (char === '#' || char === '\n' || char === '\r') {
      at = lineEnd(text, at);
      continue;
    }
    const start = at;
    if (char === '[') {
      const double = text[at + 1] === '[';
      const close = keyEnd(text, at + (double ? 2 : 1), ']');
      header = keyPath(text.slice(at + (double ? 2 : 1), close));
      section = statements.length;
      at = lineEnd(text, close);
      const kind = double ? 'array' : 'table';
      statements.push({ kind, path: header, lineStart, start, end: at, valueStart: start, valueEnd: start, section });
    } else {
      const equals = keyEnd(text, at, '=');
      const valueStart = skipBlank(text, equals + 1);
      const valueEnd = skipValue(text, valueStart);
      const path = [...header, ...keyPath(text.slice(at, equals))];
      at = lineEnd(text, valueEnd);
      statements.push({ kind: 'pair', path, lineStart, start, end: at, valueStart, valueEnd, section });
    }
  }
  return statements;
}

/** Line and column, from 1, of a place in the text. */
export function lineAndColumn(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at);
  return { line: before.split('\n').length, column: at - (before.lastIndexOf('\n') + 1) + 1 };
}

/** Whether `path` begins with `prefix`. */
export function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return path.length >= prefix.length && prefix.every((key, i) => key === path[i]);
}

/** Decodes a dotted key by asking the parser, so that quoting and escapes have one meaning only. */
function keyPath(key: string): string[] {
  const parsed = parseToml(`${key.trim()} = 0`);
  const path: string[] = [];
  for (let table = parsed.ok ? parsed.table : undefined; table !== undefined; ) {
    const [name] = Object.keys(table);
    if (name === undefined) break;
    path.push(name);
    const inner = table[name];
    table = isTable(inner) ? inner : undefined;
  }
  return path;
}

/** Where the key ends: at the first `close` that is not in quotes. */
function keyEnd(text: string, from: number, close: ']' | '='): number {
  let at = from;
  while (at < text.length && text[at] !== close) {
    at = text[at] === '"' || text[at] === "'" ? skipString(text, at) : at + 1;
  }
  return at;
}

function skipValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"' || first === "'") return skipString(text, from);
  if (first === '[' || first === '{') return skipNested(text, from);
  let at = from;
  while (at < text.length && !'#\r\n'.includes(text.charAt(at))) at++;
  while (at > from && ' \t'.includes(text.charAt(at - 1))) at--;
  return at;
}

function skipNested(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const char = text[at];
    if (char === '"' || char === "'") {
      at = skipString(text, at);
      continue;
    }
    if (char === '#') {
      at = lineEnd(text, at);
      continue;
    }
    if (char === '[' || char === '{') depth++;
    at++;
    if (char === ']' || char === '}') {
      depth--;
      if (depth === 0) return at;
    }
  }
  return at;
}

function skipString(text: string, from: number): number {
  const quote = text.charAt(from);
  const escapes = quote === '"';
  const triple = text.startsWith(quote.repeat(3), from);
  let at = from + (triple ? 3 : 1);
  while (at < text.length) {
    if (escapes && text[at] === '\\') {
      at += 2;
    } else if (!triple && text[at] === quote) {
      return at + 1;
    } else if (triple && text.startsWith(quote.repeat(3), at)) {
      // One or two quotes may stand directly before the closing three.
      at += 3;
      for (let extra = 0; extra < 2 && text[at] === quote; extra++) at++;
      return at;
    } else {
      at++;
    }
  }
  return at;
}

function skipBlank(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

/** The start of the next line. */
function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at === -1 ? text.length : at + 1;
}
