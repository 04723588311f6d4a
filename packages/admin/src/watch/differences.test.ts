import { expect, test } from 'vitest';
import type { AdminObject } from '../objects/object.ts';
import { byName } from '../objects/object.ts';
import type { Differences, WatchEvent } from './differences.ts';
import { differences } from './differences.ts';

type Thing = AdminObject<'thing', number, undefined>;

const thing = (name: string, spec = 0): Thing => ({ kind: 'thing', name, spec, status: undefined, owner: undefined });

const synced = (...objects: Thing[]): Differences<Thing> => {
  const news = differences<Thing>(byName);
  news.replace(objects);
  news.next();
  return news;
};

/** Everything that the reader has not seen. */
const rest = (news: Differences<Thing>): WatchEvent<Thing>[] => {
  const events: WatchEvent<Thing>[] = [];
  for (let event = news.next(); event !== undefined; event = news.next()) events.push(event);
  return events;
};

test('the first event has all objects, as they are when it is read, in order', () => {
  const news = differences<Thing>(byName);
  expect(news.next()).toBeUndefined();
  news.replace([thing('b'), thing('a'), thing('c')]);
  news.set(thing('a', 1));
  news.remove('c');
  expect(rest(news)).toEqual([{ type: 'synced', objects: [thing('a', 1), thing('b')] }]);
});

test('no objects is something that is known', () => {
  const news = differences<Thing>(byName);
  news.replace([]);
  expect(rest(news)).toEqual([{ type: 'synced', objects: [] }]);
});

test('each change is one event', () => {
  const news = synced(thing('a'));
  news.set(thing('a', 1));
  news.set(thing('b'));
  expect(rest(news)).toEqual([
    { type: 'updated', object: thing('a', 1), before: thing('a') },
    { type: 'added', object: thing('b') },
  ]);
  news.remove('a');
  expect(rest(news)).toEqual([{ type: 'deleted', object: thing('a', 1) }]);
});

test('a slow reader gets the last state of each object, with what it saw before', () => {
  const news = synced(thing('a'), thing('b'));
  for (let i = 1; i <= 1000; i++) news.set(thing('a', i));
  news.set(thing('b', 1));
  news.remove('b');
  expect(rest(news)).toEqual([
    { type: 'updated', object: thing('a', 1000), before: thing('a') },
    { type: 'deleted', object: thing('b') },
  ]);
});

test('what came and went meanwhile, and what was undone, is no event', () => {
  const news = synced(thing('a'), thing('b'));
  news.set(thing('new'));
  news.remove('new');
  news.set(thing('a', 1));
  news.set(thing('a'));
  news.remove('b');
  news.set(thing('b'));
  expect(rest(news)).toEqual([]);
});

test('a repeated whole is told by its differences', () => {
  const news = synced(thing('a'), thing('b'), thing('c'));
  news.replace([thing('a'), thing('b', 1), thing('d')]);
  expect(rest(news)).toEqual([
    { type: 'updated', object: thing('b', 1), before: thing('b') },
    { type: 'added', object: thing('d') },
    { type: 'deleted', object: thing('c') },
  ]);
  news.replace([thing('a'), thing('b', 1), thing('d')]);
  expect(rest(news)).toEqual([]);
});
