/**
 * How the documentation site is made: every published package's public entry, its README, and the guides.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const packages = '../../packages';

/** Names of the Markdown files of a folder, those that are named here first and in this order. */
function pagesOf(folder, ...first) {
  const names = readdirSync(join(import.meta.dirname, folder)).filter((name) => name.endsWith('.md'));
  return [...new Set([...first, ...names])].map((name) => `${folder}/${name}`);
}

/** Pages beside those of the packages, in the order in which they are read. The wire's come last, see documents.mjs. */
const pages = [
  ...pagesOf(
    'guides',
    'getting-started.md',
    'guarantees.md',
    'errors.md',
    'testing.md',
    'security.md',
    'browser.md',
    'smartmodules.md',
  ),
  '../../packages/cluster/DIFFERENCES.md',
  '../../MIGRATION.md',
  '../../packages/cli/README.md',
  '../../ARCHITECTURE.md',
  '../../CONTRIBUTING.md',
  '../../SECURITY.md',
  ...pagesOf('../../docs/wire', 'README.md'),
];

/** Packages with something to import: `flv` has only a program, private packages are nobody's API. */
const documented = readdirSync(join(import.meta.dirname, packages))
  .map((name) => join(packages, name))
  .filter((folder) => existsSync(join(import.meta.dirname, folder, 'dist')))
  .map((folder) => ({ folder, ...JSON.parse(readFileSync(join(import.meta.dirname, folder, 'package.json'), 'utf8')) }))
  .filter((manifest) => manifest.private !== true && manifest.exports?.['.'] !== undefined);

export default {
  name: 'Fluvio for TypeScript',
  out: 'site',
  readme: existsSync(join(import.meta.dirname, '../../README.md')) ? '../../README.md' : 'none',
  entryPointStrategy: 'packages',
  entryPoints: documented.map(({ folder }) => folder),
  projectDocuments: pages,
  plugin: ['./documents.mjs', './options-are-documented.mjs'],
  highlightLanguages: ['ts', 'js', 'json', 'sh', 'toml', 'rust', 'http', 'html'],
  hideGenerator: true,
  customCss: './site.css',
  headings: { readme: false, document: false },
  navigation: { includeCategories: false, includeGroups: false, includeFolders: false },
  sort: ['kind', 'alphabetical'],
  sortEntryPoints: false,
  validation: {
    notExported: true,
    invalidLink: true,
    invalidPath: true,
    rewrittenLink: true,
    notDocumented: true,
    unusedMergeModuleWith: true,
  },
  packagesRequiringDocumentation: documented.map(({ name }) => name),
  requiredToBeDocumented: ['Variable', 'Function', 'Class', 'Interface', 'TypeAlias', 'Method', 'Accessor'],
  packageOptions: {
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true,
    // The check compiles everything already, with the compiler of the build.
    skipErrorChecking: true,
  },
};
