/**
 * What a reader has not seen yet of a set of objects.
 *
 * Changes are not queued: there is what the reader saw last and what is there now, and its next event is a difference
 * between the two. However slow the reader, that is two references for each object, and a change that was undone
 * meanwhile, or that changed nothing, is no event.
 */
import type { AnyObject } from '../objects/object.ts';
import { equal } from './equal.ts';

/** What a watch tells. */
export type WatchEvent<T> =
  /** The first event, once: every object there is. */
  | { readonly type: 'synced'; readonly objects: readonly T[] }
  | { readonly type: 'added'; readonly object: T }
  /** `before` is the object as the last event showed it. */
  | { readonly type: 'updated'; readonly object: T; readonly before: T }
  /** `object` is the last that was known of it. */
  | { readonly type: 'deleted'; readonly object: T };

/** See the file's head. */
export interface Differences<T> {
  /** All objects that are there now. */
  replace(objects: Iterable<T>): void;
  /** One that is new or changed. */
  set(object: T): void;
  /** One that is gone. */
  remove(name: string): void;
  /** The reader's next event; undefined while it has seen everything, or nothing is known yet. */
  next(): WatchEvent<T> | undefined;
}

/** Starts with nothing known. `order` is that of the objects in the first event. */
export function differences<T extends AnyObject>(order: (a: T, b: T) => number): Differences<T> {
  let now: Map<string, T> | undefined;
  let seen: Map<string, T> | undefined;
  /** Names of objects that may differ between the two. */
  const touched = new Set<string>();

  const touch = (name: string): void => {
    if (seen === undefined) return;
    if (now?.has(name) === true || seen.has(name)) touched.add(name);
    else touched.delete(name);
  };

  return {
    replace(objects) {
      const before = now ?? new Map<string, T>();
      now = new Map();
      for (const object of objects) now.set(object.name, object);
      for (const name of now.keys()) touch(name);
      for (const name of before.keys()) touch(name);
    },
    set(object) {
      now ??= new Map();
      now.set(object.name, object);
      touch(object.name);
    },
    remove(name) {
      now?.delete(name);
      touch(name);
    },
    next() {
      if (now === undefined) return undefined;
      if (seen === undefined) {
        seen = new Map(now);
        return { type: 'synced', objects: [...now.values()].sort(order) };
      }
      for (const name of touched) {
        touched.delete(name);
        const before = seen.get(name);
        const object = now.get(name);
        if (object === undefined) {
          if (before === undefined) continue;
          seen.delete(name);
          return { type: 'deleted', object: before };
        }
        seen.set(name, object);
        if (before === undefined) return { type: 'added', object };
        if (!equal(before, object)) return { type: 'updated', object, before };
      }
      return undefined;
    },
  };
}
