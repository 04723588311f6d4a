/** Consumers under chaos: each notes what it reads, in the order in which it reads it. */
import { readFileSync } from 'node:fs';
import type { Client, ConsumerGap, ConsumerOptions } from '@fluvio-ts/client';
import type { Read } from './history.ts';

/** A consumer at work. */
export interface Reader {
  readonly name: string;
  /** Waits until it has read everything that is stored, compares, and ends. Sentences say what is wrong. */
  compare(stored: Read, withinMs: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What readers note of each partition. */
export type Notes = Map<number, string[]>;

/** The notes of a partition. */
export function notesOf(notes: Notes, partition: number): string[] {
  const found = notes.get(partition) ?? [];
  notes.set(partition, found);
  return found;
}

/** What a reader is to see of what is stored. */
type Keeps = (value: string) => boolean;

/** Compares notes with what is stored as soon as they are as long, or when time is up. */
export async function compareNotes(
  notes: Notes,
  stored: Read,
  withinMs: number,
  keeps: Keeps = () => true,
): Promise<string[]> {
  const until = performance.now() + withinMs;
  const wanted = [...stored].map(([partition, values]) => ({ partition, values: values.filter(keeps) }));
  const isSame = (): boolean =>
    wanted.every(({ partition, values }) => {
      const own = notesOf(notes, partition);
      return own.length === values.length && own.at(-1) === values.at(-1);
    });
  while (!isSame() && performance.now() < until) await pause(20);
  const problems: string[] = [];
  for (const { partition, values } of wanted) {
    const own = notesOf(notes, partition);
    const at = values.findIndex((value, i) => own[i] !== value);
    if (at < 0 && own.length === values.length) continue;
    const place = at < 0 ? values.length : at;
    problems.push(`partition ${partition}: read ${own.length} of ${values.length}, other than stored from ${place} on`);
  }
  return problems;
}

/** Reads until it is closed, and calls `take` for each record. */
function reader(
  client: Client,
  topic: string,
  name: string,
  options: ConsumerOptions,
  take: (partition: number, offset: bigint, value: string) => void,
  comparing: (stored: Read, withinMs: number) => Promise<readonly string[]>,
): Reader {
  const problems: string[] = [];
  const consumer = client.consumer(topic, { start: 'beginning', ...options });
  const reading = (async () => {
    for await (const record of consumer) take(record.partition, record.offset, record.text());
  })().catch((error) => problems.push(`it ended: ${String(error)}`));
  return {
    name,
    compare: async (stored, withinMs) => [...(await comparing(stored, withinMs)), ...problems],
    async close() {
      await consumer.close();
      await reading;
    },
  };
}

/** A reader that must get every record, one after another. */
function readAll(client: Client, topic: string, name: string, options: ConsumerOptions): Reader & { notes: Notes } {
  const notes: Notes = new Map();
  const problems: string[] = [];
  const take = (partition: number, offset: bigint, value: string): void => {
    const own = notesOf(notes, partition);
    if (offset !== BigInt(own.length) && problems.length < 5) {
      problems.push(`offset ${offset} of partition ${partition} comes after ${own.length} records`);
    }
    own.push(value);
  };
  const comparing = async (stored: Read, withinMs: number): Promise<readonly string[]> => [
    ...(await compareNotes(notes, stored, withinMs)),
    ...problems,
  ];
  return { ...reader(client, topic, name, options, take, comparing), notes };
}

/** Reads committed records as they come; a slow one gives credit for one answer at a time. */
export const readCommitted = (client: Client, topic: string, pace: 'fast' | 'slow'): Reader & { notes: Notes } =>
  readAll(client, topic, `${pace} reader`, {
    isolation: 'read_committed',
    ...(pace === 'slow' ? { maxBytes: 2_000, prefetchBytes: 1 } : {}),
  });

/** Reads committed records by their times. */
export const readByTime = (client: Client, topic: string): Reader =>
  readAll(client, topic, 'reader by time', { isolation: 'read_committed', order: 'time' });

/**
 * Reads what leaders have, committed or not. What it was told to be lost is taken back, and must be all that is: nothing that
 * `committed` has read.
 */
export function readUncommitted(
  client: Client,
  topic: string,
  committed: Notes,
): Reader & { readonly gaps: () => number } {
  const problems: string[] = [];
  let gaps = 0;
  const onGap = ({ partition, next, wanted, reason }: ConsumerGap): void => {
    gaps++;
    if (reason !== 'truncated') problems.push(`${wanted} of partition ${partition} was evicted`);
    const [first] = notesOf(all.notes, partition).splice(Number(next));
    // Others may be committed in their place by now, but not the same.
    const isStored = first !== undefined && notesOf(committed, partition)[Number(next)] === first;
    if (isStored) problems.push(`goes back to ${next} in partition ${partition}, where it had what is committed`);
  };
  const all = readAll(client, topic, 'uncommitted reader', { isolation: 'read_uncommitted', onGap });
  return {
    ...all,
    gaps: () => gaps,
    compare: async (stored, withinMs) => [...(await all.compare(stored, withinMs)), ...problems],
  };
}

/** Has the SPUs leave out what was not sent by the producer `a`. */
export function readFiltered(client: Client, topic: string): Reader {
  const wasm = readFileSync(new URL('../../../smartmodule/fixtures/filter-contains.wasm.gz', import.meta.url));
  const notes: Notes = new Map();
  return reader(
    client,
    topic,
    'filtered reader',
    { isolation: 'read_committed', smartModules: [{ wasm, params: { needle: 'a' } }] },
    (partition, _, value) => notesOf(notes, partition).push(value),
    (stored, withinMs) => compareNotes(notes, stored, withinMs, (value) => value.includes('a')),
  );
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
