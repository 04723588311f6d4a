import { writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Script, script } from './child.fixture.ts';
import { addProfile } from './operations.ts';
import { openProfiles, updateProfiles } from './store.ts';

let folder: string;
let path: string;
let lock: string;
let wake: string;
const running = new Set<Script>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'profiles-'));
  path = join(folder, 'config');
  lock = `${path}.lock`;
  wake = join(folder, 'wake');
});
afterEach(async () => {
  for (const { child, ended } of running) {
    child.kill('SIGKILL');
    await ended;
  }
  running.clear();
  await rm(folder, { recursive: true, force: true });
});

function start(body: string, ...args: string[]): Script {
  const run = script(body, args);
  running.add(run);
  return run;
}

const add = (name: string) => (config: Parameters<typeof addProfile>[0]) =>
  addProfile(config, name, { endpoint: 'x:1' });
const foreign = JSON.stringify({ pid: 1, host: 'elsewhere.invalid', token: 'x' });
const names = async () => [...(await openProfiles({ path })).config.profiles.keys()].sort();

/** Adds a profile, and blocks in the middle of that, with the lock held, until the file `wake` exists. */
const stuck = `
  let calls = 0;
  await p.updateProfiles(args[0], (config) => {
    calls++;
    if (calls === 1) { say('held'); blockUntil(args[1]); }
    return p.addProfile(config, 'stuck', { endpoint: 'x:1' });
  });
  say('saved in ' + calls);`;

test('processes that change the file at once lose nothing', async () => {
  const each = 12;
  const body = `
    for (let i = 0; i < ${each}; i++) {
      await p.updateProfiles(args[0], (c) => p.addProfile(c, args[1] + i, { endpoint: 'x:1' }));
    }`;
  const runs = ['a', 'b', 'c'].map((name) => start(body, path, name));
  for (const run of runs) expect(await run.ended).toEqual({ code: 0, signal: null, stderr: '' });
  const expected = ['a', 'b', 'c'].flatMap((name) => Array.from({ length: each }, (_, i) => name + i));
  expect(await names()).toEqual(expected.sort());
  expect(await readdir(folder)).toEqual(['config']);
});

test('neither do calls in one process', async () => {
  const wanted = Array.from({ length: 20 }, (_, i) => `p${i}`);
  await Promise.all(wanted.map((name) => updateProfiles(path, add(name))));
  expect(await names()).toEqual(wanted.sort());
});

test('readers never see a part of the file', async () => {
  const long = 'y'.repeat(200_000);
  const body = `
    for (let i = 0; i < 40; i++) {
      await p.updateProfiles(args[0], (c) => p.addProfile(c, 'a', { endpoint: 'x:1', metadata: { long: args[1] + i } }));
    }
    say('done');`;
  await updateProfiles(path, (c) => addProfile(c, 'a', { endpoint: 'x:1', metadata: { long } }));
  const writer = start(body, path, long.slice(0, 100_000));
  let reads = 0;
  let done = false;
  void writer.ended.then(() => {
    done = true;
  });
  while (!done) {
    const { config } = await openProfiles({ path });
    expect(config.clusters.get('a')?.endpoint).toBe('x:1');
    reads++;
  }
  expect(await writer.ended).toMatchObject({ code: 0, stderr: '' });
  expect(reads).toBeGreaterThan(5);
});

test('the lock of a process that died is taken over at once', async () => {
  const run = start(stuck, path, wake);
  expect((await run.lines.next()).value).toBe('held');
  run.child.kill('SIGKILL');
  await run.ended;
  expect(await readdir(folder)).toEqual(['config.lock']);
  const began = performance.now();
  await updateProfiles(path, add('next'));
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(await names()).toEqual(['next']);
  expect(await readdir(folder)).toEqual(['config']);
});

test('a process that slept while its lock was taken over starts again, and nothing is lost', async () => {
  const run = start(stuck, path, wake);
  expect((await run.lines.next()).value).toBe('held');
  await updateProfiles(path, add('next'), { staleLockMs: 50 });
  await writeFile(wake, '');
  expect((await run.lines.next()).value).toBe('saved in 2');
  expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
  expect(await names()).toEqual(['next', 'stuck']);
  expect(await readdir(folder)).toEqual(['config', 'wake']);
});

test('a lock that stays is an error at the deadline, and names its holder', async () => {
  const run = start(stuck, path, wake);
  expect((await run.lines.next()).value).toBe('held');
  await expect(updateProfiles(path, add('next'), { timeoutMs: 100 })).rejects.toMatchObject({
    code: 'profile/locked',
    retryable: true,
    context: { lock, holder: `process ${run.child.pid} on ${hostname()}` },
  });
  const stop = new AbortController();
  const waiting = updateProfiles(path, add('next'), { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toMatchObject({ code: 'request/aborted', cause: stop.signal.reason });
  expect(await readdir(folder)).toEqual(['config.lock']);
});

test.each([
  ['of another machine', foreign],
  ['without content', ''],
  ['of something else', 'lock'],
])('a lock %s is taken over when it stayed the same for long', async (_, content) => {
  await writeFile(lock, content);
  await expect(updateProfiles(path, add('a'), { timeoutMs: 50 })).rejects.toMatchObject({ code: 'profile/locked' });
  await updateProfiles(path, add('a'), { staleLockMs: 50 });
  expect(await names()).toEqual(['a']);
});

test('many waiters take over one dead lock, and each has its turn', async () => {
  await writeFile(lock, foreign);
  const wanted = Array.from({ length: 10 }, (_, i) => `p${i}`);
  await Promise.all(wanted.map((name) => updateProfiles(path, add(name), { staleLockMs: 50 })));
  expect(await names()).toEqual(wanted.sort());
  expect(await readdir(folder)).toEqual(['config']);
});

test('a program without the lock that writes in between is not overwritten', async () => {
  let calls = 0;
  await updateProfiles(path, (config) => {
    calls++;
    if (calls === 1) writeFileSync(path, 'version = "2.0"\n[profile.theirs]\ncluster = "t"\n[cluster]\n');
    return addProfile(config, 'ours', { endpoint: 'x:1' });
  });
  expect(calls).toBe(2);
  expect(await names()).toEqual(['ours', 'theirs']);
  expect(await readFile(path, 'utf8')).toContain('[profile.theirs]');
});

test('who lost the lock does not write, even though the file is as it was', async () => {
  let calls = 0;
  await updateProfiles(
    path,
    (config) => {
      calls++;
      if (calls === 1) writeFileSync(lock, foreign);
      return addProfile(config, 'ours', { endpoint: 'x:1' });
    },
    { staleLockMs: 50 },
  );
  expect(calls).toBe(2);
  expect(await names()).toEqual(['ours']);
  expect(await readdir(folder)).toEqual(['config']);
});
