/**
 * How the documentation site is made: every published package's public entry, its README, and the guides.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const packages = '../../packages';

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
  projectDocuments: ['guides/*.md'],
  plugin: ['./options-are-documented.mjs'],
  hideGenerator: true,
  includeVersion: true,
  navigation: { includeCategories: false, includeGroups: false, includeFolders: false },
  sort: ['kind', 'alphabetical'],
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
    includeVersion: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true,
    // The check compiles everything already, with the compiler of the build.
    skipErrorChecking: true,
  },
};
