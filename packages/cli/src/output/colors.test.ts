import { expect, test } from 'vitest';
import { painter, wantsColor } from './colors.ts';

test.each([
  ['a terminal', true, {}, 'auto', true],
  ['a pipe', false, {}, 'auto', false],
  ['NO_COLOR', true, { NO_COLOR: '1' }, 'auto', false],
  ['an empty NO_COLOR', true, { NO_COLOR: '' }, 'auto', true],
  ['TERM=dumb', true, { TERM: 'dumb' }, 'auto', false],
  ['FORCE_COLOR on a pipe', false, { FORCE_COLOR: '1' }, 'auto', true],
  ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, 'auto', false],
  ['NO_COLOR over FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, 'auto', false],
  ['--color always over NO_COLOR', false, { NO_COLOR: '1' }, 'always', true],
  ['--no-color on a terminal', true, {}, 'never', false],
] as const)('%s', (_, isTTY, env, when, wanted) => {
  expect(wantsColor({ when, isTTY, env })).toBe(wanted);
});

test('a painter without colours changes nothing', () => {
  expect(painter(false)('red', 'x')).toBe('x');
  expect(painter(true)('red', 'x')).toBe('\u001b[31mx\u001b[39m');
});
