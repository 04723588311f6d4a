import { expect, test } from 'vitest';
import { sliceMemory } from './slice-memory.ts';

test('the memory of slices is used again only while nothing refers to earlier ones', () => {
  const memory = sliceMemory();
  const first = memory.when(true)?.(100_000);
  const second = memory.when(true)?.(90_000);
  expect(first?.length).toBe(100_000);
  expect(second?.length).toBe(90_000);
  expect(second?.buffer).toBe(first?.buffer);
  expect(memory.when(false)).toBeUndefined();
});

test('slices that are small, or larger than what a connection may keep, have memory of their own', () => {
  const memory = sliceMemory();
  const kept = memory.when(true)?.(100_000);
  for (const bytes of [100, 33_000_000]) {
    const own = memory.when(true)?.(bytes);
    expect(own?.length).toBe(bytes);
    expect(own?.buffer).not.toBe(kept?.buffer);
  }
  expect(memory.when(true)?.(50_000).buffer).toBe(kept?.buffer);
});

test('keeps no memory once it is released', () => {
  const memory = sliceMemory();
  const kept = memory.when(true)?.(100_000);
  memory.release();
  expect(memory.when(true)?.(100_000).buffer).not.toBe(kept?.buffer);
});
