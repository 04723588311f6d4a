/** Gets JavaScript runtimes from npm, each into a folder of its own. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../bootstrap.mjs';
import { asTyped, run, say } from '../children.mjs';

const windows = process.platform === 'win32';
/** Makes `eval` throw, as a content security policy does in pages. */
const withoutEval = ['--disallow-code-generation-from-strings'];

/** Every runtime: the npm package it comes from, the program in it, and how it is started. */
export const runtimes = [
  ...[20, 22, 24, 26].map((major) => ({
    name: `node${major}`,
    wanted: `node@${major}`,
    program: 'node',
    flags: withoutEval,
  })),
  { name: 'bun', wanted: 'bun@1', program: 'bun', flags: [] },
  {
    name: 'deno',
    wanted: 'deno@2',
    program: 'deno',
    flags: ['run', '--no-prompt', '--allow-read', '--allow-env', '--allow-net=127.0.0.1,localhost'],
  },
];

/** The program of a runtime as `{ binary }`, or `{ reason }` why it cannot be had. */
export async function obtain({ name, wanted, program }, env) {
  if (wanted === `node@${process.versions.node.split('.')[0]}`) return { binary: process.execPath };
  const folder = join(root, 'node_modules/.cache/matrix', name);
  const binary = join(folder, 'node_modules/.bin', windows ? `${program}.cmd` : program);
  if (existsSync(binary)) return { binary };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // A project of its own, so that npm does not look for one above.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  say(`getting ${wanted} from npm`);
  const { command, args } = npm(['install', '--no-audit', '--no-fund', '--loglevel=error', wanted]);
  const code = await run(command, args, { cwd: folder, env, out: 'stderr', shell: windows });
  if (code === 0 && existsSync(binary)) return { binary };
  rmSync(folder, { recursive: true, force: true });
  return { reason: `${asTyped('npm', ['install', wanted])} failed (exit code ${code})` };
}

/** npm as it runs this script, else the one on PATH. */
function npm(args) {
  const script = process.env.npm_execpath;
  const usable = script !== undefined && basename(script) === 'npm-cli.js';
  return usable ? { command: process.execPath, args: [script, ...args] } : { command: 'npm', args };
}
