import type { Client } from '@fluvio-ts/client';
import { clusterOf } from '@fluvio-ts/client/internal';
import type { ObjectOf } from '@fluvio-ts/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Topic } from '../objects/topic.ts';
import { topicKind } from '../objects/topic.ts';
import { topicObject } from '../testing/objects.ts';
import type { ScriptedSc } from '../testing/scripted-sc.ts';
import { scriptedSc } from '../testing/scripted-sc.ts';
import type { WatchEvent } from './differences.ts';
import type { Watch } from './watch.ts';
import { openWatch } from './watch.ts';

let sc: ScriptedSc;
let client: Client;
const watches: Watch<Topic>[] = [];

beforeEach(async () => {
  sc = scriptedSc();
  client = await sc.connect();
});

afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.return();
  await client.close();
});

const watchTopics = (signal?: AbortSignal): Watch<Topic> => {
  const watch = openWatch(clusterOf(client), topicKind, signal === undefined ? {} : { signal });
  watches.push(watch);
  return watch;
};

const next = async (watch: Watch<Topic>): Promise<WatchEvent<Topic>> => {
  const { value } = await watch.next();
  if (value === undefined) throw new Error('the watch has ended');
  return value;
};

/** An event in short: its type and the names in it. */
const brief = (event: WatchEvent<Topic>): string =>
  `${event.type} ${event.type === 'synced' ? event.objects.map((one) => one.name).join(' ') : event.object.name}`;

const briefly = async (watch: Watch<Topic>): Promise<string> => brief(await next(watch));

/** Changes that reach the watch behind everything that was told before: an end that a test can wait for. */
const mark = (name: string): void => sc.put('Topic', topicObject(name));

/** Waits until the client has opened `count` watches of topics on its present connection, its own included. */
const opened = async (count: number): Promise<void> => {
  const topics = (): number => sc.watches.filter((label) => label === 'Topic').length;
  while (topics() < count) await new Promise((resolve) => setImmediate(resolve));
};

test('everything first, then every change', async () => {
  sc.put('Topic', topicObject('b'), topicObject('a'));
  const watch = watchTopics();
  const first = await next(watch);
  expect(brief(first)).toBe('synced a b consumer-offset');
  expect(first.type === 'synced' && first.objects[0]).toMatchObject({ kind: 'topic', name: 'a', owner: undefined });

  sc.put('Topic', topicObject('c'));
  expect(await briefly(watch)).toBe('added c');
  sc.put('Topic', topicObject('a', {}, { resolution: 'Pending', reason: 'waiting for live spus' }));
  expect(await next(watch)).toMatchObject({
    type: 'updated',
    object: { name: 'a', status: { resolution: 'Pending' } },
    before: { name: 'a', status: { resolution: 'Provisioned' } },
  });
  sc.remove('Topic', 'b');
  expect(await next(watch)).toMatchObject({ type: 'deleted', object: { name: 'b', spec: { system: false } } });
});

test('a read that waits is woken, and reads at the same time share the events', async () => {
  const watch = watchTopics();
  await next(watch);
  const reads = [briefly(watch), briefly(watch)];
  sc.put('Topic', topicObject('a'), topicObject('b'));
  expect(await Promise.all(reads)).toEqual(['added a', 'added b']);
});

test('the repeated whole, which Fluvio sends every 300 s, is no event', async () => {
  sc.put('Topic', topicObject('a'), topicObject('b'));
  const watch = watchTopics();
  await next(watch);
  sc.syncAll('Topic');
  sc.quietly(() => sc.remove('Topic', 'b'));
  sc.syncAll('Topic');
  expect(await briefly(watch)).toBe('deleted b');
  sc.syncAll('Topic');
  mark('z');
  expect(await briefly(watch)).toBe('added z');
});

test('a lost connection shows as what really changed meanwhile', async () => {
  sc.put('Topic', topicObject('same'), topicObject('goes'), topicObject('changes'));
  const watch = watchTopics();
  await next(watch);
  sc.cut();
  sc.quietly(() => {
    sc.remove('Topic', 'goes');
    sc.put('Topic', topicObject('comes'), topicObject('changes', { system: true }));
  });
  expect(await briefly(watch)).toBe('updated changes');
  expect(await briefly(watch)).toBe('added comes');
  expect(await briefly(watch)).toBe('deleted goes');
  mark('z');
  expect(await briefly(watch)).toBe('added z');
});

test('a connection that is lost before the first answer is made up for', async () => {
  sc.faults.down = true;
  sc.cut();
  const watch = watchTopics();
  const first = briefly(watch);
  sc.faults.down = false;
  expect(await first).toBe('synced consumer-offset');
});

test('a controller that refuses the watch again and again is asked again, with pauses', async () => {
  let refusals = 0;
  sc.faults.watch = (label) => {
    // The client's own three watches come first on each connection.
    const own = sc.watches.filter((one) => one === label).length % 2 === 1;
    if (label !== 'Topic' || own || refusals >= 3) return undefined;
    refusals++;
    throw new Error('refused');
  };
  expect(await briefly(watchTopics())).toBe('synced consumer-offset');
  expect(refusals).toBe(3);
});

test('a slow reader finds the last state of each object', async () => {
  sc.put('Topic', topicObject('busy'));
  const watch = watchTopics();
  await next(watch);
  for (let i = 1; i <= 3000; i++) {
    sc.put('Topic', topicObject('busy', {}, { reason: `${i}` }));
    sc.put('Topic', topicObject(`brief-${i}`));
    sc.remove('Topic', `brief-${i}`);
    // Several chunks: the watch keeps up with the controller, the reader does not.
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  mark('z');
  const { metadata } = clusterOf(client);
  while (metadata.topics.get('z') === undefined) await metadata.changed();
  expect(await next(watch)).toMatchObject({
    type: 'updated',
    object: { status: { reason: '3000' } },
    before: { status: { reason: '' } },
  });
  expect(await briefly(watch)).toBe('added z');
});

test('more answers at once than the stream can hold are made up for by a new watch', async () => {
  const watch = watchTopics();
  await next(watch);
  const before = sc.watches.length;
  const content = topicObject('lost');
  const body = { epoch: 99n, all: [], changes: [{ header: 'UPDATE', content }] } as const;
  sc.quietly(() => mark('z'));
  await sc.atOnce(() => {
    for (let i = 0; i < 1500; i++) sc.answerLast('Topic', { label: 'Topic', body });
  });
  const there = new Set<string>();
  while (!there.has('z') || there.has('lost')) {
    const event = await next(watch);
    if (event.type === 'deleted') there.delete(event.object.name);
    else if (event.type === 'added') there.add(event.object.name);
  }
  expect(sc.watches.slice(before)).toEqual(['Topic']);
});

test('an answer that cannot be read ends the watch with the reason, behind what came before', async () => {
  const watch = watchTopics();
  await next(watch);
  mark('z');
  sc.answerLast('Topic', { label: 'SPU', body: { epoch: 99n, all: [], changes: [] } });
  const { metadata } = clusterOf(client);
  while (metadata.topics.get('z') === undefined) await metadata.changed();
  expect(await briefly(watch)).toBe('added z');
  await expect(watch.next()).rejects.toMatchObject({
    code: 'wire/invalid',
    message: expect.stringMatching(/'SPU' where 'Topic' was asked for/),
  });
});

test('deleted and created again between two answers is not deleted', async () => {
  sc.put('Topic', topicObject('again'));
  const watch = watchTopics();
  await next(watch);
  const content = topicObject('again', {}, { reason: 'second' });
  sc.tell('Topic', {
    all: [],
    changes: [
      { header: 'UPDATE', content },
      { header: 'DELETE', content: topicObject('again') },
    ],
  });
  expect(await next(watch)).toMatchObject({ type: 'updated', object: { status: { reason: 'second' } } });
  mark('z');
  expect(await briefly(watch)).toBe('added z');
});

test('an empty answer of a new epoch means that there are no objects', async () => {
  const watch = watchTopics();
  await next(watch);
  sc.quietly(() => sc.remove('Topic', 'consumer-offset'));
  sc.syncAll('Topic');
  expect(await briefly(watch)).toBe('deleted consumer-offset');
});

test('a controller that has not loaded its objects yet says nothing', async () => {
  sc.put('Topic', topicObject('a'));
  sc.faults.watch = () => ({ epoch: 0n, all: [], changes: [] });
  const watch = watchTopics();
  const first = briefly(watch);
  await opened(2);
  sc.syncAll('Topic');
  expect(await first).toBe('synced a consumer-offset');

  sc.cut();
  await opened(4);
  sc.syncAll('Topic');
  mark('z');
  expect(await briefly(watch)).toBe('added z');
});

test('a new watch that begins with changes begins with all of them', async () => {
  sc.put('Topic', topicObject('goes'), topicObject('stays'));
  const watch = watchTopics();
  await next(watch);
  sc.quietly(() => sc.remove('Topic', 'goes', 'consumer-offset'));
  sc.faults.watch = (label) => {
    if (label !== 'Topic') return undefined;
    return { epoch: 7n, all: [], changes: [{ header: 'UPDATE', content: topicObject('stays') as never }] };
  };
  sc.cut();
  expect([await briefly(watch), await briefly(watch)].sort()).toEqual(['deleted consumer-offset', 'deleted goes']);
});

test('an abort rejects the read that waits, and every later one', async () => {
  const controller = new AbortController();
  const watch = watchTopics(controller.signal);
  await next(watch);
  const waiting = watch.next();
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(waiting).rejects.toMatchObject({ code: 'request/aborted', cause: reason });
  await expect(watch.next()).rejects.toMatchObject({ code: 'request/aborted' });
});

test('a signal that was aborted before sends nothing', async () => {
  const before = sc.watches.length;
  await expect(watchTopics(AbortSignal.abort()).next()).rejects.toMatchObject({ code: 'request/aborted' });
  expect(sc.watches.length).toBe(before);
});

test('leaving the loop ends the watch', async () => {
  const watch = watchTopics();
  for await (const event of watch) {
    expect(event.type).toBe('synced');
    break;
  }
  mark('z');
  expect(await watch.next()).toEqual({ done: true, value: undefined });
});

test('an ended watch lets go of its stream', async () => {
  let read = 0;
  const counting = {
    ...topicKind,
    fromWire(wire: ObjectOf<'Topic'>): Topic {
      read++;
      return topicKind.fromWire(wire);
    },
  };
  const watch = openWatch(clusterOf(client), counting);
  await watch.next();
  await watch.return();
  const before = read;
  mark('z');
  const { metadata } = clusterOf(client);
  while (metadata.topics.get('z') === undefined) await metadata.changed();
  await new Promise((resolve) => setImmediate(resolve));
  expect(read).toBe(before);

  const opened = sc.watches.length;
  sc.quietly(() => mark('y'));
  sc.cut();
  while (metadata.topics.get('y') === undefined) await metadata.changed();
  expect(sc.watches.slice(opened).sort()).toEqual(['Partition', 'SPU', 'Topic']);
});

test('dispose ends a read that waits', async () => {
  const watch = watchTopics();
  await next(watch);
  const waiting = watch.next();
  await watch[Symbol.asyncDispose]();
  expect(await waiting).toEqual({ done: true, value: undefined });
});

test('closing the client ends the watch as if there were no more events', async () => {
  const watch = watchTopics();
  await next(watch);
  const waiting = watch.next();
  await client.close();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(await watchTopics().next()).toEqual({ done: true, value: undefined });
});
