/**
 * Makes `lib/`, which npm gets instead of `dist/`: run as `prepack` in the folder of a package, after the build.
 *
 * Loading a module costs a program a fifth of a millisecond before a line of it runs, and packages here are many small
 * modules; so each becomes one file per entry and one of what entries share. Other packages stay imports: there is one
 * copy of each, whichever of them a program names. Names and lines stay, so that a stack trace reads without a source map.
 * Every call at the top of a module that has no effect is marked as pure, so that bundlers leave out what nobody uses.
 */
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { copyDeclarations } from './declarations.mjs';
import { markPure } from './mark-pure.mjs';

/** `exports` of a manifest, as they are for `lib/`. */
export const publishedExports = (exports) => JSON.parse(JSON.stringify(exports).replaceAll('./dist/', './lib/'));

/** Writes `lib/` of the package in `folder`. */
export async function bundle(folder) {
  const {
    exports,
    dependencies = {},
    peerDependencies = {},
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const dist = join(folder, 'dist');
  const lib = join(folder, 'lib');
  const entries = [...new Set(targets(exports, '.js'))].map((path) => inDist(path).replace(/\.js$/, ''));
  const needed = Object.keys({ ...dependencies, ...peerDependencies });
  rmSync(lib, { recursive: true, force: true });
  const build = await rolldown({
    cwd: folder,
    input: Object.fromEntries(entries.map((entry) => [entry, join(dist, `${entry}.js`)])),
    platform: 'neutral',
    // What the manifest does not promise to be there is brought along: small parsers of which little is used.
    external: (id) => id.startsWith('node:') || needed.some((name) => id === name || id.startsWith(`${name}/`)),
    preserveEntrySignatures: 'strict',
    onLog: (level, log) => {
      throw new Error(`${level} while bundling ${folder}: ${log.message}`);
    },
  });
  await build.write({
    dir: lib,
    format: 'esm',
    comments: { legal: true, jsdoc: false, annotation: true },
    minifyInternalExports: false,
    chunkFileNames: '[name].js',
    plugins: [{ name: 'mark-pure', renderChunk: (code) => licencesOnce(markPure(code, parseAst)) }],
    codeSplitting: { groups: exports['./internal'] === undefined ? [] : [core(dist, entries)] },
  });
  await build.close();
  const types = targets(exports, '.d.ts').map(inDist);
  copyDeclarations(dist, lib, [...types, ...entries.map((entry) => `${entry}.d.ts`)]);
}

/**
 * What is behind a package's index and its internal entry. Sister packages load both at once, and by themselves they would be
 * cut into what either needs alone, and what both.
 */
function core(dist, entries) {
  const apart = entries.filter((entry) => entry.endsWith('/index')).map((entry) => dirname(entry));
  const isOfEntry = (path) =>
    entries.includes(path.replace(/\.js$/, '')) || apart.some((folder) => path.startsWith(`${folder}/`));
  return { name: 'core', test: (id) => !isOfEntry(relative(dist, id).replaceAll('\\', '/')) };
}

/** A parser that is brought along has its licence at the head of each of its files. */
function licencesOnce(code) {
  const seen = new Set();
  return code.replace(/\/\*![\s\S]*?\*\/\n?/g, (text) => (seen.has(text) ? '' : seen.add(text) && text));
}

/** The files with this ending that an `exports` value can lead to. */
function targets(value, ending) {
  if (typeof value === 'string') return value.endsWith(ending) ? [value] : [];
  return Object.values(value).flatMap((one) => targets(one, ending));
}

const inDist = (path) => path.replace('./dist/', '');

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(process.cwd());
