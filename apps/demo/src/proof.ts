/** Proof that what came out is what went in: how many, which values, and in which order for each key. */
import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';

const encoder = new TextEncoder();

/** Digests the values of each key in the order in which they are added. */
export interface Tally {
  readonly records: number;
  readonly bytes: number;
  readonly keys: number;
  add(key: string, value: Uint8Array | string): void;
  /** One digest for each key, so that two tallies are equal only if every key has the same values in the same order. */
  digests(): ReadonlyMap<string, string>;
}

/** Makes an empty tally. */
export function tally(): Tally {
  const hashes = new Map<string, Hash>();
  const length = new DataView(new ArrayBuffer(4));
  let records = 0;
  let bytes = 0;
  return {
    get records() {
      return records;
    },
    get bytes() {
      return bytes;
    },
    get keys() {
      return hashes.size;
    },
    add(key, value) {
      const data = typeof value === 'string' ? encoder.encode(value) : value;
      let hash = hashes.get(key);
      if (hash === undefined) {
        hash = createHash('sha256');
        hashes.set(key, hash);
      }
      // The length goes first, so that values cannot run into each other.
      length.setUint32(0, data.length);
      hash.update(length).update(data);
      records++;
      bytes += data.length;
    },
    digests: () => new Map([...hashes].map(([key, hash]) => [key, hash.copy().digest('hex')])),
  };
}

/** The first key whose values differ between the two, or undefined when none does. */
export function firstDifference(sent: Tally, received: Tally): string | undefined {
  const [a, b] = [sent.digests(), received.digests()];
  for (const key of new Set([...a.keys(), ...b.keys()])) if (a.get(key) !== b.get(key)) return key;
  return undefined;
}
