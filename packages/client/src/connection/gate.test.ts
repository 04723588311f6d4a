import { stopper } from '@fluvio-ts/protocol/internal';
import { expect, test } from 'vitest';
import { gate } from './gate.ts';
import { HEALTHY_MS } from './link-state.ts';

const { signal } = stopper();

/** A gate on a clock of the test's, with the longest pauses that chance may bring. */
const clocked = () => {
  let nowMs = 0;
  let dials = 0;
  const { pass, lost, forgive } = gate(
    () => nowMs,
    () => 0.999,
  );
  const dial = (outcome: 'up' | 'down') => () => {
    dials++;
    return outcome === 'up' ? Promise.resolve('session') : Promise.reject(new Error(`down ${dials}`));
  };
  return {
    ask: (outcome: 'up' | 'down') => pass(dial(outcome), signal),
    wait(ms: number) {
      nowMs += ms;
    },
    lost,
    forgive,
    dials: () => dials,
  };
};

test('a hundred who want a dead server cost one attempt, and all hear of it', async () => {
  const one = clocked();
  const all = await Promise.allSettled(Array.from({ length: 100 }, () => one.ask('down')));
  expect(all.every(({ status }) => status === 'rejected')).toBe(true);
  expect(one.dials()).toBe(1);
});

test('a dead server is asked less and less often, and no more than a thousand times in an hour', async () => {
  const one = clocked();
  const times: number[] = [];
  let before = 0;
  for (let ms = 0; ms < 3_600_000; ms += 50) {
    await one.ask('down').catch(() => {});
    if (one.dials() > before) times.push(ms);
    before = one.dials();
    one.wait(50);
  }
  expect(times.length).toBeLessThan(1_000);
  expect(times.length).toBeGreaterThan(700);
});

test('once it answers, everybody may dial at the same time', async () => {
  const one = clocked();
  await one.ask('up');
  await Promise.all(Array.from({ length: 10 }, () => one.ask('up')));
  expect(one.dials()).toBe(11);
});

test('pauses begin anew after a connection that lasted, and go on growing after one that did not', async () => {
  const pauseAfter = async (ageMs: number): Promise<number> => {
    const one = clocked();
    for (let failures = 0; failures < 6; ) {
      const before = one.dials();
      await one.ask('down').catch(() => {});
      if (one.dials() > before) failures++;
      one.wait(1_000);
    }
    one.wait(10_000);
    await one.ask('up');
    one.lost(ageMs, new Error('cut'));
    for (let waited = 0; ; waited++) {
      const before = one.dials();
      await one.ask('up').catch(() => {});
      if (one.dials() > before) return waited;
      one.wait(1);
    }
  };
  expect(await pauseAfter(HEALTHY_MS)).toBeLessThan(50);
  expect(await pauseAfter(HEALTHY_MS - 1)).toBeGreaterThan(1_000);
});

test('a server that the controller calls well is dialled at once', async () => {
  const one = clocked();
  await one.ask('down').catch(() => {});
  await expect(one.ask('up')).rejects.toThrow('down 1');
  one.forgive();
  expect(await one.ask('up')).toBe('session');
});
