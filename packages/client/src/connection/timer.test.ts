import { MessageChannel } from 'node:worker_threads';
import { stopper } from '@fluvio-ts/protocol/internal';
import { afterEach, expect, test, vi } from 'vitest';
import { fanOut } from './fan-out.ts';
import { deadline, orAborted } from './timer.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a promise that lost to an abort may reject: nobody hears of it', async () => {
  const unhandled: unknown[] = [];
  const hear = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', hear);
  const before = stopper();
  before.stop('gone');
  await expect(orAborted(Promise.reject(new Error('late')), before.signal, () => new Error('aborted'))).rejects.toThrow(
    'aborted',
  );
  const during = stopper();
  let fail: (error: Error) => void = () => {};
  const slow = new Promise((_, reject) => {
    fail = reject;
  });
  const waiting = orAborted(slow, during.signal, () => new Error('aborted'));
  during.stop('gone');
  await expect(waiting).rejects.toThrow('aborted');
  fail(new Error('late'));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', hear);
  expect(unhandled).toEqual([]);
});

test('a deadline beyond what a timer can hold is far away, not at once', async () => {
  vi.useFakeTimers();
  const far = deadline(Number.POSITIVE_INFINITY);
  vi.advanceTimersByTime(1_000_000);
  expect(far.signal.aborted).toBe(false);
  far.release();
  expect(vi.getTimerCount()).toBe(0);
});

test('many waits on one signal take one listener of it, and give it back', () => {
  const controller = new AbortController();
  const add = vi.spyOn(controller.signal, 'addEventListener');
  const remove = vi.spyOn(controller.signal, 'removeEventListener');
  const shared = fanOut();
  const heard: number[] = [];
  const leases = Array.from({ length: 100 }, (_, i) => {
    const lease = shared(controller.signal);
    lease.signal.addEventListener('abort', () => heard.push(i));
    return lease;
  });
  expect(add).toHaveBeenCalledTimes(1);
  for (const lease of leases.slice(50)) lease.release();
  expect(remove).not.toHaveBeenCalled();
  controller.abort('enough');
  expect(heard).toHaveLength(100);
  expect(leases[0]?.signal.reason).toBe('enough');
  for (const lease of leases.slice(0, 50)) lease.release();
  expect(remove).toHaveBeenCalledTimes(1);
});

test('a deadline that a blocked event loop made late leaves what has arrived its turn', async () => {
  const { port1, port2 } = new MessageChannel();
  const limit = deadline(20);
  const answer = new Promise<string>((resolve) => {
    // Read after timers, as sockets are.
    port1.on('message', () => setImmediate(() => resolve(limit.signal.aborted ? 'too late' : 'in time')));
  });
  port2.postMessage('answer');
  const until = performance.now() + 200;
  while (performance.now() < until);
  expect(await answer).toBe('in time');
  limit.release();
  port1.close();
});

test('a deadline passes all the same when nothing arrives', async () => {
  const limit = deadline(20);
  const passed = new Promise<void>((resolve) => limit.signal.addEventListener('abort', resolve));
  const until = performance.now() + 200;
  while (performance.now() < until);
  await passed;
  expect(limit.passed).toBe(true);
});
