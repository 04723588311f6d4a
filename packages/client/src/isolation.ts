/** How far a reader sees, and how long a producer waits, in the words that Fluvio has for it. */
import type { Isolation } from '@fluvio-ts/protocol';
import { clientError } from './errors.ts';

/** `UNCOMMITTED` and `COMMITTED` are other words for `read_uncommitted` and `read_committed`. */
export type IsolationLevel = Isolation | 'UNCOMMITTED' | 'COMMITTED';

/** @internal The level that a word means. @throws `option/invalid` for one that means none: it must not pass for the weaker level */
export function isolationOf(word: IsolationLevel): Isolation {
  if (word === 'read_committed' || word === 'COMMITTED') return 'read_committed';
  if (word === 'read_uncommitted' || word === 'UNCOMMITTED') return 'read_uncommitted';
  const reason = `must be one of read_uncommitted, read_committed, not ${word}`;
  throw clientError('option/invalid', { option: 'isolation', reason });
}
