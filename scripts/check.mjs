/**
 * `npm run check`: format, lint, types, packages, documentation. Runs every step even when one fails, then names the
 * commands that failed. `npm run check -- style types` runs only those steps.
 */
import { root, turbo } from './bootstrap.mjs';
import { asTyped, run, say } from './children.mjs';

const node = (what, script, ...args) => ({ what, command: process.execPath, typed: 'node', args: [script, ...args] });
const turboRun = (what, ...tasks) => ({
  what,
  args: ['run', ...tasks, '--continue=always', '--ui=stream', '--output-logs=errors-only', '--log-order=grouped'],
});

/** In the order of how soon they tell something. Those that cost seconds go through turbo's cache. */
const steps = {
  style: {
    ...node('format, lint and import direction (Biome)', 'node_modules/@biomejs/biome/bin/biome'),
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  },
  tree: node('no key, machine path or registry host in a tracked file', 'scripts/check-tree.mjs'),
  packages: node('manifests against the dependency table', 'scripts/check-packages.mjs'),
  types: turboRun('types of the tests (tsc)', 'check:types'),
  unused: turboRun('unused files, exports and dependencies (knip)', 'check:unused'),
  published: turboRun('what npm would publish (publint, attw)', 'check:published'),
  docs: turboRun('documentation: links, docstrings and examples (typedoc, tsc)', 'docs', 'snippets'),
};

export async function check(env, only) {
  const unknown = only.filter((name) => !(name in steps));
  if (unknown.length > 0) {
    say(`no such step: ${unknown.join(', ')}; there are ${Object.keys(steps).join(', ')}`);
    return 2;
  }
  const failures = [];
  for (const [name, step] of Object.entries(steps)) {
    if (only.length > 0 && !only.includes(name)) continue;
    say(`${name}: ${step.what}`);
    const code =
      step.command === undefined
        ? await turbo(step.args, env)
        : await run(step.command, step.args, { cwd: root, env, out: 'stderr' });
    if (code !== 0) failures.push(`${name}: ${asTyped(step.typed || 'turbo', step.args)} (exit code ${code})`);
  }
  for (const failure of failures) say(`failed: ${failure}`);
  return failures.length > 0 ? 1 : 0;
}
