/** The program on a terminal: it prompts, asks, and hears of Ctrl-C. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ClusterHome, MAIN, openClusterHome } from './testing/flv.ts';

/** `script` of util-linux runs a command on a terminal of its own. */
const terminal = { program: 'script' } as const;
const hasTerminal = spawnSync(terminal.program, ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;

describe('on a terminal', () => {
  let home: ClusterHome;
  beforeEach(({ skip }) => skip(!hasTerminal, 'no script command: install util-linux (bsdutils)'));
  beforeAll(async () => {
    if (!hasTerminal) return;
    home = await openClusterHome();
    await home.flv(['topic', 'create', 'typed']);
  });
  afterAll(() => home?.[Symbol.asyncDispose]());

  /** Runs a command there, and types each text when it has shown the one in front of it. */
  async function typed(command: string, ...dialogue: readonly (readonly [shown: string, typed: string])[]) {
    const line = `exec '${process.execPath}' '${MAIN}' ${command}`;
    const child: ChildProcess = spawn(terminal.program, ['-qec', line, '/dev/null'], {
      env: { ...home.env, TERM: 'xterm', NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let screen = '';
    let seen = 0;
    let waiting: (() => void) | undefined;
    child.stdout?.on('data', (chunk: Buffer) => {
      screen += chunk.toString();
      waiting?.();
    });
    const closed = new Promise((resolve) => child.once('close', resolve));
    for (const [shown, text] of dialogue) {
      await new Promise<void>((resolve) => {
        waiting = () => {
          const at = screen.indexOf(shown, seen);
          if (at < 0) return;
          seen = at + shown.length;
          resolve();
        };
        waiting();
      });
      child.stdin?.write(text);
    }
    const code = await closed;
    return `${screen.replaceAll('\r\n', '\n').replaceAll('\r', '')}exit ${code}`;
  }

  test('produce prompts, and says of each record where it is', async () => {
    const screen = await typed('produce typed', ['> ', 'one\n'], ['> ', 'two\n'], ['> ', '\u0004']);
    expect(screen).toContain('Type records, one on a line. Ctrl-D ends.\n> one\nOk! partition 0, offset 0\n> two\nOk!');
    expect(screen).toContain('2 records (6 B) acknowledged');
    expect(screen).toContain('exit 0');
  });

  test('consume says what it waits for, and Ctrl-C ends it with 130', async () => {
    const screen = await typed('consume typed -T 1', ['two', '\u0003']);
    expect(screen).toContain("Consuming records from 'typed' starting 1 from the end of log\n");
    expect(screen).toContain('exit 130');
  });

  test('deleting a topic asks; no is 8, Ctrl-C is 130, yes deletes', async () => {
    const question = 'Delete topic "typed" with all records? [y/N] ';
    expect(await typed('topic delete typed', [question, 'n\n'])).toContain('exit 8');
    expect(await typed('topic delete typed', [question, '\u0003'])).toContain('exit 130');
    expect(await typed('topic delete typed', [question, '\u0004'])).toContain('exit 8');
    expect(await typed('topic delete typed', [question, 'y\n'])).toMatch(/topic "typed" deleted\nexit 0/);
  });
});
