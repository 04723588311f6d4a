import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Watchdog } from './watchdog.ts';
import { watchdog } from './watchdog.ts';

let dog: Watchdog;
let asked = 0;
let dead: number[] = [];
let patienceMs = 0;
beforeEach(() => {
  vi.useFakeTimers();
  asked = 0;
  dead = [];
  patienceMs = 0;
  dog = watchdog({
    idleMs: 15_000,
    answerMs: 10_000,
    ask: () => asked++,
    patienceMs: () => patienceMs,
    dead: (silentMs) => dead.push(silentMs),
  });
});
afterEach(() => {
  dog.stop();
  vi.useRealTimers();
});

test('a peer that talks is not asked, whenever in the interval it does', () => {
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(14_000);
    dog.heard();
  }
  expect(asked).toBe(0);
});

test('a silent peer is asked, and dead within 26 seconds of its last word', () => {
  vi.advanceTimersByTime(14_000);
  dog.heard();
  vi.advanceTimersByTime(15_000);
  expect([asked, dead]).toEqual([1, []]);
  vi.advanceTimersByTime(11_000);
  expect(dead).toHaveLength(1);
  expect(dead[0]).toBeLessThan(26_000);
  expect(vi.getTimerCount()).toBe(0);
});

test('an answer saves it, and it is asked again after the next silence', () => {
  vi.advanceTimersByTime(16_000);
  dog.heard();
  vi.advanceTimersByTime(14_000);
  expect([asked, dead]).toEqual([1, []]);
  vi.advanceTimersByTime(9_000);
  dog.heard();
  vi.advanceTimersByTime(10_000);
  expect([asked, dead]).toEqual([2, []]);
});

test('what the peer was asked to do may take its time', () => {
  patienceMs = 60_000;
  vi.advanceTimersByTime(80_000);
  expect(dead).toEqual([]);
  vi.advanceTimersByTime(6_000);
  expect(dead).toHaveLength(1);
});

test('a blocked event loop reads what has arrived before anyone is declared dead', () => {
  vi.advanceTimersByTime(15_000);
  // After a standstill the timer that is overdue runs first, and the answer is read in the turn behind it.
  vi.advanceTimersByTime(10_000);
  dog.heard();
  vi.advanceTimersByTime(10_000);
  expect(dead).toEqual([]);
});

test('stopped, it leaves no timer', () => {
  dog.stop();
  expect(vi.getTimerCount()).toBe(0);
});
