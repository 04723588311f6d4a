/** Two dozen misfortunes, and nothing that was acknowledged is lost. `CHAOS_SEED` chooses others, or the same ones again. */
import { expect, it } from 'vitest';
import { chaos } from './chaos.ts';

const seed = Number(process.env.CHAOS_SEED ?? 1);
/** Each kind once. */
const FAULTS = 13;

const replicas = [1, 2];

const run = async (minInSyncReplicas: number): Promise<void> => {
  const report = await chaos({ seed: seed + minInSyncReplicas - 1, faults: FAULTS, minInSyncReplicas, pauseMs: 400 });
  expect(report.problems).toEqual([]);
  expect(Object.values(report.faults).reduce((a, b) => a + b)).toBe(FAULTS);
  expect(report.acknowledged).toBeGreaterThan(300);
  expect(report.elections).toBeGreaterThan(0);
  expect(report.turns).toBeGreaterThan(1);
};

it.each(replicas)(
  'loses nothing that %i of three replicas have to have, and readers of every kind get it',
  run,
  180_000,
);
