/** Twenty misfortunes, and nothing that was acknowledged is lost. `CHAOS_SEED` chooses others, or the same ones again. */
import { expect, it } from 'vitest';
import { chaos } from './chaos.ts';

const seed = Number(process.env.CHAOS_SEED ?? 1);
const FAULTS = 22;

it(`keeps every acknowledged record, in order and on every replica, through ${FAULTS} faults (seed ${seed})`, {
  timeout: 90_000,
}, async () => {
  const report = await chaos({ seed, faults: FAULTS, pauseMs: 500 });
  expect(report.problems).toEqual([]);
  expect(Object.values(report.faults).reduce((a, b) => a + b)).toBe(FAULTS);
  expect(report.acknowledged).toBeGreaterThan(1_000);
  expect(report.elections).toBeGreaterThan(3);
});
