import { expect, test } from 'vitest';
import { fitReason } from './closing.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length;

test('a reason that fits stays', () => {
  expect(fitReason('x'.repeat(123))).toBe('x'.repeat(123));
});

test.each(['x', 'ä', '→', '😀'])('a longer one of %s is cut to 123 bytes, between characters', (character) => {
  for (let lead = 0; lead < 4; lead++) {
    const fitted = fitReason('-'.repeat(lead) + character.repeat(124));
    expect(bytes(fitted)).toBeLessThanOrEqual(123);
    expect(bytes(fitted)).toBeGreaterThan(123 - 4);
    expect(fitted).toMatch(new RegExp(`^-{${lead}}(${character})+…$`, 'u'));
  }
});
