import { expect, test, vi } from 'vitest';
import { type Inbox, inbox } from './inbox.ts';

const silent = { hungry: () => {}, abandoned: () => {} };
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

const pulls = (box: Inbox): AsyncIterator<Uint8Array> => box.incoming[Symbol.asyncIterator]();

test('a waiting pull takes the chunk; without one the source is told to pause', async () => {
  const box = inbox(silent);
  const reader = pulls(box);
  const first = reader.next();
  expect(box.push(bytes(1))).toBe(true);
  expect(box.push(bytes(2, 2))).toBe(false);
  expect(box.push(bytes(3))).toBe(false);
  expect(box.waitingBytes).toBe(3);
  expect(await first).toEqual({ done: false, value: bytes(1) });
  expect((await reader.next()).value).toEqual(bytes(2, 2));
  expect((await reader.next()).value).toEqual(bytes(3));
  expect(box.waitingBytes).toBe(0);
});

test('the source goes on when the last waiting chunk is pulled, not before', async () => {
  const hungry = vi.fn();
  const box = inbox({ ...silent, hungry });
  const reader = pulls(box);
  box.push(bytes(1));
  box.push(bytes(2));
  await reader.next();
  expect(hungry).not.toHaveBeenCalled();
  await reader.next();
  expect(hungry).toHaveBeenCalledOnce();
  void reader.next();
  expect(hungry).toHaveBeenCalledTimes(2);
});

test('a lent chunk comes back with the next pull', async () => {
  const released = vi.fn();
  const box = inbox({ ...silent, released });
  const reader = pulls(box);
  const chunk = bytes(1);
  box.push(chunk);
  await reader.next();
  expect(released).not.toHaveBeenCalled();
  void reader.next();
  expect(released).toHaveBeenCalledExactlyOnceWith(chunk);
});

test('what arrived before the end is still delivered, then the error once, then the end', async () => {
  const box = inbox(silent);
  const reader = pulls(box);
  box.push(bytes(1));
  box.finish(new Error('reset'));
  box.finish(new Error('later'));
  expect(box.push(bytes(2))).toBe(false);
  expect((await reader.next()).value).toEqual(bytes(1));
  await expect(reader.next()).rejects.toThrow('reset');
  expect((await reader.next()).done).toBe(true);
});

test.each([
  ['ends', undefined],
  ['throws the reason', new Error('bye')],
])('a drop forgets what waits and %s, even after a clean end', async (_, reason) => {
  const box = inbox(silent);
  const reader = pulls(box);
  box.push(bytes(1));
  box.finish();
  box.drop(reason);
  expect(box.waitingBytes).toBe(0);
  if (reason === undefined) expect((await reader.next()).done).toBe(true);
  else await expect(reader.next()).rejects.toBe(reason);
  expect((await reader.next()).done).toBe(true);
});

test('a waiting pull is settled by the end, by an error and by a drop', async () => {
  const clean = inbox(silent);
  const waiting = pulls(clean).next();
  clean.finish();
  expect((await waiting).done).toBe(true);

  const failed = inbox(silent);
  const failing = pulls(failed).next();
  failed.finish(new Error('reset'));
  await expect(failing).rejects.toThrow('reset');

  const dropped = inbox(silent);
  const reader = pulls(dropped);
  const dropping = reader.next();
  dropped.drop(new Error('bye'));
  await expect(dropping).rejects.toThrow('bye');
  expect((await reader.next()).done).toBe(true);
});

test('leaving the loop is reported', async () => {
  const abandoned = vi.fn();
  const box = inbox({ ...silent, abandoned });
  box.push(bytes(1));
  for await (const _ of box.incoming) break;
  expect(abandoned).toHaveBeenCalledOnce();
});

test('a second loop and a second pull are programming errors', async () => {
  const box = inbox(silent);
  const reader = pulls(box);
  expect(() => pulls(box)).toThrow(TypeError);
  void reader.next();
  await expect(reader.next()).rejects.toThrow(TypeError);
});
