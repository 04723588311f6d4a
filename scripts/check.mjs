/**
 * `npm run check`: format, lint, types, packages, documentation. Runs every step even when one fails, then names the
 * commands that failed. `npm run check -- style types` runs only those steps.
 */
import { root, turbo } from './bootstrap.mjs';
import { asTyped, run, say } from './children.mjs';

const node = (what, ...args) => ({ what, typed: asTyped('node', args), run: (env) => runNode(args, env) });
const cached = (what, ...tasks) => ({
  what,
  typed: asTyped('turbo', ['run', ...tasks]),
  run: (env) => runTurbo(tasks, env),
});

/** In the order of how soon they tell something. Those that cost seconds go through turbo's cache. */
const steps = {
  style: node(
    'format, lint and import direction (Biome)',
    'node_modules/@biomejs/biome/bin/biome',
    'check',
    '--error-on-warnings',
    '.',
  ),
  tree: node('no key, machine path or registry host in a tracked file', 'scripts/check-tree.mjs'),
  build: { what: 'every package compiles (tsc)', typed: 'turbo run build' },
  types: cached('types of the tests (tsc)', 'check:types'),
  promises: cached('no promise is left alone, across packages too (oxlint)', 'check:promises'),
  packages: node('manifests against the dependency table', 'scripts/check-packages.mjs'),
  guarantees: node('every guarantee of the client has its tests', 'scripts/check-guarantees.mjs'),
  wire: node('docs/wire against the schemas', 'scripts/wire-docs.mjs', '--check'),
  unused: cached('unused files, exports and dependencies (knip)', 'check:unused'),
  published: cached('what npm would publish (publint, attw)', 'check:published'),
  docs: cached('documentation: links, docstrings and examples (typedoc, tsc)', 'docs', 'snippets'),
};

/** Nothing that reads the build can tell more than the build itself once that has failed. */
const needBuild = ['types', 'promises', 'packages', 'wire', 'published', 'docs'];

export async function check(env, only, build) {
  const unknown = only.filter((name) => !(name in steps));
  if (unknown.length > 0) {
    say(`no such step: ${unknown.join(', ')}; there are ${Object.keys(steps).join(', ')}`);
    return 2;
  }
  const wanted = (name) => only.length === 0 || only.includes(name);
  const failed = new Map();
  for (const [name, step] of Object.entries(steps)) {
    if (name === 'build' ? !(wanted(name) || needBuild.some(wanted)) : !wanted(name)) continue;
    if (needBuild.includes(name) && failed.has('build')) {
      say(`${name}: left out, the build failed`);
      continue;
    }
    say(`${name}: ${step.what}`);
    const code = await (step.run ?? build)(env);
    if (code !== 0) failed.set(name, `${step.typed} (exit code ${code})`);
  }
  for (const [name, command] of failed) say(`failed: ${name}: ${command}`);
  return failed.size > 0 ? 1 : 0;
}

function runNode(args, env) {
  return run(process.execPath, args, { cwd: root, env, out: 'stderr' });
}

function runTurbo(tasks, env) {
  const quietly = ['--ui=stream', '--output-logs=errors-only', '--log-order=grouped', '--log-prefix=none'];
  return turbo(['run', ...tasks, '--continue=always', ...quietly], env);
}
