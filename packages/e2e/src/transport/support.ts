/** Small tools of the transport tests: seeded bytes, checksums, and a look at what the process holds open. */
import { createHash } from 'node:crypto';
import type { BytePipe } from '@fluvio-ts/protocol';

/** Seeded pseudo-random numbers and bytes, so that a failure comes back the same. */
export interface Noise {
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number;
  bytes(count: number): Uint8Array;
}

/** xorshift32: good enough to find a misplaced byte. */
export function noise(seed: number): Noise {
  let state = seed * 0x9e3779b1 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    below: (limit) => next() % limit,
    bytes(count) {
      const words = new Uint32Array((count + 3) >>> 2);
      for (let at = 0; at < words.length; at += 1) words[at] = next();
      return new Uint8Array(words.buffer, 0, count);
    },
  };
}

/** The SHA-256 of `bytes`, in hex. */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Lets the event loop go round `count` times. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** How many sockets this process holds: listening, accepted and dialled ones, and lookups under way. */
export const sockets = (): number =>
  process.getActiveResourcesInfo().filter((name) => /TCP|TLS|GetAddrInfo/i.test(name)).length;

/** Waits for a condition that comes true soon; if not, fails with what the process holds open. */
export async function settled(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`still open: ${process.getActiveResourcesInfo().join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Writes awaited pieces until a timer has run. Where writers keep the event loop from turning, it never does. */
export async function writeUntilTimer(pipe: BytePipe, pieceBytes: number): Promise<void> {
  let rung = false;
  const timer = setTimeout(() => {
    rung = true;
  }, 50);
  const limit = performance.now() + 5_000;
  while (!rung && performance.now() < limit) await pipe.write([new Uint8Array(pieceBytes)]);
  clearTimeout(timer);
  if (!rung) throw new Error('no timer has run for 5 s of awaited writes');
}
