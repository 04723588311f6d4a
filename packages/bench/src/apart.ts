/**
 * Measures each case in a process of its own, because cases that share one distort each other by a factor of two to
 * three: what one teaches the optimiser about a function, the next pays for.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { measure, ROUND_MS, ROUNDS, type Work } from './measure.ts';
import { type BenchRow, formatRows, spread } from './row.ts';

/** One case; its work is prepared only in the process that measures it. */
export interface BenchCase {
  readonly name: string;
  /** Rates are counted in operations that are bytes. */
  readonly unit: 'ns/record' | 'ns/key' | 'ns/message' | 'MB/s';
  readonly note?: string;
  readonly prepare: () => Work;
}

/** In the environment of a process that is to measure one case and send the result. */
const CASE = 'FLUVIO_BENCH_CASE';

/** A program that measures cases; it is also what each case's process runs. */
export interface CaseProgram {
  /** Measures the cases, one after another; by default all of them. */
  rows(chosen?: readonly BenchCase[]): Promise<BenchRow[]>;
  /** What the program does when it is run, not imported: measures the cases that have all words of its arguments in their names. */
  runIfMain(): Promise<void>;
}

/** Makes the program of the module at `url`. */
export function caseProgram(url: string, cases: readonly BenchCase[]): CaseProgram {
  const path = fileURLToPath(url);

  async function rows(chosen = cases): Promise<BenchRow[]> {
    const measured: BenchRow[] = [];
    for (const { name, unit, note } of chosen) {
      const nanoseconds = await measureApart(path, name);
      const values = unit === 'MB/s' ? nanoseconds.map((ns) => 1000 / ns) : nanoseconds;
      measured.push({ case: name, unit, ...spread(values), ...(note === undefined ? {} : { note }) });
    }
    return measured;
  }

  return {
    rows,
    async runIfMain() {
      if (process.argv[1] === undefined || realpathSync(process.argv[1]) !== path) return;
      const name = process.env[CASE];
      if (name !== undefined) {
        const found = cases.find((candidate) => candidate.name === name);
        if (found === undefined) throw new Error(`there is no case "${name}"`);
        process.send?.(measure(found.prepare()));
        return;
      }
      const words = process.argv.slice(2);
      const chosen = cases.filter((candidate) => words.every((word) => candidate.name.includes(word)));
      if (chosen.length === 0) throw new Error(`no case has ${words.join(' and ')} in its name`);
      const [load = 0] = loadavg();
      console.log(
        `Node ${process.versions.node}, load ${load.toFixed(1)}, ${ROUNDS} rounds of ${ROUND_MS} ms per case\n`,
      );
      console.log(formatRows(await rows(chosen)));
    },
  };
}

async function measureApart(path: string, name: string): Promise<number[]> {
  const child = fork(path, { env: { ...process.env, [CASE]: name } });
  const exit = once(child, 'exit');
  // A disconnect comes after every message, which an exit may not.
  const [samples] = await Promise.race([once(child, 'message'), once(child, 'disconnect')]);
  const [exitCode] = await exit;
  if (!Array.isArray(samples)) throw new Error(`measuring "${name}" ended with exit code ${exitCode} and no result`);
  return samples;
}
