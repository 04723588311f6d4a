import { PassThrough } from 'node:stream';
import { defineErrors } from '@fluvio-ts/protocol';
import { expect, test } from 'vitest';
import { painter } from '../output/colors.ts';
import { talk } from '../output/talk.ts';
import { UsageError } from '../parse/usage-error.ts';
import { cliError } from './errors.ts';
import { exitCodeOf } from './exit-code.ts';
import { reportError } from './report.ts';

const make = defineErrors<Record<string, Readonly<Record<string, unknown>>>>(
  new Proxy({}, { get: () => ({ text: () => 'what went wrong\nin two lines' }) }),
);
const server = (name: string) => make('server/error', { name, number: 1, what: 'x', error: { kind: name } });

test.each([
  ['option/invalid', 2],
  ['topic/invalid-name', 2],
  ['gateway/options', 2],
  ['topic/not-found', 3],
  ['partition/not-found', 3],
  ['profile/none-current', 3],
  ['cluster/none', 3],
  ['tls/certificate', 4],
  ['tls/not-tls', 4],
  ['connection/tls-required', 4],
  ['connection/refused', 5],
  ['connect/failed', 5],
  ['request/timeout', 5],
  ['change/unconfirmed', 5],
  ['wait/timeout', 5],
  ['cluster/port-taken', 6],
  ['profile/name-taken', 6],
  ['confirm/needed', 8],
  ['confirm/declined', 8],
  ['profile/unreadable', 1],
  ['storage/full', 1],
  ['input/missing', 3],
  ['input/no-separator', 2],
  ['produce/too-large', 2],
  ['input/denied', 4],
  ['input/invalid', 2],
  ['input/unreadable', 1],
  ['topic/exists', 6],
  ['permission/denied', 4],
  ['topic/invalid-configuration', 2],
  ['partition/storage', 1],
  ['something/new', 1],
])('%s exits with %i', (code, exit) => {
  expect(exitCodeOf(make(code, {}))).toBe(exit);
});

test.each([
  ['RequestTimedOut', 5],
  ['InvalidCreateRequest', 2],
  ['UnknownServerError', 1],
])('a server that answers %s exits with %i', (name, exit) => {
  expect(exitCodeOf(server(name))).toBe(exit);
});

test('a refused certificate is more than that no cluster was reached; a refused connection is not', () => {
  const context = { endpoints: [], reason: '' };
  expect(exitCodeOf(make('connect/failed', context, make('tls/certificate', {})))).toBe(4);
  expect(exitCodeOf(make('connect/failed', context, make('connection/refused', {})))).toBe(5);
  expect(exitCodeOf(make('connect/failed', context, make('topic/not-found', {})))).toBe(5);
});

test('a part that failed is 7, and all of it what it failed of', () => {
  const incomplete = (acknowledged: number) =>
    cliError('produce/incomplete', { topic: 't', acknowledged, failed: 1, reason: '' }, make('topic/not-found', {}));
  expect([incomplete(1), incomplete(0)].map(exitCodeOf)).toEqual([7, 3]);
});

function told(error: unknown, json: boolean): { readonly text: string; readonly code: number } {
  const stream = new PassThrough();
  const to = talk({ stream, input: new PassThrough(), paint: painter(false), quiet: true, json, animated: false });
  const code = reportError(error, to, json);
  return { text: String(stream.read()), code };
}

test('people get one line with the code, and one with what to do', () => {
  const { text, code } = told(make('topic/not-found', { topic: 'x' }), false);
  expect(text).toBe(
    'error: what went wrong in two lines [topic/not-found]\n' +
      '  hint: flv topic list shows what is there; flv topic create x creates it\n',
  );
  expect(code).toBe(3);
});

test('what is no name of a topic is not to be created, and nothing of it reaches the terminal as a control', () => {
  expect(told(make('topic/not-found', { topic: 'a b' }), false).text).not.toContain('creates it');
  expect(told(new UsageError('no \u001b[31mred\u0007'), false).text).toContain('no \\x1b[31mred\\x07');
});

test('programs get one JSON object, whatever is in the context', () => {
  const context = { offset: 2n ** 60n, bytes: Uint8Array.of(1), none: undefined };
  const { text } = told(make('connect/timeout', context), true);
  expect(text.trimEnd()).not.toContain('\n');
  expect(JSON.parse(text)).toEqual({
    error: {
      code: 'connect/timeout',
      message: 'what went wrong in two lines',
      hint: expect.any(String),
      exitCode: 5,
      context: { offset: '1152921504606846976', bytes: 'AQ==' },
    },
  });
});

test('usage errors and faults of the program itself are told apart', () => {
  expect(told(new UsageError('no such thing', 'try that'), false)).toEqual({
    text: 'error: no such thing [usage/invalid]\n  hint: try that\n',
    code: 2,
  });
  expect(told(new TypeError('x is undefined'), false).text).toContain('[internal/unexpected]');
  expect(told(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' }), false).text).toContain('[system/ENOSPC]');
});
