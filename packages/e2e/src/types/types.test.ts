/**
 * Compiles programs that use the published types with every TypeScript that we support, libraries checked too: what one
 * version infers or allows in a declaration file may be an error in another.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const here = import.meta.dirname;

/** Packages that hold a compiler, the oldest that we support first. */
const compilers = ['typescript-5.4', 'typescript-5.9', 'typescript-6', 'typescript'];

const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  allowImportingTsExtensions: true,
  target: 'es2022',
};

/** Settings as programs have them: Node with its own types, and a bundled page. */
const settings = {
  'a Node program': {
    ...strict,
    module: 'nodenext',
    moduleResolution: 'nodenext',
    lib: ['es2022', 'esnext.disposable'],
    types: ['node'],
    typeRoots: [join(here, '../../../../node_modules/@types')],
  },
  'a page': {
    ...strict,
    exactOptionalPropertyTypes: false,
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable', 'esnext.disposable'],
    types: [],
  },
};

/** What the compiler complains of; empty if nothing. */
function compile(compiler: string, compilerOptions: object, programs: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'fluvio-ts-types-'));
  try {
    const files = programs.map((name) => join(here, name));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const tsc = join(dirname(require.resolve(`${compiler}/package.json`)), 'bin/tsc');
    const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
    });
    return stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const versionOf = (compiler: string): string => require(`${compiler}/package.json`).version;

describe.each(compilers.map((compiler) => [versionOf(compiler), compiler] as const))(
  'TypeScript %s',
  (_version, compiler) => {
    it.each(Object.entries(settings))('takes the public types in %s', { timeout: 120_000 }, (_name, options) => {
      expect(compile(compiler, options, ['protocol.ts', 'client.ts', 'serde.ts'])).toBe('');
    });
  },
);

it('would notice an error', { timeout: 120_000 }, () => {
  const broken = compile('typescript-6', { ...settings['a page'], lib: ['es2015'] }, ['protocol.ts']);
  expect(broken).toContain('error TS');
});
