/**
 * Benchmark of the codec's hot path: `node packages/bench/dist/codec.js`, with words to select cases by.
 *
 * Each case runs in a process of its own, because cases that share one distort each other by a factor of two to three:
 * what one teaches the optimiser about a function, the next pays for.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type CodecCase, codecCases } from './codec-cases.ts';
import { measure, ROUND_MS, ROUNDS } from './measure.ts';
import { type BenchRow, formatRows, spread } from './row.ts';

const program = fileURLToPath(import.meta.url);
/** In the environment of a process that is to measure one case and send the result. */
const CASE = 'FLUVIO_BENCH_CODEC_CASE';

/** Measures the cases, one after another; by default all of them. */
export async function codecRows(cases: readonly CodecCase[] = codecCases): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { name, unit, note } of cases) {
    const nanoseconds = await measureApart(name);
    const values = unit === 'MB/s' ? nanoseconds.map((ns) => 1000 / ns) : nanoseconds;
    rows.push({ case: name, unit, ...spread(values), ...(note === undefined ? {} : { note }) });
  }
  return rows;
}

async function measureApart(name: string): Promise<number[]> {
  const child = fork(program, { env: { ...process.env, [CASE]: name } });
  const exit = once(child, 'exit');
  // A disconnect comes after every message, which an exit may not.
  const [samples] = await Promise.race([once(child, 'message'), once(child, 'disconnect')]);
  const [exitCode] = await exit;
  if (!Array.isArray(samples)) throw new Error(`measuring "${name}" ended with exit code ${exitCode} and no result`);
  return samples;
}

/** What this program does when it is run, not imported. */
async function main(words: readonly string[]): Promise<void> {
  const name = process.env[CASE];
  if (name !== undefined) {
    const found = codecCases.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`there is no case "${name}"`);
    process.send?.(measure(found.prepare()));
    return;
  }
  const chosen = codecCases.filter((candidate) => words.every((word) => candidate.name.includes(word)));
  if (chosen.length === 0) throw new Error(`no case has ${words.join(' and ')} in its name`);
  const [load = 0] = loadavg();
  console.log(`Node ${process.versions.node}, load ${load.toFixed(1)}, ${ROUNDS} rounds of ${ROUND_MS} ms per case\n`);
  console.log(formatRows(await codecRows(chosen)));
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === program) await main(process.argv.slice(2));
