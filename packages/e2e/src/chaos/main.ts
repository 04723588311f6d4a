/**
 * `npm run chaos`: far more misfortune than `npm test` has time for. `CHAOS_SEED` repeats a run; without it the clock
 * chooses, and the seed is told.
 */
import { parseArgs } from 'node:util';
import { chaos } from './chaos.ts';

const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

const USAGE = `npm run chaos -- [--faults 500] [--seed N] [--min-in-sync 1] [--data-dir DIR] [--quiet]
  --faults N       how many; about a second for each
  --seed N         repeats a run (default: the clock; also CHAOS_SEED)
  --min-in-sync N  replicas that must have a committed record, 1 to 3
  --data-dir DIR   keep the cluster's files there
  --quiet          tell of rounds only`;

const { values } = options();

function options() {
  try {
    return parse();
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

function parse() {
  return parseArgs({
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      seed: { type: 'string', default: process.env.CHAOS_SEED ?? `${Math.trunc(Date.now() / 1000)}` },
      faults: { type: 'string', default: process.env.CHAOS_FAULTS ?? '500' },
      'data-dir': { type: 'string' },
      'min-in-sync': { type: 'string', default: process.env.CHAOS_MIN_IN_SYNC ?? '1' },
      quiet: { type: 'boolean', default: false },
    },
  });
}
if (values.help) {
  tell(USAGE);
  process.exit(0);
}
const seed = Number(values.seed);
const faults = Number(values.faults);
const minInSyncReplicas = Number(values['min-in-sync']);
if (![seed, faults, minInSyncReplicas].every(Number.isSafeInteger) || faults < 1) {
  complain('--seed, --faults and --min-in-sync are whole numbers');
  process.exit(2);
}

tell(
  `chaos: ${faults} faults, seed ${seed} (CHAOS_SEED=${seed} npm run chaos -- --faults ${faults} --min-in-sync ${minInSyncReplicas})`,
);
const startedAt = performance.now();
const seconds = (): string => ((performance.now() - startedAt) / 1000).toFixed(1).padStart(7);
const report = await chaos({
  seed,
  faults,
  minInSyncReplicas,
  faultsPerRound: 50,
  pauseMs: 500,
  ...(values['data-dir'] === undefined ? {} : { dataDir: values['data-dir'] }),
  log: (line) => {
    if (!values.quiet || line.startsWith('round')) tell(`${seconds()} s  ${line}`);
  },
});
tell(
  `${seconds()} s  ${report.acknowledged} records acknowledged, ${report.rejected} rejected, ${report.lost} acknowledged by a leader alone and lost (a reader was told of it ${report.gaps} times), ${report.stored} stored, ${report.elections} elections, nothing acknowledged for ${report.longestSilenceMs} ms at most`,
);
for (const [name, count] of Object.entries(report.faults).sort()) tell(`${`${count}`.padStart(5)} × ${name}`);
if (report.problems.length > 0) {
  complain(`\nseed ${seed}: ${report.problems.length} problems`);
  for (const problem of report.problems.slice(0, 50)) complain(`  ${problem}`);
  process.exitCode = 1;
} else {
  tell(
    'nothing that was acknowledged as committed was lost, repeated without a word, or out of order; all replicas are the same',
  );
}
