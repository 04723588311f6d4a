/**
 * Makes a fresh clone ready with nothing but Node and npm: the pinned pnpm through npx, then an install when one is due.
 *
 * Runs before anything is installed, so it uses Node's own modules only.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asTyped, run, say } from './children.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const windows = process.platform === 'win32';
const stampFile = join(root, 'node_modules/.fluvio-ts.json');

/** Ends the process with a clear word when this Node cannot run the tools. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const enough = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (enough) return;
  say(
    `Node ${process.versions.node} is too old here: use 20.19 or newer of the 20 line, 22.12 or newer, or 24 and up.`,
  );
  process.exit(1);
}

/** The folders of all workspace packages, relative to the root. */
export function workspaceFolders() {
  const folders = [];
  for (const parent of ['packages', 'apps']) {
    for (const name of readdirSync(join(root, parent)).sort()) {
      if (existsSync(join(root, parent, name, 'package.json'))) folders.push(`${parent}/${name}`);
    }
  }
  return folders;
}

/** Whether a package has a source file with this ending. */
export function hasSource(folder, ending) {
  const source = join(root, folder, 'src');
  return existsSync(source) && readdirSync(source, { recursive: true }).some((file) => file.endsWith(ending));
}

/** The environment for tools: the pinned pnpm first on PATH, and no tool that calls home. */
export async function prepare() {
  const pnpm = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
  const wanted = digestOfDependencies(pnpm);
  const stamp = readStamp();
  let pnpmFolder = stamp.pnpm === pnpm ? stamp.pnpmFolder : undefined;
  if (pnpmFolder === undefined || !holdsPnpm(pnpmFolder)) pnpmFolder = await fetchPnpm(pnpm);
  const env = {
    ...process.env,
    PATH: `${pnpmFolder}${delimiter}${process.env.PATH || ''}`,
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
  };
  if (stamp.dependencies !== wanted || !existsSync(join(root, 'node_modules/.modules.yaml'))) {
    const args = ['install', '--frozen-lockfile', '--config.confirmModulesPurge=false'];
    say(`installing dependencies: ${asTyped('pnpm', args)}`);
    const code = await run('pnpm', args, { cwd: root, env, out: 'stderr', shell: windows });
    if (code !== 0) fail(asTyped('pnpm', args), code);
    mkdirSync(dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, JSON.stringify({ pnpm, pnpmFolder, dependencies: wanted }));
  } else if (stamp.pnpmFolder !== pnpmFolder) {
    writeFileSync(stampFile, JSON.stringify({ ...stamp, pnpmFolder }));
  }
  return env;
}

/** Says which command failed and ends with its code. */
export function fail(command, code) {
  say(`failed (exit code ${code}): ${command}`);
  process.exit(code);
}

/** Runs turbo's own binary: its JavaScript launcher would not pass a signal on. */
export function turbo(args, env) {
  const fromTurbo = createRequire(realpathSync(join(root, 'node_modules/turbo/package.json')));
  const os = windows ? 'windows' : process.platform;
  const arch = process.arch === 'arm64' ? 'arm64' : '64';
  const binary = fromTurbo.resolve(`@turbo/${os}-${arch}/bin/turbo${windows ? '.exe' : ''}`);
  const plain = process.stderr.isTTY || env.FORCE_COLOR !== undefined ? {} : { NO_COLOR: '1' };
  return run(binary, args, { cwd: root, env: { ...env, ...plain }, out: 'stderr' });
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

/** Changes whenever an install may be due. */
function digestOfDependencies(pnpm) {
  const hash = createHash('sha256').update(`${pnpm} ${process.platform} ${process.arch}`);
  const manifests = workspaceFolders().map((folder) => `${folder}/package.json`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', 'package.json', ...manifests]) {
    const path = join(root, file);
    hash.update(`\0${file}\0`).update(existsSync(path) ? readFileSync(path) : '');
  }
  return hash.digest('hex');
}

function holdsPnpm(folder) {
  return existsSync(join(folder, windows ? 'pnpm.cmd' : 'pnpm'));
}

/** Has npx bring the pinned pnpm into npm's own cache, and returns the folder that npx puts first on PATH. */
async function fetchPnpm(pnpm) {
  say(`getting ${pnpm} through npx`);
  const print = ['node', '-p', 'process.env.PATH || process.env.Path'];
  const npm = process.env.npm_execpath;
  const viaNpm = npm !== undefined && basename(npm) === 'npm-cli.js';
  const [command, args] = viaNpm
    ? [process.execPath, [npm, 'exec', '--yes', `--package=${pnpm}`, '--', ...print]]
    : ['npx', ['--yes', `--package=${pnpm}`, '--', ...print]];
  const { code, text } = await run(command, args, { cwd: root, out: 'capture', shell: windows && !viaNpm });
  const folder = text.trim().split(delimiter).find(holdsPnpm);
  if (code !== 0 || folder === undefined) fail(`npx --yes ${pnpm}`, code === 0 ? 1 : code);
  return folder;
}
