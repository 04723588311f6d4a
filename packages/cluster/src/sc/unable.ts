/**
 * Which SPUs cannot write to a replica of theirs, although they live: their disk refused it. They lead it no more, and are not
 * elected, until their process starts again and opens the log anew.
 */
import type { StoredObject } from './store.ts';

type Partition = Pick<StoredObject<'Partition'>, 'name' | 'uid'>;

/** See the file's head. */
export interface Unable {
  /** An SPU says that it cannot. Returns whether that is news. */
  mark(partition: Partition, spu: number): boolean;
  has(partition: Partition, spu: number): boolean;
  /** The process of an SPU has started again. */
  clear(spu: number): void;
}

/** Nobody is unable. */
export function createUnable(): Unable {
  const marks = new Map<number, Set<string>>();
  const textOf = ({ name, uid }: Partition): string => `${name} ${uid}`;
  return {
    mark(partition, spu) {
      const mine = marks.get(spu) ?? new Set();
      marks.set(spu, mine);
      if (mine.has(textOf(partition))) return false;
      mine.add(textOf(partition));
      return true;
    },
    has: (partition, spu) => marks.get(spu)?.has(textOf(partition)) ?? false,
    clear: (spu) => void marks.delete(spu),
  };
}
