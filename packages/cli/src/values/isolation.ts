/** The isolation level in all the spellings that the official command line takes. */
import type { Isolation } from '@fluvio-ts/protocol';

/** Reads an isolation level: `read_committed`, `ReadCommitted`, `readCommitted`, `committed`, and so on. */
export function isolation(text: string): Isolation {
  const word = text.toLowerCase().replace(/[-_]/g, '');
  if (word === 'readcommitted' || word === 'committed') return 'read_committed';
  if (word === 'readuncommitted' || word === 'uncommitted') return 'read_uncommitted';
  throw new TypeError(`'${text}' is no isolation: write read_committed or read_uncommitted`);
}
