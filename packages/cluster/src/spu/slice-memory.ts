/**
 * Memory that the slices of one connection are read into, again and again: a fresh megabyte for each costs its pages and the
 * garbage collector more than the read itself.
 */
import type { ReadMemory } from '../storage/log-file.ts';

/** See the file's head. */
export interface SliceMemory {
  /** Where to read to: memory that is there, if nothing refers to earlier slices any more; else none, so that each read has its own. */
  when(isFree: boolean): ReadMemory | undefined;
  /** Keeps none: the reader has caught up, and what comes now is small, or far off. */
  release(): void;
}

/** What is kept between two slices. Larger ones get memory of their own. */
const KEPT_BYTES = 4_194_304 + 65_536;
const ROUND_BYTES = 65_536;
/** What is smaller is better off without. */
const LARGE_BYTES = 32_768;

/** Makes it, empty. */
export function sliceMemory(): SliceMemory {
  let kept = new Uint8Array(0);
  const again: ReadMemory = (bytes) => {
    if (bytes < LARGE_BYTES || bytes > KEPT_BYTES) return new Uint8Array(bytes);
    if (kept.length < bytes) kept = new Uint8Array(Math.min(KEPT_BYTES, Math.ceil(bytes / ROUND_BYTES) * ROUND_BYTES));
    return kept.subarray(0, bytes);
  };
  return {
    when: (isFree) => (isFree ? again : undefined),
    release() {
      kept = new Uint8Array(0);
    },
  };
}
