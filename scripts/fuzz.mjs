/**
 * `npm run fuzz`: damaged frames, record sets and streams, far more of them than `npm test` has.
 *
 * `--runs N` cases (default 5,000,000), `--seed S` to repeat a run (default: from the clock, and told), `--collect` to
 * add finds of a new kind to the corpus that every test run replays.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './bootstrap.mjs';
import { asTyped, run, say } from './children.mjs';

const options = { runs: { type: 'string' }, seed: { type: 'string' }, collect: { type: 'boolean' } };

export async function fuzz(env, args) {
  let values;
  try {
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    say(`${error.message}; there are --runs N, --seed S and --collect`);
    return 2;
  }
  const { runs = '5000000', seed = String(Math.trunc(Date.now() / 1000)), collect = false } = values;
  if (!/^[1-9]\d*$/.test(runs) || !/^\d+$/.test(seed)) {
    say('--runs and --seed are whole numbers');
    return 2;
  }
  say(asTyped('npm', ['run', 'fuzz', '--', '--runs', runs, '--seed', seed, ...(collect ? ['--collect'] : [])]));
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  return run(process.execPath, [vitest, 'run', 'src/golden/fuzz.test.ts'], {
    cwd: join(root, 'packages/protocol'),
    env: {
      ...env,
      FLUVIO_FUZZ_RUNS: runs,
      FLUVIO_FUZZ_SEED: seed,
      ...(collect ? { FLUVIO_FUZZ_COLLECT: '1' } : {}),
    },
  });
}
