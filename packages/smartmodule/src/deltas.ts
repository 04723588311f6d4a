/** Arithmetic of offsets and times: how far they may lie apart in one batch, and when a time is one. */

/** The larger of two offsets. */
export const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** The largest distance that a record can hold. */
export const LARGEST_DELTA = 0x7fff_ffff;

/** Whether a batch has times. What is out of reach of exact numbers is no time, and only damaged batches say it. */
export const isTime = (ms: number): boolean => ms > 0 && ms <= Number.MAX_SAFE_INTEGER - LARGEST_DELTA;

/** Keeps a distance within what a record can hold; only damaged batches have larger ones. */
export const clampDelta = (delta: number): number => Math.min(Math.max(delta, -LARGEST_DELTA), LARGEST_DELTA);
