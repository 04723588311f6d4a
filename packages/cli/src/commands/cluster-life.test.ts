/** What an embedded cluster lives through: signals, killed processes, a reboot, TLS; and what it writes meanwhile. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorOf, type Home, openHome } from '../testing/flv.ts';

let home: Home;
beforeEach(() => {
  home = openHome();
});
afterEach(async () => {
  await home.flv(['cluster', 'delete', '--yes']);
  home[Symbol.dispose]();
});

interface Member {
  readonly name: string;
  readonly pid: number;
  readonly alive: boolean;
}

const membersOf = async (): Promise<readonly Member[]> => {
  const { stdout } = await home.flv(['cluster', 'status', '--json', '--data-dir', home.file('.fluvio/embedded')]);
  return (JSON.parse(stdout) as { readonly embedded: { readonly members: readonly Member[] } }).embedded.members;
};
const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', null],
  ['SIGKILL', null],
] as const)(
  'a cluster in the foreground ends with its command by %s, all of its processes with it',
  async (signal, code) => {
    const command = home.start(['cluster', 'start', '--foreground', '--spu', '2', '--any-port']);
    await command.says('Ctrl-C');
    const members = await membersOf();
    expect(members.map(({ name, alive }) => `${name} ${alive}`)).toEqual(['sc true', 'spu-5001 true', 'spu-5002 true']);
    expect((await home.flv(['topic', 'create', 'there'])).code).toBe(0);
    command.kill(signal);
    expect((await command.done).code).toBe(code);
    await expect.poll(() => members.filter(({ pid }) => isThere(pid)).length, { timeout: 15_000 }).toBe(0);
  },
);

test('a cluster in the foreground says which of its processes was killed, and goes on', async () => {
  const command = home.start(['cluster', 'start', '--foreground', '--spu', '2', '--any-port']);
  await command.says('Ctrl-C');
  expect((await home.flv(['cluster', 'spu', 'kill', '5002'])).stdout).toMatch(/^process spu-5002 \(\d+\) killed\n$/);
  await command.says('process spu-5002 has ended');
  expect((await home.flv(['topic', 'create', 'still-there'])).code).toBe(0);
  command.kill('SIGINT');
  await command.done;
});

test('what was killed is resumed, beside what goes on; so is everything, after a shutdown and after a reboot', async () => {
  await home.flv(['cluster', 'start', '--spu', '2', '--any-port', '-q']);
  await home.flv(['topic', 'create', 'kept']);
  await home.flv(['produce', 'kept'], { input: 'still here\n' });
  const before = await membersOf();
  expect((await home.flv(['cluster', 'resume'])).stdout).toMatch(/ runs already, with all of its processes\n$/);

  await home.flv(['cluster', 'spu', 'kill', 'sc']);
  await home.flv(['cluster', 'spu', 'kill', '5001']);
  expect(errorOf(await home.flv(['cluster', 'spu', 'kill', '5001', '--json'])).code).toBe('cluster/not-running');
  expect(errorOf(await home.flv(['cluster', 'spu', 'kill', '5009', '--json'])).code).toBe('cluster/unknown-member');
  expect((await home.flv(['cluster', 'resume'])).stdout).toMatch(/ resumed: started sc, spu-5001 \(/);
  const after = await membersOf();
  expect(after.map(({ name, alive }) => `${name} ${alive}`)).toEqual(['sc true', 'spu-5001 true', 'spu-5002 true']);
  expect(after[2]?.pid).toBe(before[2]?.pid);
  expect((await home.flv(['consume', 'kept', '-dB'])).stdout).toBe('still here\n');

  await home.flv(['cluster', 'shutdown']);
  expect((await home.flv(['cluster', 'resume', '-q'])).code).toBe(0);
  expect((await home.flv(['consume', 'kept', '-dB'])).stdout).toBe('still here\n');

  // After a reboot the numbers of the processes belong to others, this test say.
  for (const { pid } of await membersOf()) process.kill(pid, 'SIGKILL');
  await expect.poll(async () => (await membersOf()).some(({ alive }) => alive)).toBe(false);
  const record = home.file('.fluvio/embedded/cluster.json');
  writeFileSync(record, readFileSync(record, 'utf8').replaceAll(/"pid": \d+/g, `"pid": ${process.pid}`));
  expect((await home.flv(['cluster', 'status'])).stderr).toContain('it is stopped');
  expect((await home.flv(['cluster', 'resume'])).stdout).toContain('resumed: started sc, spu-5001, spu-5002');
  expect((await home.flv(['consume', 'kept', '-dB'])).stdout).toBe('still here\n');
});

test('logs are printed by time, of some, the last lines only, and as they are written', async () => {
  await home.flv(['cluster', 'start', '--spu', '2', '--any-port', '-q']);
  const all = (await home.flv(['cluster', 'logs'])).stdout;
  expect(all).toMatch(/^sc {7}\S+ INFO {2}the SC serves/m);
  expect(all).toMatch(/^spu-5002 \S+ INFO {2}the SPU serves/m);
  const times = [...all.matchAll(/ (\d{4}-\S+Z) /g)].map(([, time]) => time ?? '');
  expect(times).toEqual([...times].sort());
  const one = (await home.flv(['cluster', 'logs', '--spu', '5001', '-n', '1'])).stdout;
  expect(one).toMatch(/^\d{4}-\S+Z INFO {2}.*\n$/);
  expect(errorOf(await home.flv(['cluster', 'logs', '--spu', '7', '--json'])).code).toBe('cluster/unknown-member');

  const following = home.start(['cluster', 'logs', '--follow', '--sc', '-n', '100']);
  // It follows from here on: what happens before it has begun is none of what is "written meanwhile".
  await following.says('the SC serves');
  await home.flv(['cluster', 'spu', 'kill', '5002']);
  await following.says('an SPU is offline');
  following.kill('SIGINT');
  expect((await following.done).code).toBe(130);
});

test('with --tls the profile leads to it, and nobody else comes in', async () => {
  const started = await home.flv(['cluster', 'start', '--tls', '--any-port', '--json']);
  expect(started.code, started.stderr).toBe(0);
  const { endpoint } = JSON.parse(started.stdout) as { readonly endpoint: string };
  expect((await home.flv(['topic', 'create', 'secret'])).code).toBe(0);
  await home.flv(['produce', 'secret'], { input: 'whisper\n' });
  expect((await home.flv(['consume', 'secret', '-dB'])).stdout).toBe('whisper\n');
  expect((await home.flv(['-c', endpoint, 'topic', 'list'])).code).not.toBe(0);
  await home.flv(['cluster', 'shutdown']);
  expect((await home.flv(['cluster', 'resume', '-q'])).code).toBe(0);
  expect((await home.flv(['consume', 'secret', '-dB'])).stdout).toBe('whisper\n');
});

test('SPUs are registered and unregistered', async () => {
  await home.flv(['cluster', 'start', '--any-port', '-q']);
  const where = ['-p', '127.0.0.1:9190', '-v', '127.0.0.1:9191'];
  const registered = await home.flv(['cluster', 'spu', 'register', '-i', '5009', ...where]);
  expect(registered.stdout).toBe("SPU 'custom-spu-5009' (5009) registered\n");
  expect((await home.flv(['cluster', 'spu', 'list'])).stdout).toMatch(/5009 +custom-spu-5009 +Init +custom/);
  expect((await home.flv(['cluster', 'spu', 'register', '-i', '5009', ...where])).code).toBe(6);
  expect((await home.flv(['cluster', 'spu', 'register', ...where])).stderr).toContain("option '--id' is needed");
  expect((await home.flv(['cluster', 'spu', 'unregister', '-i', '5009'])).stdout).toBe('SPU 5009 unregistered\n');
  expect((await home.flv(['cluster', 'spu', 'list'])).stdout).not.toContain('5009');
  expect((await home.flv(['cluster', 'spu', 'unregister'])).code).toBe(2);
});
