import { expect, test } from 'vitest';
import { correlationIds } from './correlation-ids.ts';

test('ids come round at the largest i32 and leave out those that live', () => {
  const live = new Set([1, 2, 0x7fff_ffff]);
  const next = correlationIds((id) => live.has(id), 0x7fff_fffe);
  expect([next(), next(), next()]).toEqual([0x7fff_fffe, 3, 4]);
});
