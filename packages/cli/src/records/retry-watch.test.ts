import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { painter } from '../output/colors.ts';
import { talk } from '../output/talk.ts';
import { retryWatch } from './retry-watch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watching(timeoutMs: number | undefined) {
  const stream = new PassThrough();
  const to = talk({
    stream,
    input: new PassThrough(),
    paint: painter(false),
    quiet: false,
    json: false,
    animated: false,
  });
  const watch = retryWatch(to, timeoutMs);
  const error = new Error('gone');
  const retry = (partition: number, attempt: number) => watch.onRetry({ topic: 't', partition, attempt, error });
  return { watch, retry, said: () => String(stream.read() ?? ''), error };
}

test('an interruption is told once, and again only after records have come', () => {
  const { watch, retry, said } = watching(undefined);
  retry(0, 1);
  retry(0, 2);
  expect(said()).toBe('warning: reading t-0 was interrupted (gone), trying again\n');
  watch.arrived(0);
  retry(0, 1);
  expect(said()).toContain('t-0 was interrupted');
});

test('a partition that stays away ends it, although others have records', () => {
  const { watch, retry, error } = watching(1000);
  retry(1, 1);
  watch.arrived(0);
  vi.advanceTimersByTime(999);
  retry(1, 2);
  expect(watch.given.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  watch.arrived(0);
  retry(1, 3);
  expect(watch.given.reason).toBe(error);
});

test('without a limit it is waited for ever', () => {
  const { watch, retry } = watching(undefined);
  retry(0, 1);
  vi.advanceTimersByTime(1e9);
  retry(0, 2);
  expect(watch.given.aborted).toBe(false);
});
