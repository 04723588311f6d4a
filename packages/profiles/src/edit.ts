/**
 * Changes a TOML text so that it says something else, and keeps what did not change as it is: comments, order, spacing,
 * notation.
 *
 * Works on whole statements, and proves its result by parsing it. What it cannot do that way (it is written for the
 * shapes that profile files have) it does by writing the file anew, without comments.
 */
import { type Statement, scanToml, startsWith } from './scan.ts';
import {
  formatInline,
  formatToml,
  isTable,
  type MutableTable,
  newTable,
  own,
  parseToml,
  sameValue,
  type TomlTable,
  type TomlValue,
} from './toml.ts';

/** The text that says `after`, made of the valid TOML `text`. */
export function editToml(text: string, after: TomlTable): string {
  const { edited, wanted } = editInPlace(text, after);
  const parsed = parseToml(edited, 'apart');
  return parsed.ok && sameValue(parsed.table, wanted) ? edited : rewrite(text, wanted);
}

/**
 * @internal The edit alone, without proof, and what it should say: `after` with integers as bigints and floats as
 * numbers, where a whole number is a float only if it was one in the text.
 */
export function editInPlace(text: string, after: TomlTable): { readonly edited: string; readonly wanted: TomlTable } {
  const parsed = parseToml(text, 'apart');
  const before = parsed.ok ? parsed.table : newTable();
  const wanted = numbersApart(after, before) as TomlTable;
  const edits: Edits = { text, statements: scanToml(text), cuts: [], puts: [], replaced: new Set() };
  change(edits, [], before, wanted);
  return { edited: apply(edits), wanted };
}

type Path = readonly string[];

interface Edits {
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly cuts: { readonly start: number; readonly end: number }[];
  /** At one place, tables come last: what stands behind a header belongs to it. */
  readonly puts: { readonly at: number; readonly text: string; readonly table?: boolean }[];
  /** Statements whose value is replaced; once is enough, since the value comes from the whole new table. */
  readonly replaced: Set<Statement>;
}

/** Brings the table at `path` from `before` to `after`. `root` is the whole new document. */
function change(edits: Edits, path: Path, before: TomlTable, after: TomlTable, root: TomlTable = after): void {
  // New keys of a table that has no header of its own yet, such as that of `[a.b]` has none for `a`.
  const headless = newTable();
  const add = (key: string, value: TomlValue): void => {
    const at = [...path, key];
    if (replaceEnclosing(edits, at, root)) return;
    if (isTable(value)) putTable(edits, at, value);
    else if (path.length === 0 || header(edits, path) !== undefined) putPair(edits, at, value);
    else headless[key] = value;
  };
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(after, key)) remove(edits, [...path, key], root);
  }
  for (const [key, value] of Object.entries(after)) {
    const old = own(before, key);
    const at = [...path, key];
    if (sameValue(old, value)) continue;
    if (old === undefined) {
      add(key, value);
    } else if (isTable(old) && isTable(value)) {
      change(edits, at, old, value, root);
    } else if (!replaceValue(edits, at, value, root)) {
      remove(edits, at, root);
      add(key, value);
    }
  }
  const emptied = path.length > 0 && Object.keys(after).length === 0;
  const needsHeader = emptied && enclosing(edits, path) === undefined && header(edits, path) === undefined;
  if (needsHeader || Object.keys(headless).length > 0) putTable(edits, path, headless);
}

function remove(edits: Edits, path: Path, root: TomlTable): void {
  if (replaceEnclosing(edits, path, root)) return;
  const { statements, text } = edits;
  for (let i = 0; i < statements.length; i++) {
    const first = statements[i];
    if (first === undefined || !startsWith(first.path, path)) continue;
    let last = first;
    for (let next = statements[i + 1]; next !== undefined && startsWith(next.path, path); next = statements[i + 1]) {
      last = next;
      i++;
    }
    if (first.kind === 'pair') edits.cuts.push({ start: first.lineStart, end: last.end });
    else edits.cuts.push(withBlankLines(text, commentStart(text, first.lineStart), last.end));
  }
}

/** Replaces the value behind a key, where the text has that key and its value in one statement. */
function replaceValue(edits: Edits, path: Path, value: TomlValue, root: TomlTable): boolean {
  const pair = edits.statements.find(
    (s) => s.kind === 'pair' && s.path.length === path.length && startsWith(s.path, path),
  );
  if (pair === undefined) return replaceEnclosing(edits, path, root);
  putValue(edits, pair, value);
  return true;
}

/** Where the path lies inside one `key = { … }`, that value is written anew as a whole. */
function replaceEnclosing(edits: Edits, path: Path, root: TomlTable): boolean {
  const pair = enclosing(edits, path);
  if (pair === undefined) return false;
  let value: TomlValue = root;
  for (const key of pair.path) value = (isTable(value) ? own(value, key) : undefined) ?? newTable();
  putValue(edits, pair, value);
  return true;
}

function enclosing(edits: Edits, path: Path): Statement | undefined {
  return edits.statements.find((s) => s.kind === 'pair' && s.path.length < path.length && startsWith(path, s.path));
}

function header(edits: Edits, path: Path): Statement | undefined {
  return edits.statements.find((s) => s.kind === 'table' && s.path.length === path.length && startsWith(s.path, path));
}

function putValue(edits: Edits, pair: Statement, value: TomlValue): void {
  if (edits.replaced.has(pair)) return;
  edits.replaced.add(pair);
  edits.cuts.push({ start: pair.valueStart, end: pair.valueEnd });
  edits.puts.push({ at: pair.valueStart, text: formatInline(value) });
}

/** Adds `key = value` behind the last pair of its section. */
function putPair(edits: Edits, path: Path, value: TomlValue): void {
  const { statements, text } = edits;
  const parent = path.slice(0, -1);
  const section = header(edits, parent)?.section ?? -1;
  const last = statements.findLast((s) => s.section === section);
  const indent = last?.kind === 'pair' ? text.slice(last.lineStart, last.start).replace('\uFEFF', '') : '';
  const line = indent + formatToml(tableOf(path.slice(-1), value), 'apart');
  const first = statements[0];
  if (last !== undefined) edits.puts.push({ at: last.end, text: line });
  else if (first === undefined) edits.puts.push({ at: text.length, text: line });
  else edits.puts.push({ at: commentStart(text, first.lineStart), text: `${line}\n` });
}

/** Adds a `[table]` behind its sisters, or at the end of the text. */
function putTable(edits: Edits, path: Path, value: TomlTable): void {
  const { statements, text } = edits;
  const parent = path.slice(0, -1);
  const sister =
    parent.length === 0 ? undefined : statements.findLast((s) => s.section >= 0 && startsWith(s.path, parent));
  const last = sister && statements.findLast((s) => s.section === sister.section);
  edits.puts.push({
    at: last?.end ?? text.length,
    text: `\n${formatToml(tableOf(path, value), 'apart')}`,
    table: true,
  });
}

/** `value` wrapped in tables, so that it lies at `path`. */
function tableOf(path: Path, value: TomlValue): TomlTable {
  const outer: MutableTable = newTable();
  let table = outer;
  path.forEach((key, i) => {
    const inner: MutableTable = newTable();
    table[key] = i === path.length - 1 ? value : inner;
    table = inner;
  });
  return outer;
}

function apply({ text, cuts, puts }: Edits): string {
  const eol = lineBreak(text);
  const steps = [
    ...puts.filter((put) => !put.table).map((put) => ({ start: put.at, end: put.at, text: put.text })),
    ...cuts.map((cut) => ({ ...cut, text: '' })),
    ...puts.filter((put) => put.table).map((put) => ({ start: put.at, end: put.at, text: put.text })),
  ].sort((a, b) => a.start - b.start);
  let out = '';
  let at = 0;
  for (const step of steps) {
    if (step.start > at) {
      out += text.slice(at, step.start);
      at = step.start;
    }
    if (step.text !== '') {
      const midLine = step.text.endsWith('\n') && !out.endsWith('\n');
      let added = midLine ? `\n${step.text}` : step.text;
      // A new table brings a blank line before it; the top of a file needs none.
      if (out.trim() === '') added = added.replace(/^\n+/, '');
      out += added.replaceAll('\n', eol);
    }
    at = Math.max(at, step.end);
  }
  return out + text.slice(at);
}

/** The start of the comment lines directly above a line; comments at the very top belong to the file. */
function commentStart(text: string, lineStart: number): number {
  let start = lineStart;
  while (start > 0) {
    const previous = lineBefore(text, start);
    if (!/^[ \t]*#/.test(text.slice(previous, start))) return start;
    start = previous;
  }
  return lineStart;
}

/** Widens a removed section over the blank lines behind it, or at the end of the text over those before it. */
function withBlankLines(text: string, start: number, end: number): { start: number; end: number } {
  const blank = /^(?:[ \t]*\r?\n)*/.exec(text.slice(end))?.[0] ?? '';
  const wideEnd = end + blank.length;
  if (wideEnd < text.length) return { start, end: wideEnd };
  let wideStart = start;
  while (wideStart > 0) {
    const previous = lineBefore(text, wideStart);
    if (text.slice(previous, wideStart).trim() !== '') break;
    wideStart = previous;
  }
  return { start: wideStart, end: wideEnd };
}

/** Where the line before this one starts. */
function lineBefore(text: string, lineStart: number): number {
  return lineStart < 2 ? 0 : text.lastIndexOf('\n', lineStart - 2) + 1;
}

/** The whole document written anew. */
function rewrite(text: string, wanted: TomlTable): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  return mark + formatToml(wanted, 'apart').replaceAll('\n', lineBreak(text));
}

/** The line break that the text uses. */
function lineBreak(text: string): string {
  return /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n';
}

function numbersApart(value: TomlValue, old: TomlValue | undefined): TomlValue {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && old !== value ? BigInt(value) : value;
  }
  if (Array.isArray(value)) {
    return value.map((item: TomlValue, i) => numbersApart(item, Array.isArray(old) ? old[i] : undefined));
  }
  if (!isTable(value)) return value;
  const table = newTable();
  for (const [key, inner] of Object.entries(value)) {
    table[key] = numbersApart(inner, isTable(old) ? own(old, key) : undefined);
  }
  return table;
}
