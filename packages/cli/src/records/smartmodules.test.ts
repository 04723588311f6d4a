import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SmartModuleValues } from '../spec/smartmodules.ts';
import { smartModulesOf } from './smartmodules.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'flv-smartmodules-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const NONE: SmartModuleValues = {
  smartmodule: undefined,
  smartmodulePath: undefined,
  aggregateInitial: undefined,
  params: [],
  lookbackLast: undefined,
  lookbackAge: undefined,
  transforms: undefined,
  transformsLine: [],
};

test('one of the cluster, or one of a file, with what it is told', async () => {
  expect(await smartModulesOf(NONE)).toEqual([]);
  expect(await smartModulesOf({ ...NONE, smartmodule: 'sum', params: [['a', '=b']], aggregateInitial: '0' })).toEqual([
    { name: 'sum', params: { a: '=b' }, accumulator: '0' },
  ]);
  expect(await smartModulesOf({ ...NONE, smartmodule: 'dedup', lookbackLast: 5, lookbackAge: 1000 })).toEqual([
    { name: 'dedup', lookback: { last: 5, ageMs: 1000 } },
  ]);
  const path = join(dir, 'one.wasm');
  writeFileSync(path, '\0asm and more');
  expect(await smartModulesOf({ ...NONE, smartmodulePath: path })).toEqual([{ wasm: Buffer.from('\0asm and more') }]);
  for (const bytes of ['module', Buffer.from([0x1f, 0x8b, 1])]) {
    writeFileSync(path, bytes);
    const reading = smartModulesOf({ ...NONE, smartmodulePath: path });
    await expect(reading).rejects.toMatchObject({ code: 'input/invalid', message: expect.stringContaining(path) });
  }
});

test('a chain of a file, as the official command line reads it', async () => {
  const path = join(dir, 'chain.yaml');
  const steps = [
    '  - uses: infinyon/jolt@0.4.1',
    '    with: { spec: [{ operation: shift }], count: 3 }',
    '  - uses: dedup',
    '    lookback: { last: 10, age: 1h }',
  ];
  writeFileSync(path, ['transforms:', ...steps].join('\n'));
  expect(await smartModulesOf({ ...NONE, transforms: path })).toEqual([
    { name: 'infinyon/jolt@0.4.1', params: { spec: '[{"operation":"shift"}]', count: '3' } },
    { name: 'dedup', params: {}, lookback: { last: 10, ageMs: 3_600_000 } },
  ]);
});

test('steps of the command line', async () => {
  const transformsLine = ['{"uses":"a","with":{"x":"1"}}', '{"uses":"b"}'];
  expect(await smartModulesOf({ ...NONE, transformsLine })).toEqual([
    { name: 'a', params: { x: '1' } },
    { name: 'b', params: {} },
  ]);
});

test.each([
  ['not JSON', /JSON/],
  ['{"with":{}}', /no `uses`/],
  ['{"uses":"a","with":[]}', /parameters by name/],
  ['{"uses":"a","lookback":3}', /`lookback` must have/],
  ['{"uses":"a","lookback":{"age":"soon"}}', /not a duration/],
  ['{"uses":"a","lookback":{"last":"3"}}', /must be a number/],
])('a step %s is refused with its place', async (line, message) => {
  await expect(smartModulesOf({ ...NONE, transformsLine: [line] })).rejects.toMatchObject({
    code: 'input/invalid',
    context: { path: expect.stringContaining('--transforms-line') },
    message: expect.stringMatching(message),
  });
});
