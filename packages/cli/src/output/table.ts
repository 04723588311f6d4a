/** Tables for people: as wide as the terminal allows, whole where there is none. */
import { stripVTControlCharacters } from 'node:util';
import { eastAsianWidth } from 'get-east-asian-width';

/** One column of a table. */
export interface Column<T> {
  readonly title: string;
  readonly cell: (item: T) => string;
  /** Numbers stand at the right. */
  readonly align?: 'right';
  /** Colours a cell's text. */
  readonly style?: (text: string, item: T) => string;
}

const GAP = '  ';
const LEAST_WIDTH = 4;

/** Lines of a table with its header; cells are cut with `…` where `maxWidth` is less than they need. */
export function tableLines<T>(
  items: readonly T[],
  columns: readonly Column<T>[],
  options: { readonly maxWidth?: number | undefined; readonly header?: (text: string) => string } = {},
): string[] {
  const rows = items.map((item) => columns.map(({ cell }) => printable(cell(item))));
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...rows.map((row) => widthOf(row[i] ?? ''))));
  if (options.maxWidth !== undefined) shrink(widths, options.maxWidth);
  const line = (cells: readonly string[], dress: (text: string, column: number) => string): string => {
    const parts = cells.map((cell, i) => {
      const width = widths[i] ?? 0;
      const text = cut(cell, width);
      const padding = ' '.repeat(Math.max(0, width - widthOf(text)));
      const dressed = dress(text, i);
      if (columns[i]?.align === 'right') return `${padding}${dressed}`;
      return i === cells.length - 1 ? dressed : `${dressed}${padding}`;
    });
    return parts.join(GAP).trimEnd();
  };
  const header = options.header ?? ((text: string) => text);
  return [
    line(
      columns.map(({ title }) => title),
      (text) => header(text),
    ),
    ...rows.map((row, r) => line(row, (text, i) => columns[i]?.style?.(text, items[r] as T) ?? text)),
  ];
}

/** Lines with fields between tabs and without a header, for programs. */
export const plainLines = <T>(items: readonly T[], columns: readonly Column<T>[]): string[] =>
  items.map((item) => columns.map(({ cell }) => printable(cell(item))).join('\t'));

/** Control characters would break the lines. */
const printable = (text: string): string => stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, ' ');

/** Takes columns from the widest down until all of them fit. */
function shrink(widths: number[], maxWidth: number): void {
  const gaps = GAP.length * (widths.length - 1);
  for (let total = sum(widths) + gaps; total > maxWidth; total--) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= LEAST_WIDTH) return;
    widths[widest] = width - 1;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const ASCII = /^[\x20-\x7e]*$/;

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOfGrapheme(segment);
  return width;
}

function widthOfGrapheme(grapheme: string): number {
  const first = grapheme.codePointAt(0) ?? 0;
  // A mark on its own, or a joiner.
  if (/^[\p{Mn}\p{Me}\p{Cf}]/u.test(grapheme)) return 0;
  return grapheme.includes('\u{fe0f}') ? 2 : eastAsianWidth(first);
}

/** Cuts a text to a width, with `…` as its last character. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let result = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const more = widthOfGrapheme(segment);
    if (used + more > width - 1) break;
    result += segment;
    used += more;
  }
  return `${result}…`;
}
