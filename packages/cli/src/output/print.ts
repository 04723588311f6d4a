/** Prints objects in the format that was asked for. */
import type { Cli } from '../session/cli.ts';
import type { Format } from '../spec/formats.ts';
import { type Plain, toPlain, withoutNulls } from './plain-value.ts';
import { type Column, plainLines, tableLines } from './table.ts';

/** The format that the user chose; tables by default. */
export const formatOf = ({ globals }: Cli): Format => (globals.json ? 'json' : (globals.output ?? 'table'));

/** Whether a format is a document for programs. */
export const isForPrograms = (format: Format): format is Exclude<Format, 'table' | 'plain'> =>
  format !== 'table' && format !== 'plain';

/** A list of objects. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly columns: readonly Column<T>[];
  /** An object for machines; default itself. */
  readonly toObject?: (item: T) => unknown;
  /** What is said to people instead of an empty table. */
  readonly empty: string;
}

/** Prints a list. Machines get `[]` where it is empty, people a note. */
export async function printList<T>(cli: Cli, { items, columns, toObject, empty }: Listing<T>): Promise<void> {
  const { out, talk } = cli;
  const format = formatOf(cli);
  if (format === 'table') {
    if (items.length === 0) {
      talk.note(empty);
      return;
    }
    const maxWidth = out.isTTY ? out.columns : undefined;
    const header = (text: string): string => out.paint('bold', text);
    await out.write(asText(tableLines(items, columns, { maxWidth, header })));
  } else if (format === 'plain') {
    await out.write(asText(plainLines(items, columns)));
  } else {
    const values = items.map((item) => toPlain(toObject === undefined ? item : toObject(item)));
    await out.write(await documentOf(values, format));
  }
}

const asText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** Prints one value in a machine format. */
export async function printValue(cli: Cli, value: unknown, format: 'json' | 'yaml' | 'toml'): Promise<void> {
  await cli.out.write(await documentOf(toPlain(value), format));
}

/**
 * Says that something was done: a sentence for people, an object for machines. The sentence is the command's result, so
 * it goes to stdout, as in the official command line.
 */
export async function printDone(cli: Cli, sentence: string, done: Readonly<Record<string, unknown>>): Promise<void> {
  const format = formatOf(cli);
  if (isForPrograms(format)) await printValue(cli, done, format);
  else if (!cli.globals.quiet) await cli.out.line(sentence);
}

/** A value as a document. Lists in TOML stand under `items`, since a document of it is always a table. */
async function documentOf(value: Plain, format: 'json' | 'yaml' | 'toml'): Promise<string> {
  if (format === 'json') return `${JSON.stringify(value, undefined, 2)}\n`;
  if (format === 'yaml') {
    const { stringify } = await import('yaml');
    return stringify(value);
  }
  const { stringify } = await import('smol-toml');
  const table = withoutNulls(Array.isArray(value) ? { items: value } : value);
  const text = stringify(table as Record<string, unknown>);
  return text.endsWith('\n') ? text : `${text}\n`;
}
