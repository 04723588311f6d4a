/** Two dozen misfortunes, and nothing that was acknowledged is lost. `CHAOS_SEED` chooses others, or the same ones again. */
import { expect, it } from 'vitest';
import { chaos } from './chaos.ts';

const seed = Number(process.env.CHAOS_SEED ?? 1);
/** Each kind twice or so. */
const FAULTS = 24;

it(`keeps every acknowledged record, in order and on every replica, through ${FAULTS} faults (seed ${seed})`, {
  timeout: 180_000,
}, async () => {
  const report = await chaos({ seed, faults: FAULTS, faultsPerRound: 12, pauseMs: 400 });
  expect(report.problems).toEqual([]);
  expect(Object.values(report.faults).reduce((a, b) => a + b)).toBe(FAULTS);
  expect(report.acknowledged).toBeGreaterThan(1_000);
  expect(report.elections).toBeGreaterThan(2);
});
