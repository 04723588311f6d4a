import { describe, expect, it } from 'vitest';
import type { RetainedLog } from './retention.ts';
import { expiredBefore } from './retention.ts';

const NOW = 1_000_000;

/** Closed segments of ten records each, and an active one. */
const logOf = (
  activeBytes: number,
  ...closed: readonly (readonly [sizeBytes: number, ageMs: number])[]
): RetainedLog => ({
  closedSegments: closed.map(([sizeBytes, ageMs], i) => ({
    endOffset: (i + 1) * 10,
    sizeBytes,
    modifiedMs: NOW - ageMs,
  })),
  sizeBytes: activeBytes + closed.reduce((sum, [bytes]) => sum + bytes, 0),
  segmentBytes: 1000,
});
const before = (log: RetainedLog, policy: { ageMs?: number; sizeBytes?: number }): number | undefined =>
  expiredBefore(log, { ageMs: 1e9, sizeBytes: 1e9, ...policy }, NOW);

describe('expiredBefore', () => {
  it('goes by age from the oldest on, and stops at the first that is young enough', () => {
    const log = logOf(500, [900, 300], [900, 200], [900, 100], [900, 200]);
    expect(before(log, { ageMs: 301 })).toBeUndefined();
    expect(before(log, { ageMs: 250 })).toBe(10);
    expect(before(log, { ageMs: 200 })).toBe(10);
    expect(before(log, { ageMs: 199 })).toBe(20);
    expect(before(log, { ageMs: 1 })).toBe(40);
  });

  it('goes by size in whole segments, and never takes the one that is written to', () => {
    const log = logOf(500, [900, 0], [900, 0], [900, 0]);
    expect(before(log, { sizeBytes: 3200 })).toBeUndefined();
    expect(before(log, { sizeBytes: 3199 })).toBe(10);
    expect(before(log, { sizeBytes: 2200 })).toBe(10);
    expect(before(log, { sizeBytes: 2199 })).toBe(20);
    expect(before(log, { sizeBytes: 1 })).toBe(30);
    expect(before(logOf(5000), { sizeBytes: 1, ageMs: 0 })).toBeUndefined();
  });

  it('goes by age after it went by size', () => {
    const log = logOf(500, [900, 0], [900, 500], [900, 0]);
    expect(before(log, { sizeBytes: 2500, ageMs: 400 })).toBe(20);
    expect(before(log, { ageMs: 400 })).toBeUndefined();
  });
});
