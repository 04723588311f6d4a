import { expect, test } from 'vitest';
import { clientError } from '../errors.ts';
import type { LinkEvent, LinkState } from './link-state.ts';
import { dialing, HEALTHY_MS, linkAfter } from './link-state.ts';

const why = clientError('client/closed', { what: 'the call' });
const dialled: LinkEvent<string> = { type: 'dialled', session: 's', endpoint: 1, atMs: 100 };
const after = (...events: readonly LinkEvent<string>[]): LinkState<string> =>
  events.reduce<LinkState<string>>(linkAfter, dialing);
const failed: LinkEvent<string> = { type: 'failed', error: 'no' };
const paused: LinkEvent<string> = { type: 'paused' };
const lost = (atMs: number): LinkEvent<string> => ({ type: 'lost', error: 'cut', atMs });

test('each failed round makes the next pause longer and begins with the next endpoint', () => {
  expect(after(failed)).toEqual({ at: 'waiting', attempt: 1, next: 1, last: 'no' });
  expect(after(failed, paused, failed)).toEqual({ at: 'waiting', attempt: 2, next: 2, last: 'no' });
});

test('the endpoint that answered is asked first after a good connection, with a short pause', () => {
  expect(after(failed, paused, failed, paused, dialled, lost(100 + HEALTHY_MS))).toEqual({
    at: 'waiting',
    attempt: 1,
    next: 1,
    last: 'cut',
  });
});

test('a connection that did not last long counts as one more failure; from the second on the next endpoint is asked first', () => {
  expect(after(dialled, lost(101))).toMatchObject({ at: 'waiting', attempt: 1, next: 1 });
  expect(after(failed, paused, dialled, lost(99 + HEALTHY_MS))).toMatchObject({ at: 'waiting', attempt: 2, next: 2 });
});

test('closed is for ever, and what comes too late changes nothing', () => {
  const closed = after({ type: 'closed', why });
  for (const event of [dialled, failed, paused, lost(1)]) expect(linkAfter(closed, event)).toBe(closed);
  const ready = after(dialled);
  for (const event of [dialled, failed, paused]) expect(linkAfter(ready, event)).toBe(ready);
  const waiting = after(failed);
  for (const event of [dialled, failed, lost(1)]) expect(linkAfter(waiting, event)).toBe(waiting);
  expect(linkAfter<string>(dialing, lost(1))).toBe(dialing);
});
