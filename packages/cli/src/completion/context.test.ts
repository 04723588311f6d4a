import { expect, test } from 'vitest';
import { root } from '../spec/table.ts';
import { continuation } from './context.ts';

const words = (...typed: readonly string[]): readonly string[] =>
  continuation(typed, root).candidates.map(({ word }) => word);

test.each([
  [['pro'], ['produce', 'profile']],
  [
    ['topic', ''],
    ['create', 'list', 'describe', 'delete', 'add-partition'],
  ],
  [
    ['topic', 'd'],
    ['describe', 'delete'],
  ],
  [
    ['cluster', 'spu', ''],
    ['list', 'register', 'unregister', 'kill'],
  ],
  [['-P', 'x', 'topic', 'l'], ['list']],
  [['--profile=x', 'topic', 'l'], ['list']],
  [['--profile', '=', 'x', 'topic', 'l'], ['list']],
  [['-Px', '-q', 'topic', 'l'], ['list']],
  [['consume', 't', '-O', 'j'], ['json']],
  [['consume', 't', '--output', '=', 'n'], ['ndjson']],
  [
    ['topic', 'create', 't', '--compression-type', ''],
    ['any', 'none', 'gzip', 'snappy', 'lz4', 'zstd'],
  ],
  [['completions', 'f'], ['fish']],
  [
    ['consume', '--disa'],
    ['--disable-continuous', '--disable-progressbar'],
  ],
  [['topic', 'list', '--prof'], ['--profile']],
  [['nonsense', ''], []],
])('%o goes on with %o', (typed, wanted) => {
  expect(words(...typed)).toEqual(wanted);
});

test.each([
  [['consume', ''], 'topic'],
  [['consume', '-dB', ''], 'topic'],
  [['topic', 'delete', 'a', ''], 'topic'],
  [['topic', 'describe', 'a', ''], undefined],
  [['topic', 'create', ''], undefined],
  [['profile', 'switch', ''], 'profile'],
  [['-P', ''], 'profile'],
  [['produce', 't', '-f', ''], 'file'],
  [['cluster', 'start', '--data-dir', ''], 'directory'],
])('%o goes on with names of %s', (typed, wanted) => {
  expect(continuation(typed, root).names).toBe(wanted);
});

test('every command that help shows is a beginning', () => {
  expect(words('')).toEqual(expect.arrayContaining(['produce', 'consume', 'topic', 'cluster', 'profile', 'gateway']));
  expect(words('')).toEqual(words());
});

test('the names are those of the cluster that was typed', () => {
  expect(continuation(['-c', 'h:1', 'consume', '--tls', ''], root).given).toEqual(['--cluster', 'h:1', '--tls']);
  expect(continuation(['consume', '-Pprod', ''], root).given).toEqual(['--profile', 'prod']);
});
