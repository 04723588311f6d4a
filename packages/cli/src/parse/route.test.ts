import { expect, test } from 'vitest';
import { root } from '../spec/table.ts';
import { helpOf } from './help.ts';
import { parse } from './parse.ts';
import { asksForJson, colorAskedFor, route } from './route.ts';
import { treeOf } from './tree.ts';
import { UsageError } from './usage-error.ts';

const refusal = (line: string): UsageError => {
  try {
    const { spec, path, argv } = route(line.split(' '), root);
    if (spec.kind === 'command') parse(spec, path, argv);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`'${line}' was accepted`);
};

test.each([
  ['topics', "'flv' has no command 'topics'", 'flv topic'],
  ['topic lst', "'flv topic' has no command 'lst'", 'flv topic list'],
  ['cluster strat', "'flv cluster' has no command 'strat'", 'flv cluster start'],
  ['profile foo', "'flv profile' has no command 'foo'", 'flv profile --help'],
  ['spu list', "'flv' has no command 'spu'", "did you mean 'flv cluster spu'?"],
  ['xyz', "'flv' has no command 'xyz'", 'produce, consume, topic'],
  ['produce t --partiton 3', "unknown option '--partiton'", '--partition'],
  ['produce', "missing required argument 'topic'", 'flv produce --help'],
  ['topic delete', "missing required argument 'name'", 'flv topic delete --help'],
  ['topic list extra', 'too many arguments', 'flv topic list --help'],
  ['topic create t -p', "option '-p, --partitions <n>' needs a value", ''],
  ['produce t --key --raw', "option '--key <key>' needs a value, and '--raw' is an option", '--key=--raw'],
  ['produce t -f -v', "needs a value, and '-v' is an option", '--file=-v'],
  ['consume t -B -T 1', 'cannot be used with', 'flv consume --help'],
  ['consume t -p 1 -A', 'cannot be used with', 'flv consume --help'],
  ['consume t -O raw -F x', 'cannot be used with', 'flv consume --help'],
  ['produce t --key k --key-separator :', 'cannot be used with', 'flv produce --help'],
  ['produce t --raw --key-separator :', 'cannot be used with', 'flv produce --help'],
  ['topic list -c h:1 -P p', 'cannot be used with', 'flv topic list --help'],
  ['cluster delete --tls', "option '--tls' has no effect on 'flv cluster delete'", 'leave it out'],
  ['-c h:1 profile list', "option '-c, --cluster <host:port>' has no effect", 'leave it out'],
  ['completions tcsh', "'tcsh' is none of bash, zsh, fish, powershell", ''],
])('%s: says what is wrong and what to do', (line, message, hint) => {
  const error = refusal(line);
  expect(error.message).toContain(message);
  expect(error.hint ?? '').toContain(hint);
});

test.each([
  ['consume t --start -1', 'is not an offset'],
  ['consume t --start 9223372036854775808', 'is not an offset'],
  ['consume t -n 0', 'is not a whole number of at least 1'],
  ['consume t -O nope', "'nope' is none of dynamic, text, binary, json, ndjson, raw"],
  ['topic create t -p 0', 'is not a whole number from 1'],
  ['topic create t --retention-time 7', 'is not a duration'],
  ['topic create t --retention-time 500ms', 'whole number of seconds'],
  ['topic create t --segment-size 10', 'less than the least possible, 1024 bytes'],
  ['topic create t --segment-size 5GB', 'more than the most possible'],
  ['produce t --isolation none', 'is no isolation'],
  ['cluster start --spu 0', 'is not a whole number from 1'],
  ['cluster start --sc-pub-addr 9003', 'is not an address'],
])('%s: names the option and the value', (line, message) => {
  const error = refusal(line);
  expect(error.message).toContain(message);
  expect(error.message).toMatch(/^option '/);
});

test.each([
  ['--help', []],
  ['help', []],
  ['topic --help', ['topic']],
  ['help topic', ['topic']],
  ['topic help', ['topic']],
  ['help topic create', ['topic', 'create']],
  ['topic create --help', ['topic', 'create']],
  ['topic create t -h', ['topic', 'create']],
  ['-h cluster spu list', ['cluster', 'spu', 'list']],
  ['consume t -Bh', ['consume']],
])('%s asks for help', (line, path) => {
  const found = route(line.split(' '), root);
  expect(found.wantsHelp).toBe(true);
  expect(found.path).toEqual(['flv', ...path]);
});

test('a topic may be called help', () => {
  expect(route(['topic', 'create', 'help'], root)).toMatchObject({ wantsHelp: false });
});

test('help shows commands, options, defaults, choices and examples, and colours only on demand', () => {
  const { spec, path } = route(['topic', 'create'], root);
  const help = helpOf(spec, path, { colors: false, columns: 120 });
  expect(help).toContain('Usage: flv topic create [options] <name>');
  expect(help).toContain('-p, --partitions <n>');
  expect(help).toContain('(default 1)');
  expect(help).toContain('any, none, gzip, snappy, lz4, zstd');
  expect(help).toContain('flv topic create orders');
  expect(help).not.toContain('\u001b');
  expect(helpOf(spec, path, { colors: true, columns: 120 })).toContain('\u001b[1m');
});

test('the tree has every command with its options', () => {
  const tree = JSON.parse(JSON.stringify(treeOf(root))) as {
    commands: { name: string; options?: { long: string }[] }[];
  };
  const names = tree.commands.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['produce', 'consume', 'topic', 'partition', 'cluster', 'profile', 'gateway', 'version']),
  );
  const consume = tree.commands.find(({ name }) => name === 'consume');
  expect(consume?.options?.map(({ long }) => long)).toContain('--beginning');
});

test('what errors and colours need is found in command lines that cannot be parsed', () => {
  expect(asksForJson(['topcs', '--json'])).toBe(true);
  expect(asksForJson(['produce', '--', '--json'])).toBe(false);
  expect(colorAskedFor(['x', '--no-color'])).toBe('never');
  expect(colorAskedFor(['x', '--color=always'])).toBe('always');
  expect(colorAskedFor(['x', '--color', 'never'])).toBe('never');
  expect(colorAskedFor(['x'])).toBe('auto');
});
