/** Reads JSON so that whatever is wrong with it, in form or in meaning, can be told with its line and column. */

/** A value and where it stands in the text. */
export type JsonNode = { readonly at: number } & (
  | { readonly kind: 'object'; readonly entries: readonly JsonEntry[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'other'; readonly text: string }
);

/** A field of an object. */
export interface JsonEntry {
  readonly name: string;
  readonly at: number;
  readonly value: JsonNode;
}

/** A mistake at a place of the text. */
export class JsonFault extends Error {
  readonly at: number;
  readonly fix: string;

  constructor(at: number, reason: string, fix: string) {
    super(reason);
    this.at = at;
    this.fix = fix;
  }
}

const DEEPEST = 16;
const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const OTHER = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;

/** Reads a text. @throws JsonFault */
export function readJson(text: string): JsonNode {
  // Editors of some systems begin a file with it.
  let at = text.startsWith('\uFEFF') ? 1 : 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const fault = (reason: string, fix: string): JsonFault => new JsonFault(at, reason, fix);
  const here = (): string => (at >= text.length ? 'the text ends' : `there is ${JSON.stringify(text[at])}`);
  const next = (char: string): boolean => {
    match(SPACE);
    if (text[at] !== char) return false;
    at++;
    return true;
  };

  const string = (): string => {
    const found = match(STRING);
    if (found !== undefined) return JSON.parse(found) as string;
    throw fault(`${here()} where a text in quotes should be`, 'write it in double quotes');
  };

  /** Items up to `close`, between commas. */
  const list = <T>(close: string, item: () => T): T[] => {
    const items: T[] = [];
    if (next(close)) return items;
    do {
      match(SPACE);
      if (text[at] === close) throw fault(`there is a comma before ${JSON.stringify(close)}`, 'remove that comma');
      items.push(item());
    } while (next(','));
    if (next(close)) return items;
    throw fault(`${here()} where a comma or ${JSON.stringify(close)} should be`, 'add what is missing');
  };

  const value = (depth: number): JsonNode => {
    match(SPACE);
    const begin = at;
    if (depth > DEEPEST) throw fault('it is nested too deeply', 'nothing in this file is nested that deeply');
    if (next('{')) {
      const names = new Set<string>();
      const entries = list('}', () => {
        const entry = { at, name: string() };
        if (names.has(entry.name)) {
          throw new JsonFault(entry.at, `'${entry.name}' is there twice`, 'make one of them both');
        }
        names.add(entry.name);
        if (!next(':')) throw fault(`${here()} where a colon should be`, 'add it');
        return { ...entry, value: value(depth + 1) };
      });
      return { kind: 'object', at: begin, entries };
    }
    if (next('[')) return { kind: 'array', at: begin, items: list(']', () => value(depth + 1)) };
    if (text[at] === '"') return { kind: 'string', at: begin, value: string() };
    const other = match(OTHER);
    if (other !== undefined) return { kind: 'other', at: begin, text: other };
    throw fault(`${here()} where a value should be`, 'write JSON: objects in {}, lists in [], texts in double quotes');
  };

  const root = value(0);
  match(SPACE);
  if (at < text.length) throw fault(`${here()} behind the end`, 'remove what follows the closing bracket');
  return root;
}

/** Line and column of a place, both from 1. */
export function placeOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
