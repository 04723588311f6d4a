/** `flv cluster …`: processes that are started, asked, killed and deleted. */
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
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

interface Status {
  readonly endpoint: string;
  readonly healthy: boolean;
  readonly problems: readonly string[];
  readonly embedded: {
    readonly state: string;
    readonly members: readonly { name: string; pid: number; alive: boolean }[];
  };
}

test('a cluster starts, tells of itself, stops, continues with its data, and is deleted', async () => {
  const started = await home.flv(['cluster', 'start', '--spu', '2', '--any-port']);
  expect(started.code, started.stderr).toBe(0);
  expect(started.stdout).toMatch(/^cluster ready at 127\.0\.0\.1:\d+: 1 controller, 2 SPUs \(/);
  expect(started.stderr).toContain("profile 'local' leads to it and is the current one");
  expect(started.stderr).toContain('flv topic create');
  expect((await home.flv(['profile', 'list'])).stdout).toMatch(
    /\n\* {2}local {4}local {4}127\.0\.0\.1:\d+ +disabled +local\n/,
  );

  const status = await home.flv(['cluster', 'status', '--json']);
  expect([status.code, status.stderr]).toEqual([0, '']);
  const told = JSON.parse(status.stdout) as Status;
  expect(told).toMatchObject({
    healthy: true,
    problems: [],
    spus: { online: 2, total: 2 },
    // Not the one that the cluster keeps consumers' offsets in.
    partitions: { online: 0, total: 0 },
    embedded: { state: 'running' },
  });
  expect((await home.flv(['cluster', 'status'])).stdout).toMatch(/Health: +healthy\n\nPROCESS +STATE/);
  await home.flv(['topic', 'create', 'kept']);
  await home.flv(['produce', 'kept'], { input: 'still here\n' });

  const again = await home.flv(['cluster', 'start', '--json']);
  expect(errorOf(again)).toMatchObject({ code: 'cluster/data-dir-in-use', exitCode: 6 });
  const more = await home.flv(['cluster', 'start', '--spu', '5']);
  expect(more.stderr).toContain('a cluster with 2 SPUs is running');
  expect(more.stderr).toContain('hint: flv cluster shutdown && flv cluster start --spu 5 ');

  expect((await home.flv(['cluster', 'stop'])).stdout).toBe(`cluster at ${told.endpoint} stopped\n`);
  const stopped = await home.flv(['cluster', 'status']);
  expect(stopped.code).toBe(1);
  expect(stopped.stderr).toContain('it is stopped');
  expect((await home.flv(['cluster', 'shutdown'])).stdout).toContain('was not running');
  expect((await home.flv(['topic', 'list'])).code).toBe(5);

  expect((await home.flv(['cluster', 'start', '--spu', '2', '--any-port', '-q'])).stdout).toBe('');
  expect((await home.flv(['consume', 'kept', '-dB'])).stdout).toBe('still here\n');
  expect((await home.flv(['cluster', 'logs'])).stdout).not.toMatch(/ (WARN|ERROR) /);

  const refused = await home.flv(['cluster', 'delete']);
  expect([refused.code, refused.stdout]).toEqual([8, '']);
  expect(refused.stderr).toContain('--yes');
  expect((await home.flv(['consume', 'kept', '-dB'])).stdout).toBe('still here\n');
  const deleted = await home.flv(['cluster', 'delete', '--force', '--json']);
  expect(JSON.parse(deleted.stdout)).toMatchObject({ action: 'deleted', profiles: ['local'] });
  expect(existsSync(home.file('.fluvio/embedded'))).toBe(false);
  for (const { pid } of told.embedded.members) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect((await home.flv(['profile', 'list', '--json'])).stdout).toBe('[]\n');
  for (const command of ['status', 'shutdown', 'delete']) {
    expect(errorOf(await home.flv(['cluster', command, '--json'])).code).toBe('cluster/none');
  }
});

test('a killed SPU makes the cluster unhealthy, by name', async () => {
  await home.flv(['cluster', 'start', '--spu', '2', '--any-port', '-q']);
  writeFileSync(home.file('map.json'), '[{"id":0,"replicas":[5002]},{"id":1,"replicas":[5001]}]');
  await home.flv(['topic', 'create', 'both', '-f', 'map.json']);
  const { embedded } = JSON.parse((await home.flv(['cluster', 'status', '--json'])).stdout) as Status;
  const spu = embedded.members.find(({ name }) => name === 'spu-5002');
  process.kill(spu?.pid ?? 0, 'SIGKILL');
  const seen = async () => {
    const run = await home.flv(['cluster', 'status', '--json']);
    const { problems } = JSON.parse(run.stdout) as Status;
    return [run.code, errorOf(run).code, problems.join('; ')];
  };
  await expect
    .poll(seen, { timeout: 20_000 })
    .toEqual([1, 'cluster/unhealthy', expect.stringMatching(/process spu-5002 has ended.*SPUs not online: 5002/)]);
  const consumed = await home.flv(['consume', 'both', '-dB', '--timeout', '500ms']);
  expect(consumed.code).toBe(5);
  expect(consumed.stderr).toContain('SPU 5002, is offline');
});

test('Ctrl-C waits two seconds for a cluster that does not answer, the second not at all', async () => {
  await home.flv(['cluster', 'start', '--any-port', '-q']);
  await home.flv(['topic', 'create', 'frozen']);
  const { embedded } = JSON.parse((await home.flv(['cluster', 'status', '--json'])).stdout) as Status;
  const spu = embedded.members.find(({ name }) => name === 'spu-5001')?.pid ?? 0;
  process.kill(spu, 'SIGSTOP');
  try {
    const interrupted = async (again: boolean) => {
      const producer = home.start(['produce', 'frozen', '--key-separator', ':']);
      // That the first line was refused shows that the second, which came with it, is under way.
      await producer.write('refused\nkey:value\n');
      await producer.says("has no ':'");
      const began = performance.now();
      producer.kill('SIGINT');
      const repeat = again ? setInterval(() => producer.kill('SIGINT'), 50) : undefined;
      const { code, stderr } = await producer.done;
      clearInterval(repeat);
      return { code, stderr, tookMs: performance.now() - began };
    };
    const once = await interrupted(false);
    expect(once.code).toBe(130);
    expect(once.stderr).toContain('2 of 2 records');
    expect(once.tookMs).toBeLessThan(4_000);
    const twice = await interrupted(true);
    expect(twice.code).toBe(130);
    expect(twice.tookMs).toBeLessThan(once.tookMs);
    expect(twice.tookMs).toBeLessThan(1_500);
  } finally {
    process.kill(spu, 'SIGCONT');
  }
});

test('a port that is taken is named with the option to change it, and nothing is left running', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  const port = typeof at === 'object' ? at?.port : 0;
  try {
    const run = await home.flv(['cluster', 'start', '--any-port', '--sc-pub-addr', `127.0.0.1:${port}`]);
    expect([run.code, run.stdout]).toEqual([6, '']);
    expect(run.stderr).toContain(`port ${port} on 127.0.0.1 is taken`);
    expect(run.stderr).toContain('--sc-pub-addr');
    expect((await home.flv(['profile', 'list', '--json'])).stdout).toBe('[]\n');
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test('a second cluster has a folder and a profile of its own', async () => {
  await home.flv(['cluster', 'start', '--any-port', '-q']);
  const second = ['--data-dir', 'second'];
  expect((await home.flv(['cluster', 'start', ...second, '--any-port', '-P', 'second', '-q'])).code).toBe(0);
  expect((await home.flv(['profile'])).stdout).toBe('second\n');
  await home.flv(['topic', 'create', 'only-there']);
  expect((await home.flv(['topic', 'list', '-P', 'local', '--json'])).stdout).toBe('[]\n');
  expect((await home.flv(['cluster', 'delete', ...second, '--yes'])).code).toBe(0);
  expect((await home.flv(['profile', 'list', '-O', 'plain'])).stdout).toMatch(/^ \tlocal\t/);
});

test('a folder with other things in it is left alone', async () => {
  writeFileSync(home.file('cluster.json'), '{"mine":true}');
  const run = await home.flv(['cluster', 'delete', '--data-dir', '.', '--yes', '--json']);
  expect(errorOf(run)).toMatchObject({ code: 'cluster/not-a-data-dir', exitCode: 6 });
  expect(existsSync(home.file('cluster.json'))).toBe(true);
});
