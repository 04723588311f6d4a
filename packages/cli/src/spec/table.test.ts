/** The table of commands keeps its own rules. */
import { expect, test } from 'vitest';
import { optionsOf } from '../parse/option-table.ts';
import { parse } from '../parse/parse.ts';
import { route } from '../parse/route.ts';
import type { AnyCommand, AnySpec } from './command.ts';
import { root } from './table.ts';

const commands = (spec: AnySpec, path: readonly string[] = []): readonly (readonly [string, AnyCommand])[] =>
  spec.kind === 'command'
    ? [[path.join(' '), spec]]
    : spec.commands.flatMap((each) => commands(each, [...path, each.name]));

const all = commands(root);

test.each(all)('%s: options have the names that code knows them by, and every letter once', (_, spec) => {
  const entries = optionsOf(spec);
  for (const { key, longs } of entries) {
    const camel = longs[0].slice(2).replaceAll(/-([a-z])/g, (__, letter: string) => letter.toUpperCase());
    expect(camel).toBe(key);
  }
  const shorts = entries.map(({ short }) => short).filter((short) => short !== undefined);
  expect(new Set(shorts).size).toBe(shorts.length);
  const longs = entries.flatMap((each) => each.longs);
  expect(new Set(longs).size).toBe(longs.length);
  for (const { spec: option } of entries) {
    for (const other of option.conflicts ?? []) expect(entries.map(({ key }) => key)).toContain(other);
  }
});

test.each(all)('%s: loads', async (_, spec) => {
  const { run } = await spec.load();
  expect(run).toBeTypeOf('function');
});

test.each(all)('%s: its examples are command lines that it understands', (path, spec) => {
  expect(spec.examples.length).toBeGreaterThan(0);
  for (const [line] of spec.examples as readonly (readonly [string, string])[]) {
    const own = line.split(/ \| | > /).find((part) => /(^|\()flv /.test(part)) ?? '';
    const words = [...own.replace(/^source <\((.*)\)$/, '$1').matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, bare]) => quoted ?? bare ?? '',
    );
    const { spec: found, path: at, argv } = route(words.slice(1), root);
    if (found.kind !== 'command') throw new Error(`'${line}' names no command`);
    parse(found, at, argv);
    if (!words.includes('--gateway')) expect(at.slice(1).join(' ')).toBe(path);
  }
});
