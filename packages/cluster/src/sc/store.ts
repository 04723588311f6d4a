/**
 * The objects of one kind, with an epoch that grows with every change, so that each watcher can be told what it missed.
 *
 * A watcher that is further behind than the deletions that are remembered gets everything again. An object that was
 * deleted and made again in between is told as one change: an update.
 */
import { setMaxListeners } from 'node:events';
import type { ObjectLabel, ObjectOf } from '@fluvio-ts/protocol';
import type { Leadership } from '../replication/leadership.ts';

/** An object as the SC keeps it. */
export type StoredObject<L extends ObjectLabel> = ObjectOf<L> & {
  /** Differs between an object and a later one of the same name. */
  readonly uid: string;
  /** Of partitions: who leads, who is in sync. The leader is in the spec as well, for everyone to see. */
  readonly leadership?: Leadership | undefined;
};

/** What a watcher at some epoch has missed. */
export type StoreUpdate<L extends ObjectLabel> = { readonly epoch: number } & (
  | { readonly kind: 'everything'; readonly all: readonly StoredObject<L>[] }
  | {
      readonly kind: 'changes';
      readonly updated: readonly StoredObject<L>[];
      readonly deleted: readonly StoredObject<L>[];
    }
);

/** All objects of one kind. */
export interface Store<L extends ObjectLabel> {
  readonly epoch: number;
  get(name: string): StoredObject<L> | undefined;
  all(): readonly StoredObject<L>[];
  /** Adds or replaces. */
  put(object: StoredObject<L>): void;
  delete(name: string): void;
  /** What changed after `epoch`; 0 for everything. */
  since(epoch: number): StoreUpdate<L>;
  /** Calls `listener` synchronously after every change. Returns how to stop. */
  subscribe(listener: () => void): () => void;
}

/** Deletions that are remembered for watchers. */
const DELETIONS_KEPT = 10_000;

/** Makes a store that holds `objects` from the start. */
export function createStore<L extends ObjectLabel>(objects: readonly StoredObject<L>[] = []): Store<L> {
  let epoch = 1;
  /** Watchers that saw less than this get everything. */
  let fence = 1;
  const present = new Map<string, { readonly object: StoredObject<L>; readonly epoch: number }>();
  for (const object of objects) present.set(object.name, { object, epoch });
  const deleted = new Map<string, { readonly object: StoredObject<L>; readonly epoch: number }>();
  const listeners = new Set<() => void>();

  const changed = (): void => {
    for (const listener of [...listeners]) listener();
  };

  return {
    get epoch() {
      return epoch;
    },
    get: (name) => present.get(name)?.object,
    all: () => [...present.values()].map(({ object }) => object),
    put(object) {
      epoch++;
      deleted.delete(object.name);
      present.set(object.name, { object, epoch });
      changed();
    },
    delete(name) {
      const last = present.get(name);
      if (last === undefined) return;
      epoch++;
      present.delete(name);
      deleted.set(name, { object: last.object, epoch });
      if (deleted.size > DELETIONS_KEPT) {
        deleted.clear();
        fence = epoch;
      }
      changed();
    },
    since(seen) {
      if (seen < fence) return { kind: 'everything', epoch, all: [...present.values()].map(({ object }) => object) };
      const after = ({ epoch }: { readonly epoch: number }): boolean => epoch > seen;
      return {
        kind: 'changes',
        epoch,
        updated: [...present.values()].filter(after).map(({ object }) => object),
        deleted: [...deleted.values()].filter(after).map(({ object }) => object),
      };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * Follows a store: `deliver` gets everything at once, then changes, those of one turn of the event loop together, and no
 * more while it is busy. Resolves when the signal is aborted; rejects when `deliver` does.
 */
export async function follow<L extends ObjectLabel>(
  store: Store<L>,
  signal: AbortSignal,
  deliver: (update: StoreUpdate<L>) => Promise<void>,
): Promise<void> {
  let seen = 0;
  let wake: () => void = () => {};
  // A connection may have many watches, and each listens for its end.
  setMaxListeners(0, signal);
  const unsubscribe = store.subscribe(() => wake());
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      const update = store.since(seen);
      seen = update.epoch;
      await deliver(update);
      if (store.epoch === seen && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = () => {};
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', onAbort);
  }
}
