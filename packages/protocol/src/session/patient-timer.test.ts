import { afterEach, expect, test, vi } from 'vitest';
import { patientTimer } from './patient-timer.ts';

afterEach(() => {
  vi.useRealTimers();
});

const busy = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};
/** So many turns of the event loop, each with its timers and its reads. */
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

test('an exchange of several messages that a busy program held up has its time', async () => {
  let passed = false;
  const clear = patientTimer(150, () => {
    passed = true;
  });
  busy(400);
  await turns(20);
  expect(passed).toBe(false);
  clear();
});

test('passes all the same when nothing comes, and even when the program never lets go', async () => {
  let passed = false;
  patientTimer(20, () => {
    passed = true;
  });
  const since = performance.now();
  while (!passed && performance.now() - since < 20_000) {
    busy(100);
    await turns(1);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  expect(passed).toBe(true);
});

test('is on time where nothing holds it up, and is not called once it is cleared', () => {
  vi.useFakeTimers();
  const passed = vi.fn();
  patientTimer(1_000, passed);
  vi.advanceTimersByTime(999);
  expect(passed).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(passed).toHaveBeenCalledTimes(1);
  patientTimer(10, passed)();
  patientTimer(Number.POSITIVE_INFINITY, passed);
  vi.advanceTimersByTime(1_000_000);
  expect(passed).toHaveBeenCalledTimes(1);
});
