/** What a program gets from npm: the packages packed as for publishing and unpacked elsewhere, with what they depend on. */
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');
const SCOPE = '@fluvio-ts/';

/** A folder outside of the workspace in which packages are installed. */
export interface Installed extends Disposable {
  readonly folder: string;
  /** Bytes of everything that a package needs, itself among it. */
  bytesOf(name: string): number;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly packageManager: string;
}

const manifestIn = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Packs the named packages of this repository and their sisters, and unpacks the tarballs. Needs their build. */
export async function installPacked(names: readonly string[]): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), 'fluvio-ts-installed-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const modules = join(folder, 'node_modules');
  const needs = new Map<string, readonly string[]>();
  try {
    await Promise.all(names.map((name) => install(name, join(root, 'packages', name.slice(SCOPE.length)))));
  } catch (error) {
    remove();
    throw error;
  }

  /** `source` is where the workspace has it. */
  async function install(name: string, source: string): Promise<void> {
    if (needs.has(name)) return;
    const dependencies = Object.keys(manifestIn(source).dependencies ?? {});
    needs.set(name, dependencies);
    const target = join(modules, name);
    mkdirSync(target, { recursive: true });
    if (name.startsWith(SCOPE)) await packInto(source, target);
    else
      cpSync(source, target, { recursive: true, dereference: true, filter: (path) => !path.endsWith('node_modules') });
    for (const dependency of dependencies) await install(dependency, findModule(source, dependency));
  }

  return {
    folder,
    bytesOf: (name) => sum([...closure(name, needs)].map((one) => bytesIn(join(modules, one)))),
    [Symbol.dispose]: remove,
  };
}

async function packInto(source: string, target: string): Promise<void> {
  const tarball = join(target, 'package.tgz');
  const { packageManager } = manifestIn(root);
  const args = ['pack', '--out', tarball];
  const shell = process.platform === 'win32';
  await execute('pnpm', args, { cwd: source, shell }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    // Not started by the repository's commands, which put the pinned pnpm on PATH.
    return execute('npx', ['--yes', packageManager, ...args], { cwd: source, shell });
  });
  await execute('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  rmSync(tarball);
}

/** Where Node finds a dependency of the package in `folder`. */
function findModule(folder: string, name: string): string {
  for (let at = realpathSync(folder); ; at = dirname(at)) {
    const found = join(at, 'node_modules', name);
    if (existsSync(found)) return realpathSync(found);
    if (at === dirname(at)) throw new Error(`${name}, which ${folder} depends on, is not installed`);
  }
}

function closure(name: string, needs: ReadonlyMap<string, readonly string[]>, found = new Set<string>()): Set<string> {
  if (!found.has(name)) {
    found.add(name);
    for (const dependency of needs.get(name) ?? []) closure(dependency, needs, found);
  }
  return found;
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return sum(files.map((entry) => statSync(join(entry.parentPath, entry.name)).size));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
