import { expect, test } from 'vitest';
import { type Column, cut, plainLines, tableLines, widthOf } from './table.ts';

interface Row {
  readonly name: string;
  readonly count: number;
}

const columns: readonly Column<Row>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'COUNT', cell: ({ count }) => String(count), align: 'right' },
];

test('numbers stand at the right, texts at the left, and lines have no blanks at their ends', () => {
  const rows = [
    { name: 'a', count: 1 },
    { name: 'orders', count: 12_345 },
  ];
  expect(tableLines(rows, columns)).toEqual(['NAME    COUNT', 'a           1', 'orders  12345']);
});

test('colours do not shift columns', () => {
  const painted = columns.map((column) => ({ ...column, style: (text: string) => `\u001b[32m${text}\u001b[39m` }));
  const lines = tableLines([{ name: 'a', count: 1 }], painted);
  expect(lines[1]).toBe('\u001b[32ma\u001b[39m         \u001b[32m1\u001b[39m');
});

test('a terminal gets no wider lines than it has columns; the widest column gives way', () => {
  const rows = [{ name: 'a-very-long-name-of-a-topic', count: 7 }];
  const lines = tableLines(rows, columns, { maxWidth: 20 });
  expect(lines.every((line) => widthOf(line) <= 20)).toBe(true);
  expect(lines[1]).toMatch(/^a-very-long-…\s+7$/);
  expect(tableLines(rows, columns)[1]).toContain('a-very-long-name-of-a-topic');
});

test('wide characters and joined ones take the columns that terminals give them', () => {
  expect(widthOf('日本')).toBe(4);
  expect(widthOf('e\u0301')).toBe(1);
  expect(widthOf('👨‍👩‍👧')).toBe(2);
  expect(cut('日本語', 5)).toBe('日本…');
  expect(cut('abc', 3)).toBe('abc');
});

test('what would break the lines becomes blank', () => {
  const rows = [{ name: 'a\nb\tc\u001b[31md', count: 1 }];
  expect(plainLines(rows, columns)).toEqual(['a b cd\t1']);
});
