import { expect, test } from 'vitest';
import { record, written } from '../testing/record.ts';
import { template } from './template.ts';

const format = (text: string, ...args: Parameters<typeof record>): string =>
  written(template(text), record(...args)).toString('utf8');

test.each([
  ['{{key}}={{value}}', 'k=v\n'],
  ['{{{value}}}', 'v\n'],
  ['{{ topic }}/{{partition}}/{{offset}}', 't/3/7\n'],
  ['{{time}} {{timestamp}}', '2026-01-02T03:04:05.006Z 1767323045006\n'],
  ['{{keyHex}} {{valueHex}} {{keyBase64}} {{valueBase64}}', '6b 76 aw== dg==\n'],
  ['a\\tb\\n\\x41\\\\', 'a\tb\nA\\\n'],
  ['no variables', 'no variables\n'],
  ['{value}', '{value}\n'],
])('%s', (text, wanted) => {
  expect(format(text, 'v', { key: 'k' })).toBe(wanted);
});

test('a record without a key reads null, as in the official command line; without a time NA', () => {
  expect(format('{{key}}|{{keyHex}}|{{time}}', 'v', { key: null, timestampMs: -1 })).toBe('null||NA\n');
  expect(format('{{key}}|', 'v', { key: '' })).toBe('|\n');
});

test('offsets keep all their digits', () => {
  expect(format('{{offset}}', 'v', { offset: 2n ** 62n + 1n })).toBe('4611686018427387905\n');
});

test('values are written byte by byte', () => {
  const bytes = Uint8Array.of(0xff, 0xc3, 0, 0x80);
  expect(written(template('<{{value}}>\\0'), record(bytes))).toEqual(
    Buffer.concat([Buffer.from('<'), bytes, Buffer.from('>\0\n')]),
  );
});

test('fields of JSON values', () => {
  const value = '{"a":{"b":[1,{"c":"x"}]},"s":"text","n":null}';
  expect(format('{{json.a.b.1.c}} {{json.s}} {{json.n}} {{json.a}} {{json.none}}|', value)).toBe(
    'x text null {"b":[1,{"c":"x"}]} |\n',
  );
  expect(format('{{json.a}}|', 'no json')).toBe('|\n');
  expect(format('{{json.__proto__.x}}{{json.constructor}}|', '{}')).toBe('|\n');
});

test('a wrong name or escape is refused, with what is there', () => {
  expect(() => template('{{valeu}}')).toThrow('a template has no {{valeu}}');
  expect(() => template('{{}}')).toThrow('a template has no {{}}');
  expect(() => template('{{toString}}')).toThrow('a template has no {{toString}}');
  expect(() => template('\\q')).toThrow("'\\q' in");
  expect(() => template('end\\')).toThrow('is no escape');
  expect(() => template('\\x4')).toThrow('is no escape');
});
