import { describe, expect, it } from 'vitest';
import { newTopicStatus } from './objects.ts';
import type { Store, StoredObject, StoreUpdate } from './store.ts';
import { createStore, follow } from './store.ts';
import { waitFor } from './wait.ts';

const topic = (name: string, reason = ''): StoredObject<'Topic'> => ({
  name,
  uid: `${name}-uid`,
  spec: {
    replicas: { kind: 'computed', partitions: 1, replicationFactor: 1, ignoreRackAssignment: false },
    cleanupPolicy: undefined,
    storage: undefined,
    compressionType: 'Any',
    deduplication: undefined,
    system: false,
  },
  status: { ...newTopicStatus, reason },
});

const told = (update: StoreUpdate<'Topic'>): unknown =>
  update.kind === 'everything'
    ? { all: update.all.map(({ name }) => name) }
    : { updated: update.updated.map(({ name }) => name), deleted: update.deleted.map(({ name }) => name) };

describe('createStore', () => {
  it('tells everything first, and then what changed', () => {
    const store = createStore([topic('a')]);
    const first = store.since(0);
    expect(told(first)).toEqual({ all: ['a'] });
    expect(told(store.since(first.epoch))).toEqual({ updated: [], deleted: [] });
    store.put(topic('b'));
    store.put(topic('a', 'changed'));
    store.delete('a');
    store.delete('never there');
    const second = store.since(first.epoch);
    expect(told(second)).toEqual({ updated: ['b'], deleted: ['a'] });
    expect(second.epoch).toBeGreaterThan(first.epoch);
  });

  it('tells of an object that was deleted and made again as of an update only', () => {
    const store = createStore([topic('a')]);
    const { epoch } = store.since(0);
    store.delete('a');
    store.put(topic('a', 'again'));
    expect(told(store.since(epoch))).toEqual({ updated: ['a'], deleted: [] });
    store.delete('a');
    expect(told(store.since(epoch))).toEqual({ updated: [], deleted: ['a'] });
  });

  it('tells everything to those who missed more deletions than it remembers', () => {
    const store = createStore<'Topic'>();
    const { epoch } = store.since(0);
    for (let i = 0; i <= 10_000; i++) {
      store.put(topic('x'.repeat(1 + (i % 7)) + i));
      store.delete('x'.repeat(1 + (i % 7)) + i);
    }
    store.put(topic('left'));
    expect(told(store.since(epoch))).toEqual({ all: ['left'] });
  });
});

describe('follow', () => {
  /** Lets everything that is due happen. */
  const turns = async (): Promise<void> => {
    for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
  };

  it('tells changes of one turn together, and no more while it is busy', async () => {
    const store: Store<'Topic'> = createStore([topic('a')]);
    const end = new AbortController();
    const heard: unknown[] = [];
    let finish: () => void = () => {};
    const following = follow(store, end.signal, (update) => {
      heard.push(told(update));
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    expect(heard).toEqual([{ all: ['a'] }]);
    store.put(topic('b'));
    await turns();
    store.put(topic('c'));
    await turns();
    expect(heard.length).toBe(1);
    finish();
    await turns();
    expect(heard[1]).toEqual({ updated: ['b', 'c'], deleted: [] });
    finish();
    await turns();
    store.delete('a');
    store.put(topic('d'));
    await turns();
    expect(heard[2]).toEqual({ updated: ['d'], deleted: ['a'] });
    finish();
    end.abort();
    await following;
    store.put(topic('e'));
    await turns();
    expect(heard.length).toBe(3);
  });

  it('ends with an error of its listener', async () => {
    const store = createStore<'Topic'>();
    await expect(follow(store, new AbortController().signal, () => Promise.reject(new Error('gone')))).rejects.toThrow(
      'gone',
    );
  });
});

it('waitFor finds what is there, what comes, and gives up', async () => {
  const store = createStore<'Topic'>();
  const end = new AbortController();
  const look = () => store.get('awaited')?.name;
  expect(await waitFor([store], look, { timeoutMs: 1, signal: end.signal })).toBeUndefined();
  const waiting = waitFor([store], look, { timeoutMs: 10_000, signal: end.signal });
  store.put(topic('other'));
  store.put(topic('awaited'));
  expect(await waiting).toBe('awaited');
  expect(await waitFor([store], look, { timeoutMs: 10_000, signal: end.signal })).toBe('awaited');
  store.delete('awaited');
  const aborted = waitFor([store], look, { timeoutMs: 10_000, signal: end.signal });
  end.abort();
  expect(await aborted).toBeUndefined();
});
