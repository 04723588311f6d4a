import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChaosReport } from './testing/chaos.ts';
import { chaos } from './testing/chaos.ts';

/** `CHAOS_SEEDS=1000 CHAOS_FIRST=1` runs more of them. */
const SEEDS = Number(process.env.CHAOS_SEEDS ?? 12);
const FIRST = Number(process.env.CHAOS_FIRST ?? 1);
const STEPS = 60;

const unhandled: unknown[] = [];
const hear = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => {
  vi.useFakeTimers();
  unhandled.length = 0;
  process.on('unhandledRejection', hear);
});
afterEach(() => {
  process.off('unhandledRejection', hear);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('whatever happens: everything settles once, nothing acknowledged is lost, order holds, nothing is left behind', async () => {
  const total = { acknowledged: 0, rejected: 0, duplicates: 0, retries: 0 };
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const report: ChaosReport = await chaos(seed, STEPS).catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
    expect(vi.getTimerCount(), `timers left by seed ${seed}`).toBe(0);
    for (const kind of ['acknowledged', 'rejected', 'duplicates', 'retries'] as const) total[kind] += report[kind];
  }
  expect(unhandled).toEqual([]);
  expect(total.acknowledged).toBeGreaterThan(SEEDS * 50);
  expect(total.rejected).toBeGreaterThan(0);
  expect(total.duplicates).toBeGreaterThan(0);
  expect(total.retries).toBeGreaterThan(SEEDS);
});
