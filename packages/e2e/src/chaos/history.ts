/** What clients were told, and whether what is stored in the end agrees with it. */
import type { SendResult } from '@fluvio-ts/client';

/** One record that was sent. */
interface Sent {
  readonly key: string;
  readonly count: number;
  /** Whether acknowledgements come from the leader alone, so that what they are for may be lost with it. */
  readonly isHasty: boolean;
  outcome: SendResult | 'rejected' | undefined;
}

/** A partition's records as somebody read them: offset and value. */
export type Read = ReadonlyMap<number, readonly string[]>;

/** Collects what is sent and what comes of it. */
export interface History {
  /** Notes a record, and returns its value. */
  send(key: string, isHasty?: boolean): { readonly value: string; settle(outcome: SendResult | 'rejected'): void };
  readonly acknowledged: number;
  readonly rejected: number;
  /** Acknowledged by a leader alone, and lost with it: known after {@link History.problems}. */
  readonly lost: number;
  /** Longest time between two acknowledgements, in milliseconds. */
  readonly longestSilenceMs: number;
  /** Records that were sent and of which nothing has been heard. */
  readonly open: number;
  /** What is wrong with `stored`, in sentences; none if all is well. */
  problems(stored: Read): string[];
}

/** Starts an empty history. */
export function startHistory(): History {
  const sent = new Map<string, Sent>();
  const counts = new Map<string, number>();
  const tally = { acknowledged: 0, rejected: 0, lost: 0 };
  let lastAt = performance.now();
  let longestSilenceMs = 0;
  return {
    send(key, isHasty = false) {
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      const value = `${key}:${count}:${'x'.repeat((count * 37) % 300)}`;
      const entry: Sent = { key, count, isHasty, outcome: undefined };
      sent.set(value, entry);
      return {
        value,
        settle(outcome) {
          entry.outcome = outcome;
          if (outcome === 'rejected') {
            tally.rejected++;
            return;
          }
          tally.acknowledged++;
          const now = performance.now();
          longestSilenceMs = Math.max(longestSilenceMs, now - lastAt);
          lastAt = now;
        },
      };
    },
    get acknowledged() {
      return tally.acknowledged;
    },
    get rejected() {
      return tally.rejected;
    },
    get lost() {
      return tally.lost;
    },
    get longestSilenceMs() {
      return longestSilenceMs;
    },
    get open() {
      return sent.size - tally.acknowledged - tally.rejected;
    },
    problems(stored) {
      const problems: string[] = [];
      const copies = new Map<string, number>();
      const lastOfKey = new Map<string, number>();
      for (const [partition, values] of stored) {
        for (const [offset, value] of values.entries()) {
          const entry = sent.get(value);
          if (entry === undefined) {
            problems.push(`${partition}/${offset} holds what nobody sent`);
            continue;
          }
          const copy = (copies.get(value) ?? 0) + 1;
          copies.set(value, copy);
          // Later copies come later by nature; the first ones are in the order in which they were sent.
          const last = lastOfKey.get(entry.key) ?? 0;
          if (copy === 1 && entry.count < last) problems.push(`${entry.key}:${entry.count} comes after ${last}`);
          if (copy === 1) lastOfKey.set(entry.key, entry.count);
        }
      }
      for (const [value, { key, count, isHasty, outcome }] of sent) {
        const found = copies.get(value) ?? 0;
        if (outcome === undefined) problems.push(`${key}:${count} was never settled`);
        if (outcome === undefined || outcome === 'rejected') continue;
        const { partition, offset, mayBeDuplicate } = outcome;
        if (stored.get(partition)?.[Number(offset)] !== value) {
          if (isHasty) {
            tally.lost++;
            continue;
          }
          problems.push(`${key}:${count} was acknowledged at ${partition}/${offset} and is not there`);
        }
        if (found > 1 && !mayBeDuplicate) problems.push(`${key}:${count} is there ${found} times, without a word`);
      }
      return problems;
    },
  };
}
