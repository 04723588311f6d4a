import { expect, test } from 'vitest';
import { terminal } from '../testing/terminal.ts';
import { painter } from './colors.ts';
import { type TalkOptions, talk } from './talk.ts';

const never = new AbortController().signal;

function talking(options: Partial<TalkOptions> & { readonly isTTY?: boolean } = {}) {
  const { isTTY = true, ...more } = options;
  const { screen, keyboard } = terminal(isTTY);
  const made = talk({
    stream: screen,
    input: keyboard,
    paint: painter(false),
    quiet: false,
    json: false,
    animated: isTTY,
    ...more,
  });
  return { made, screen, keyboard };
}

test('a progress line is replaced by the next and cleared before anything else', () => {
  const { made, screen } = talking();
  made.progress('10 records');
  made.note('done');
  expect(String(screen.read())).toBe('\r\u001b[K10 records\r\u001b[Kdone\n');
});

test('progress is shown at most ten times a second', () => {
  const { made, screen } = talking();
  for (let i = 0; i < 1000; i++) made.progress(`${i}`);
  expect(String(screen.read()).split('\r').length).toBeLessThan(4);
});

test('a progress line is no longer than the terminal is wide', () => {
  const { made, screen } = talking();
  made.progress('x'.repeat(200));
  expect(String(screen.read()).replace('\r\u001b[K', '')).toHaveLength(59);
});

test.each([
  ['off a terminal', { isTTY: false }],
  ['when quiet', { quiet: true }],
  ['when a program reads', { json: true }],
])('no progress %s', (_, options) => {
  const { made, screen } = talking(options);
  made.progress('10 records');
  expect(screen.read()).toBe(null);
});

test('warnings are said even when quiet, and are JSON for programs', () => {
  const quiet = talking({ quiet: true });
  quiet.made.note('a note');
  quiet.made.warn('a warning');
  expect(String(quiet.screen.read())).toBe('warning: a warning\n');
  const json = talking({ json: true });
  json.made.note('a note');
  json.made.warn('a warning');
  expect(JSON.parse(String(json.screen.read()))).toEqual({ warning: 'a warning' });
});

test.each([
  ['y\n', true],
  ['YES\n', true],
  ['n\n', false],
  ['\n', false],
  ['yesterday\n', false],
])('a question that is answered %o', async (typed, wanted) => {
  const { made, screen, keyboard } = talking();
  keyboard.write(typed);
  expect(await made.confirm('Sure?', never)).toBe(wanted);
  expect(String(screen.read())).toBe('Sure? [y/N] ');
});

test('a question at the end of input is answered with no', async () => {
  const { made, keyboard } = talking();
  keyboard.end();
  expect(await made.confirm('Sure?', never)).toBe(false);
});

test('nobody is asked off a terminal, or where a program reads', async () => {
  expect(await talking({ isTTY: false }).made.confirm('Sure?', never)).toBe(undefined);
  expect(await talking({ json: true }).made.confirm('Sure?', never)).toBe(undefined);
});

test('Ctrl-C ends a question', async () => {
  const { made } = talking();
  const stop = new AbortController();
  const answer = made.confirm('Sure?', stop.signal);
  stop.abort();
  expect(await answer).toBe(false);
});
