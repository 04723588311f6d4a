/** The examples of the guide on testing do what they say, with the test runners that they are for. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript-5.9';
import { afterAll, beforeAll, expect, test } from 'vitest';

const here = import.meta.dirname;
const root = join(here, '../../../..');
const guide = readFileSync(join(root, 'apps/docs/guides/testing.md'), 'utf8');
/** Programs of the guide: a block and those that go on where it left off. */
const programs: string[] = [];
for (const [, continues, code = ''] of guide.matchAll(/^```ts( continues)?\n(.*?)^```$/gms)) {
  if (continues === undefined) programs.push(code);
  else programs[programs.length - 1] += code;
}
const programWith = (module: string): string =>
  programs.find((program) => program.includes(`from '${module}'`)) ?? expect.fail(`no example uses ${module}`);

let folder: string;
beforeAll(() => {
  // Inside of the package, where its dependencies are found.
  folder = mkdtempSync(join(here, '../../.guide-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> {
  // A runner inside of a runner must not take itself for a part of it.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_TEST|FLUVIO_)/.test(name)),
  );
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...env, NO_COLOR: '1' } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  const [code] = await once(child, 'close');
  return { code, text };
}

test('Vitest', { timeout: 60_000 }, async () => {
  writeFileSync(join(folder, 'guide.test.ts'), programWith('vitest'));
  writeFileSync(join(folder, 'vitest.config.mjs'), 'export default { test: { include: ["guide.test.ts"] } };\n');
  const { code, text } = await run([join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder]);
  expect(code, text).toBe(0);
  expect(text).toMatch(/Tests +3 passed/);
});

test('node:test', { timeout: 60_000 }, async () => {
  const { outputText } = ts.transpileModule(programWith('node:test'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  writeFileSync(join(folder, 'guide.test.mjs'), outputText);
  const { code, text } = await run(['--test', join(folder, 'guide.test.mjs')]);
  expect(code, text).toBe(0);
  expect(text).toMatch(/pass 1/);
});
