/**
 * Holds every package.json to the house rules and to the dependency table, and biome.json's import rules to that table.
 *
 * Needs the build: each target of `exports` and `bin` must be there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, workspaceFolders } from './bootstrap.mjs';
import { publishedExports } from './bundle.mjs';
import { forbiddenSisters, packageTable } from './package-table.mjs';

const scope = '@fluvio-ts/';
const complaints = [];
const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

const biome = readJson('biome.json');
const docs = readJson('apps/docs/package.json');
/** Nothing but a private package's own scripts may reach into it. */
const privatePackages = ['e2e', 'bench'];
const folders = workspaceFolders().filter((folder) => folder.startsWith('packages/'));
let published = 0;
for (const folder of folders) {
  const manifest = readJson(`${folder}/package.json`);
  const name = folder.slice('packages/'.length);
  const complain = (what) => complaints.push(`${folder}/package.json: ${what}`);
  if (manifest.name !== scope + name) complain(`the name should be ${scope}${name}`);
  if (packageTable[name] === undefined) {
    complain('the package is not in scripts/package-table.mjs');
    continue;
  }
  checkDependencies(name, manifest, complain);
  checkImportRules(name, folder);
  if (manifest.private === true) continue;
  published += 1;
  if (manifest.exports?.['.'] !== undefined && docs.devDependencies[manifest.name] === undefined) {
    complaints.push(`apps/docs/package.json: ${manifest.name} is missing, so that its examples could not be compiled`);
  }
  checkPublished(folder, manifest, complain);
}
checkNeutralRule();

for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exit(1);
console.error(`${folders.length} packages (${published} published) follow the table`);

function checkDependencies(name, manifest, complain) {
  const { sisters, external } = packageTable[name];
  const all = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  for (const [dependency, range] of Object.entries(all)) {
    if (dependency.startsWith(scope)) {
      const sister = dependency.slice(scope.length);
      const allowed = sisters === 'all' ? !privatePackages.includes(sister) : sisters.includes(sister);
      if (!allowed) complain(`may not depend on ${dependency}`);
      if (range !== 'workspace:^') complain(`${dependency} should be "workspace:^", not "${range}"`);
    } else if (external !== 'any' && !external.includes(dependency)) {
      complain(`${dependency} is no dependency that scripts/package-table.mjs allows`);
    }
  }
}

/** The lint rule that keeps imports to the table must say what the table says. */
function checkImportRules(name, folder) {
  if (packageTable[name].sisters === 'all') return;
  const override = biome.overrides.find(({ includes }) => same(includes, [`${folder}/**`]));
  const group = override?.linter?.rules?.style?.noRestrictedImports?.options?.patterns?.[0]?.group;
  const expected = forbiddenSisters(name);
  if (!same(group, expected)) {
    complaints.push(`biome.json: the import rule of ${folder} should forbid ${JSON.stringify(expected)}`);
  }
}

/** The lint rule that keeps `node:*` out of neutral sources must cover those of every package that exists. */
function checkNeutralRule() {
  const override = biome.overrides.find(({ linter }) => linter?.rules?.correctness?.noNodejsModules === 'error');
  for (const [name, { neutral = [] }] of Object.entries(packageTable)) {
    if (!folders.includes(`packages/${name}`)) continue;
    for (const glob of neutral) {
      if (override?.includes.includes(glob) !== true)
        complaints.push(`biome.json: noNodejsModules should cover ${glob}`);
    }
  }
}

function checkPublished(folder, manifest, complain) {
  if (manifest.license !== 'Apache-2.0') complain('license should be Apache-2.0');
  if (manifest.type !== 'module') complain('type should be module');
  if (manifest.sideEffects !== false) complain('sideEffects should be false');
  if (manifest.engines?.node !== '>=20.19') complain('engines.node should be >=20.19');
  if (manifest.publishConfig?.access !== 'public') complain('publishConfig.access should be public');
  for (const field of ['version', 'description', 'keywords', 'files']) {
    if (manifest[field] === undefined || manifest[field].length === 0) complain(`${field} is missing`);
  }
  if (!existsSync(join(root, folder, 'README.md'))) complain('README.md is missing');
  for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
    for (const path of targets(target)) {
      if (!existsSync(join(root, folder, path)))
        complain(`exports "${entry}" names ${path}, which the build does not make`);
    }
    if (!typesFirst(target)) complain(`exports "${entry}": types go first`);
  }
  if (manifest.exports === undefined) complain('exports is missing');
  else if (
    manifest.scripts.prepack !== undefined &&
    !same(manifest.publishConfig.exports, publishedExports(manifest.exports))
  )
    complain('publishConfig.exports should be the same as exports, with lib/ for dist/');
  for (const path of Object.values(manifest.bin ?? {})) {
    if (!existsSync(join(root, folder, path))) complain(`bin names ${path}, which does not exist`);
  }
}

/** Wherever types are named, no other condition may win before them. */
function typesFirst(value) {
  if (typeof value === 'string') return true;
  const conditions = Object.keys(value);
  return conditions.indexOf('types') <= 0 && Object.values(value).every(typesFirst);
}

/** Every file that an `exports` value can lead to. */
function targets(value) {
  return typeof value === 'string' ? [value] : Object.values(value).flatMap(targets);
}
