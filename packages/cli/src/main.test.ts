/** The program as a whole, where it needs no cluster. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorOf, type Home, MAIN, openHome } from './testing/flv.ts';

let home: Home;
beforeAll(() => {
  home = openHome();
});
afterAll(() => home[Symbol.dispose]());

/** Asks bash for the completion of words, as it splits them. */
const TYPED = `
ask() { COMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _flv_complete; echo "\${COMPREPLY[*]}"; }
ask flv topic ''
ask flv consume t --out
ask flv consume t --output = j
ask flv consume t --output =
`;

const ESC = '\u001b';

test('--version and --help need nothing but themselves', async () => {
  const version = await home.flv(['--version']);
  expect(version).toMatchObject({ code: 0, stderr: '' });
  expect(version.stdout).toMatch(/^flv \d+\.\d+\.\d+\S*\n$/);
  const help = await home.flv(['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toContain('consume');
  expect((await home.flv([])).stdout).toBe(help.stdout);
});

test('a wrong command line exits with 2 and says what was meant; stdout stays empty', async () => {
  const run = await home.flv(['topics', 'list']);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toContain("did you mean 'flv topic'");
  const json = await home.flv(['consume', 't', '--nope', '--json']);
  expect(json).toMatchObject({ code: 2, stdout: '' });
  expect(errorOf(json)).toMatchObject({ code: 'usage/invalid', exitCode: 2 });
  expect((await home.flv(['topic'])).code).toBe(2);
});

test('without a profile it says how to get one', async () => {
  const run = await home.flv(['topic', 'list']);
  expect(run).toMatchObject({ code: 3, stdout: '' });
  expect(run.stderr).toContain('[profile/no-file]');
  expect(run.stderr).toContain('flv cluster start');
});

test('a broken profile file is an error that names the place, and is left as it is', async () => {
  using own = openHome();
  mkdirSync(own.file('.fluvio'));
  writeFileSync(own.file('.fluvio/config'), 'version = "2.0"\ncurrent_profile = [broken\n');
  const run = await own.flv(['topic', 'list', '--json']);
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(errorOf(run)).toMatchObject({ code: 'profile/unreadable', message: expect.stringMatching(/config:\d+:\d+/) });
  const added = await own.flv(['profile', 'add', 'x', 'h:1']);
  expect(added.code).toBe(1);
});

test('no cluster at the address: exit 5, at once, naming it', async () => {
  const run = await home.flv(['-c', '127.0.0.1:1', 'topic', 'list']);
  expect(run).toMatchObject({ code: 5, stdout: '' });
  expect(run.stderr).toContain('127.0.0.1:1');
  expect(run.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  const version = await home.flv(['-c', '127.0.0.1:1', 'version']);
  expect(version.code).toBe(0);
  expect(version.stdout).toMatch(/Fluvio Platform +: not available \(.*127\.0\.0\.1:1/);
});

describe('a server that accepts and says nothing', () => {
  let silent: Server;
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    silent = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });
  const address = (): string => {
    const at = silent.address();
    return `127.0.0.1:${typeof at === 'object' ? at?.port : 0}`;
  };

  test('is given up after --timeout, exit 5', async () => {
    const run = await home.flv(['-c', address(), '--timeout', '700ms', 'topic', 'list']);
    expect(run.code).toBe(5);
    expect(run.tookMs).toBeLessThan(5_000);
  });

  test('Ctrl-C ends the wait with 130, SIGTERM with 143, without a word', async () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const connected = once(silent, 'connection');
      const run = home.start(['-c', address(), 'topic', 'list']);
      await connected;
      run.kill(signal);
      const { code: got, stderr, tookMs } = await run.done;
      expect([got, stderr]).toEqual([code, '']);
      expect(tookMs).toBeLessThan(5_000);
    }
  });

  test('names are completed within a moment, or not at all', async () => {
    const run = await home.flv(['__complete', '-c', address(), 'consume', '']);
    expect(run).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(run.tookMs).toBeLessThan(2_000);
  });
});

test('an option that there is none of is named, also where no command is', async () => {
  for (const args of [['--frob'], ['--timeout', '1s', '--frob'], ['topic', '--frob', '--json']]) {
    const { code, stderr } = await home.flv(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining("unknown option '--frob'")]);
  }
});

test('files that cannot be read are an error before anything is connected', async () => {
  for (const args of [
    ['produce', 't', '--raw', '--file', 'missing.bin'],
    ['-c', '127.0.0.1:1', '--ca-cert', 'missing.pem', 'topic', 'list'],
  ]) {
    const run = await home.flv([...args, '--json']);
    expect(errorOf(run)).toMatchObject({ code: 'input/missing', exitCode: 3 });
    expect(errorOf(run).message).toContain('missing');
  }
});

test('off a terminal there is no escape sequence, whatever the command', async () => {
  for (const args of [
    [],
    ['--help'],
    ['topic'],
    ['topic', 'create', '-h'],
    ['version'],
    ['nope'],
    ['profile', 'list'],
  ]) {
    const { stdout, stderr } = await home.flv(args);
    expect(`${stdout}${stderr}`).not.toContain(ESC);
  }
  const colored = await home.flv(['nope', '--color', 'always']);
  expect(colored.stderr).toContain(ESC);
  expect((await home.flv(['nope', '--no-color'], { env: { FORCE_COLOR: '1' } })).stderr).not.toContain(ESC);
});

test('a reader that goes away is no error', async () => {
  const child = spawn(process.execPath, [MAIN, '--print-tree'], { env: home.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.destroy();
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect([code, stderr]).toEqual([0, '']);
});

test('the tree of commands is JSON, complete through a pipe', async () => {
  const { stdout, code } = await home.flv(['--print-tree']);
  expect(code).toBe(0);
  expect(stdout.length).toBeGreaterThan(10_000);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'flv', kind: 'group' });
});

describe('completions', () => {
  test('every shell gets a script that asks this program', async () => {
    for (const shell of ['zsh', 'fish', 'powershell']) {
      const { stdout, code } = await home.flv(['completions', shell, '--name', 'my-flv']);
      expect(code).toBe(0);
      expect(stdout).toContain('my-flv __complete');
    }
    expect((await home.flv(['completions', 'bash', '--name', 'a;b'])).code).toBe(2);
  });

  test('bash completes commands, options and their values', async ({ skip }) => {
    const script = (await home.flv(['completions', 'bash'])).stdout;
    const bash = spawnSync('bash', ['-c', `flv() { '${process.execPath}' '${MAIN}' "$@"; }\n${script}\n${TYPED}`], {
      env: home.env,
      encoding: 'utf8',
    });
    skip(bash.error !== undefined, 'no bash: install it');
    expect(bash.stdout.split('\n')).toEqual([
      'create list describe delete add-partition',
      '--output',
      'json',
      'dynamic text binary json ndjson raw',
      '',
    ]);
  });

  test('candidates come with what they mean', async () => {
    const { stdout } = await home.flv(['__complete', 'topic', 'c']);
    expect(stdout).toBe('create\tcreate a topic\n');
    expect((await home.flv(['__complete', 'produce', 't', '-f', ''])).stdout).toBe(':files\n');
  });
});
