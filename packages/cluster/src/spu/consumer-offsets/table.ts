/**
 * What is stored for consumers, as long as this SPU leads the topic of it: a table in memory that the log makes and keeps.
 *
 * The log would grow with every commit. So from time to time the whole table is written behind a checkpoint, and segments
 * that end before it go once it is committed.
 */
import { scanBatches } from '@fluvio-ts/protocol';
import type { Logger } from '../../logger.ts';
import { reasonOf } from '../../logger.ts';
import type { Replica } from '../replica.ts';
import type { OffsetChange, OffsetKey, StoredOffset } from './changes.ts';
import { eachChange, runOfChanges, textOf } from './changes.ts';

/** See the file's head. */
export interface OffsetsTable {
  readonly replica: Replica;
  /** The reign that it belongs to; another one makes another table. */
  readonly epoch: number | undefined;
  get(key: OffsetKey): StoredOffset | undefined;
  /** Everything, by topic, partition and consumer. */
  all(): StoredOffset[];
  /** Stores, and returns the end of the log that has to be committed for it. @throws `storage/full`, `storage/io`, `cluster/deposed` */
  update(stored: StoredOffset): number;
  /** Forgets those that are stored, and returns the end of the log as {@link OffsetsTable.update}. @throws as it */
  delete(keys: readonly OffsetKey[]): number;
}

/** So many changes are written one by one before the table is written as a whole, at least. Fluvio's number. */
const CHANGES_PER_CHECKPOINT = 100;
/** Bytes that are read at a time. */
const CHUNK_BYTES = 1_048_576;

/** Reads the table from the log of a replica that leads. @throws `storage/io`, `storage/corrupt` */
export function openOffsetsTable(replica: Replica, log: Logger): OffsetsTable {
  const entries = new Map<string, StoredOffset>();
  const epoch = replica.leadership?.epoch;
  let readTo = replica.startOffset;
  let sinceCheckpoint = 0;
  /** Where the last checkpoint lies, until what is before it was removed. */
  let checkpoint: { readonly at: number; readonly end: number } | undefined;

  const apply = (change: OffsetChange): void => {
    switch (change.kind) {
      case 'updated':
        entries.set(textOf(change.stored.key), change.stored);
        break;
      case 'deleted':
        entries.delete(textOf(change.key));
        break;
      case 'checkpoint':
        entries.clear();
        sinceCheckpoint = -1;
    }
    sinceCheckpoint++;
  };

  /** Reads what others have written: leaders before this one, or clients that produce into the topic. */
  const catchUp = (): void => {
    while (readTo < replica.endOffset) {
      const bytes = replica.read({ from: readTo, end: replica.endOffset, maxBytes: CHUNK_BYTES });
      eachChange(bytes, apply, (offset) => {
        log('warn', 'a record of the consumer offsets cannot be read', { offset: String(offset) });
      });
      readTo = endOf(bytes);
    }
  };

  const append = (changes: readonly OffsetChange[]): number => {
    catchUp();
    const at = replica.append(runOfChanges(changes));
    readTo = replica.endOffset;
    for (const change of changes) apply(change);
    return at;
  };

  const compact = (): void => {
    if (checkpoint !== undefined && replica.highWatermark >= checkpoint.end) {
      replica.removeBefore(checkpoint.at);
      checkpoint = undefined;
    }
    if (sinceCheckpoint < Math.max(CHANGES_PER_CHECKPOINT, entries.size)) return;
    const all = [...entries.values()].map((stored): OffsetChange => ({ kind: 'updated', stored }));
    const at = append([{ kind: 'checkpoint' }, ...all]);
    // Those are the table itself, and no changes of it.
    sinceCheckpoint = 0;
    checkpoint = { at, end: readTo };
  };

  const change = (changes: readonly OffsetChange[]): number => {
    if (changes.length === 0) return readTo;
    append(changes);
    const end = readTo;
    try {
      compact();
    } catch (error) {
      // What was asked for is stored; a table that could not be written as a whole is tried again with the next change.
      log('warn', 'the consumer offsets could not be compacted', { reason: reasonOf(error) });
    }
    return end;
  };

  catchUp();
  return {
    replica,
    epoch,
    get(key) {
      catchUp();
      return entries.get(textOf(key));
    },
    all() {
      catchUp();
      return [...entries.values()].sort(byKey);
    },
    update: (stored) => change([{ kind: 'updated', stored }]),
    delete(keys) {
      catchUp();
      return change(keys.filter((key) => entries.has(textOf(key))).map((key) => ({ kind: 'deleted', key })));
    },
  };
}

const byKey = ({ key: a }: StoredOffset, { key: b }: StoredOffset): number =>
  compare(a.topic, b.topic) || a.partition - b.partition || compare(a.consumerId, b.consumerId);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The offset behind whole batches. */
function endOf(batches: Uint8Array): number {
  let end = 0;
  scanBatches(batches, ({ nextOffset }) => {
    end = Number(nextOffset);
  });
  return end;
}
