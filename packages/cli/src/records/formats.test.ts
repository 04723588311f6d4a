import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from '../parse/parse.ts';
import { route } from '../parse/route.ts';
import type { Consume } from '../spec/records.ts';
import { root } from '../spec/table.ts';
import { record, written } from '../testing/record.ts';
import { type FormatChoice, recordWriter } from './formats.ts';

const choice: FormatChoice = {
  format: 'dynamic',
  template: undefined,
  keys: false,
  suppressUnknown: false,
  delimiter: undefined,
  width: undefined,
};

const show = (more: Partial<FormatChoice>, ...records: readonly ReturnType<typeof record>[]): string =>
  written(recordWriter({ ...choice, ...more }), ...records).toString('utf8');

const vectors = join(
  process.env.FLUVIO_VECTORS ?? join(import.meta.dirname, '../../../../../shared/vectors'),
  'cli-output.json',
);

interface OfficialRun {
  readonly args: readonly string[];
  readonly stdout: string;
}

test('prints what the official command line prints', ({ skip }) => {
  skip(!existsSync(vectors), 'no captured output of the official command line: set FLUVIO_VECTORS to their folder');
  const { runs } = JSON.parse(readFileSync(vectors, 'utf8')) as { readonly runs: readonly OfficialRun[] };
  /** The records of partition 0 of topic `plain` in that session. */
  const records = [
    record('one', { offset: 0n }),
    record('two', { offset: 1n }),
    record('1', { key: 'a', offset: 2n }),
    record('1}:{"y":2}', { key: '{"x"', offset: 3n }),
  ].map((each) => Object.assign(each, { partition: 0 }));
  const compared: string[] = [];
  for (const { args, stdout } of runs) {
    const line = args.join(' ');
    if (!line.startsWith('consume plain -B -d -p 0')) continue;
    // SmartModules and consumers have no options here yet; escapes and unknown names differ on purpose; so does JSON,
    // which there loses the values that are none.
    if (/--smartmodule|-c reader|nothing|-O json$/.test(line)) continue;
    const { spec, path, argv } = route(args, root);
    if (spec.kind !== 'command') throw new Error(line);
    const options = parse(spec, path, argv).options as Consume['options'];
    const got = show(
      {
        format: options.output ?? 'dynamic',
        template: options.format,
        keys: options.keyValue,
        suppressUnknown: options.suppressUnknown,
        ...(options.output === 'raw' && { delimiter: '\\n' }),
      },
      ...records,
    );
    expect(got, line).toBe(stdout);
    compared.push(line);
  }
  expect(compared.length).toBeGreaterThanOrEqual(7);
});

test('text is written as it is, bytes that are no UTF-8 included', () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0xfe, 0x62);
  expect(written(recordWriter(choice), record(bytes))).toEqual(Buffer.concat([bytes, Buffer.from('\n')]));
});

test('binary values are dumped, or named', () => {
  const png = Uint8Array.of(
    0x89,
    0x50,
    0x4e,
    0x47,
    0x0d,
    0x0a,
    0x1a,
    0x0a,
    0,
    0,
    0,
    0x0d,
    0x49,
    0x48,
    0x44,
    0x52,
    0x7e,
  );
  expect(show({}, record(png))).toBe(
    [
      '00000000  89 50 4e 47 0d 0a 1a 0a  00 00 00 0d 49 48 44 52  | PNG . .    IHDR|',
      '00000010  7e                                                |~               |',
      '-'.repeat(78),
      '',
      '',
    ].join('\n'),
  );
  expect(show({ format: 'text' }, record(png))).toBe('binary: (17 bytes)\n');
  expect(show({ format: 'text', suppressUnknown: true }, record('a\0b'))).toBe('a\0b\n');
  expect(show({ keys: true }, record(png, { key: 'k' }))).toMatch(/^\[k\] 00000000/);
});

test('raw is exact: nothing is added but a delimiter that was asked for', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(written(recordWriter({ ...choice, format: 'raw' }), record(bytes))).toEqual(Buffer.from(bytes));
  expect(show({ format: 'raw', delimiter: '\\0--\\n' }, record('a'), record('b'))).toBe('a\0--\nb\0--\n');
});

test('json keeps the digits of numbers, the order of keys and strings with brackets', () => {
  const value = '{"z":9007199254740993,"a":[1.10,{"s":"}],{\\"x\\": 1"}],"e":{},"l":[],"n":null,"u":"\\u00e9"}';
  expect(show({ format: 'json' }, record(value))).toBe(`{
  "z": 9007199254740993,
  "a": [
    1.10,
    {
      "s": "}],{\\"x\\": 1"
    }
  ],
  "e": {},
  "l": [],
  "n": null,
  "u": "\\u00e9"
}
`);
  expect(show({ format: 'json' }, record(' 12.50 '))).toBe('12.50\n');
});

test('json that is none is an error with the value, or left out', () => {
  const shown = JSON.parse(show({ format: 'json' }, record('{"a":'))) as { error: string; value: string };
  expect(shown.error).toMatch(/JSON/);
  expect(shown.value).toBe('{"a":');
  expect(JSON.parse(show({ format: 'json' }, record(Uint8Array.of(0xff))))).toMatchObject({ valueBase64: '/w==' });
  expect(show({ format: 'json', suppressUnknown: true }, record('{"a":'), record('1'))).toBe('1\n');
});

test('ndjson is one object on a line, with everything', () => {
  const lines = show(
    { format: 'ndjson' },
    record('line\nfeed', { key: 'k', offset: 2n ** 53n }),
    record(Uint8Array.of(0xff, 0), { key: Uint8Array.of(0x80), timestampMs: -1 }),
    record('', { key: '' }),
    record('x'),
  )
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toEqual([
    {
      topic: 't',
      partition: 3,
      offset: '9007199254740992',
      time: '2026-01-02T03:04:05.006Z',
      timestampMs: 1_767_323_045_006,
      key: 'k',
      value: 'line\nfeed',
    },
    { topic: 't', partition: 3, offset: 7, time: null, timestampMs: null, keyBase64: 'gA==', valueBase64: '/wA=' },
    expect.objectContaining({ key: '', value: '' }),
    expect.objectContaining({ key: null, value: 'x' }),
  ]);
});

test('truncated lines fit, and keep to one line', () => {
  expect(show({ width: 10 }, record('a long line of text'))).toBe('a long li…\n');
  expect(show({ width: 10 }, record('a\nb'))).toBe('a b\n');
});
