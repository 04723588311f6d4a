import { expect, test } from 'vitest';
import { pretty } from './pretty.ts';

test('what fits into a line stands in one, and all of it is the same JSON', () => {
  const field = { name: 'apiKey', from: 0, to: 2, value: [null, 'é"', {}, []], absent: undefined };
  const value = { field, list: Array.from({ length: 5 }, () => field) };
  const text = pretty(value);
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
  expect(text.split('\n')).toHaveLength(10);
  expect(pretty(field)).toBe('{ "name": "apiKey", "from": 0, "to": 2, "value": [null, "é\\"", {}, []] }');
});
