/**
 * The root scripts: `node scripts/run.mjs <task> [arguments]`. Runs on a fresh clone with only Node and npm.
 *
 * Each task brings what it needs (pnpm, dependencies, the build) and is quick when nothing changed. What it does is told
 * on standard error; standard output belongs to the program that is run.
 */
import { fail, prepare, requireNode, root, turbo } from './bootstrap.mjs';
import { check } from './check.mjs';
import { asTyped, run, say } from './children.mjs';
import { fuzz } from './fuzz.mjs';
import { matrix } from './matrix.mjs';
import { pruneDist } from './prune-dist.mjs';
import { test } from './test.mjs';
import { testCluster } from './test-cluster.mjs';

const quietly = ['--ui=stream', '--output-logs=errors-only', '--log-order=grouped', '--log-prefix=none'];

async function build(env, args = []) {
  pruneDist();
  say('building what changed (turbo)');
  return turbo(['run', 'build', '--concurrency=2', ...quietly, ...args], env);
}

async function mustBuild(env, args) {
  const code = await build(env, args);
  if (code !== 0) fail('turbo run build', code);
}

/** Runs a built program of the workspace, with the caller's terminal and arguments. */
async function program(path, env, args) {
  await mustBuild(env);
  say(asTyped('node', [path, ...args]));
  return run(process.execPath, [path, ...args], { cwd: root, env, stdin: 'inherit' });
}

const tasks = {
  build,
  test: async (env, args) => {
    await mustBuild(env);
    return test(env, args);
  },
  check: (env, args) => check(env, args, build),
  docs: async (env) => {
    await mustBuild(env);
    say('building the documentation site (typedoc)');
    const code = await turbo(['run', 'docs', ...quietly], env);
    if (code === 0) say('open apps/docs/site/index.html');
    return code;
  },
  demo: (env, args) => program('apps/demo/dist/main.js', env, args),
  'test:matrix': async (env, args) => {
    await mustBuild(env, ['--filter=@fluvio-ts/e2e']);
    return matrix(env, args);
  },
  'test:cluster': async (env, args) => {
    await mustBuild(env, ['--filter=@fluvio-ts/e2e...', '--filter=@fluvio-ts/cli']);
    return testCluster(env, args);
  },
  fuzz,
  chaos: (env, args) => program('packages/e2e/dist/chaos/main.js', env, args),
  bench: (env, args) => program('packages/bench/dist/main.js', env, args),
};

const [name, ...args] = process.argv.slice(2);
const task = tasks[name];
if (task === undefined) {
  say(`usage: node scripts/run.mjs ${Object.keys(tasks).join('|')} [arguments]`);
  process.exit(2);
}
requireNode();
const started = Date.now();
const env = await prepare();
const code = await task(env, args);
say(`${name} ${code === 0 ? 'done' : `ended with code ${code}`} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
process.exitCode = code;
