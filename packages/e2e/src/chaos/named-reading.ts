/**
 * A consumer with a name that is begun again and again: it must go on behind what was stored under its name, so that nothing
 * is left out, and nothing comes again but what was read after the last commit.
 */
import type { Client } from '@fluvio-ts/client';
import type { Random } from './random.ts';
import type { Notes, Reader } from './reading.ts';
import { compareNotes, notesOf } from './reading.ts';

/** What may be stored of a partition: where a new consumer may begin. */
interface Stored {
  acknowledged: number;
  /** Commits that failed: each may be stored all the same, now or later. */
  readonly doubtful: number[];
}

/** Records of one turn at most, while there is no peace. */
const LONGEST_TURN = 2_000;

/** Begins to read by turns. */
export function readByName(client: Client, topic: string, random: Random): Reader & { readonly turns: () => number } {
  const notes: Notes = new Map();
  const stored = new Map<number, Stored>();
  const problems: string[] = [];
  let isClosed = false;
  let isLastTurn = false;
  let turns = 0;
  let interruption = 'none';
  let current = client.consumer(topic);

  const storedOf = (partition: number): Stored => {
    const found = stored.get(partition) ?? { acknowledged: 0, doubtful: [] };
    stored.set(partition, found);
    return found;
  };
  /** The first record of a partition in a turn: a commit that failed may be stored late, behind what a later turn read again. */
  const begin = (partition: number, offset: number): void => {
    const own = notesOf(notes, partition);
    const { acknowledged, doubtful } = storedOf(partition);
    const [first, last] = [Math.min(acknowledged, ...doubtful), Math.max(acknowledged, ...doubtful)];
    if (offset < first || offset > last) {
      problems.push(`partition ${partition} goes on at ${offset}, although ${first} to ${last} is stored`);
    }
    if (offset > own.length) problems.push(`partition ${partition} leaves out ${own.length} to ${offset - 1}`);
  };

  const turn = async (): Promise<void> => {
    turns++;
    /** Where each partition is, once it has begun. What comes again must be what was read before. */
    const next = new Map<number, number>();
    const length = 1 + random(LONGEST_TURN);
    const commitAt = 1 + random(length);
    let count = 0;
    current = client.consumer(topic, {
      consumerId: `${topic}-named`,
      commit: 'manual',
      start: 'beginning',
      isolation: 'read_committed',
      onRetry: ({ error }) => {
        interruption = String(error);
      },
    });
    if (isClosed) return;
    for await (const record of current) {
      const { partition } = record;
      const offset = Number(record.offset);
      if (!next.has(partition)) begin(partition, offset);
      const own = notesOf(notes, partition);
      const wanted = next.get(partition) ?? offset;
      if (offset !== wanted) problems.push(`offset ${offset} of ${partition} comes where ${wanted} should`);
      next.set(partition, offset + 1);
      if (offset >= own.length) own.push(record.text());
      else if (own[offset] !== record.text()) problems.push(`offset ${offset} of ${partition} is another record now`);
      if (++count === commitAt) {
        const place = storedOf(partition);
        try {
          await current.commit(record);
          place.acknowledged = offset + 1;
        } catch {
          place.doubtful.push(offset + 1);
        }
      }
      if (count >= length && !isLastTurn) break;
    }
  };
  const reading = (async () => {
    while (!isClosed) await turn();
  })().catch((error) => problems.push(`it ended: ${String(error)}`));

  return {
    name: 'named reader',
    turns: () => turns,
    async compare(all, withinMs) {
      isLastTurn = true;
      const found = [...(await compareNotes(notes, all, withinMs)), ...problems];
      return found.length === 0 ? found : [...found, `its last interruption: ${interruption}`];
    },
    async close() {
      isClosed = true;
      await current.close();
      await reading;
    },
  };
}
