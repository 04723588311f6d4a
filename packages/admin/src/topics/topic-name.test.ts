import { expect, test } from 'vitest';
import { topicNameProblem } from './topic-name.ts';

test.each(['a', '0', 'orders', 'a-b--c-9', 'x'.repeat(63)])('%s is allowed', (name) => {
  expect(topicNameProblem(name)).toBeUndefined();
});

test.each([
  ['', 'it is empty'],
  ['Orders', 'it contains "O"'],
  ['my topic', 'it contains " "'],
  ['a_b', 'it contains "_"'],
  ['größe', 'it contains "ö"'],
  ['a🎉', 'it contains "🎉"'],
  ['a\n', String.raw`it contains "\n"`],
  ['-a', 'it begins with -'],
  ['a-', 'it ends with -'],
  ['-', 'it begins with -'],
  ['x'.repeat(64), 'it has 64 characters, and 63 are allowed'],
])('%j: %s', (name, reason) => {
  expect(topicNameProblem(name)).toContain(reason);
});
