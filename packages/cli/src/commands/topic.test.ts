/** `flv topic …`, `flv partition list` and `flv cluster spu list` on a real cluster. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClusterHome, errorOf, openClusterHome } from '../testing/flv.ts';

let home: ClusterHome;
beforeAll(async () => {
  home = await openClusterHome('--spu', '2');
});
afterAll(() => home[Symbol.asyncDispose]());

const json = async (...args: readonly string[]): Promise<unknown> => {
  const run = await home.flv([...args, '--json']);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(run.stdout);
};

test('an empty list is [] for programs, and a note for people', async () => {
  expect(await json('topic', 'list')).toEqual([]);
  expect((await home.flv(['topic', 'list', '-O', 'plain'])).stdout).toBe('');
  const run = await home.flv(['partition', 'list']);
  expect(run).toMatchObject({ code: 0, stdout: '', stderr: 'no partitions\n' });
  expect((await home.flv(['partition', 'list', '-q'])).stderr).toBe('');
  expect((await home.flv(['topic', 'list', '-O', 'yaml'])).stdout).toBe('[]\n');
});

test('a topic is created with its settings, listed, described and deleted', async () => {
  const created = await home.flv(
    'topic create many -p 2 -i --retention-time 1h --segment-size 4096 --max-partition-size 10MiB --compression-type gzip'.split(
      ' ',
    ),
  );
  expect(created).toMatchObject({ code: 0, stdout: 'topic "many" created\n', stderr: '' });
  expect(await json('topic', 'describe', 'many')).toEqual({
    name: 'many',
    spec: {
      replicas: { computed: { partitions: 2, replicationFactor: 1, ignoreRackAssignment: true } },
      cleanupPolicy: { segment: { timeInSeconds: 3600 } },
      storage: { segmentSize: 4096, maxPartitionSize: 10_485_760 },
      compressionType: 'Gzip',
      system: false,
    },
    status: expect.objectContaining({ resolution: 'Provisioned', reason: '' }),
    owner: null,
  });
  const list = await home.flv(['topic', 'list']);
  expect(list.stdout).toMatch(/^NAME {2}TYPE {6}PARTITIONS {2}REPLICAS {2}RETENTION TIME {2}COMPRESSION/);
  expect(list.stdout).toMatch(/\nmany {2}computed {11}2 {9}1 {2}1h {14}gzip /);
  expect((await home.flv(['topic', 'list', '-O', 'plain'])).stdout.split('\t').slice(0, 6)).toEqual([
    'many',
    'computed',
    '2',
    '1',
    '1h',
    'gzip',
  ]);
  const toml = await home.flv(['topic', 'list', '-O', 'toml']);
  expect(toml.stdout).toContain('[[items]]\nname = "many"');
  const described = await home.flv(['topic', 'describe', 'many']);
  expect(described.stdout).toMatch(/^Name: +many\nType: +computed\n/);
  expect(described.stdout).toMatch(/Segment Size: +4\.1 KB/);
  const partitions = (await json('partition', 'list')) as { name: string; owner: unknown; status: unknown }[];
  expect(partitions.map(({ name, owner }) => [name, owner])).toEqual([
    ['many-0', { kind: 'topic', name: 'many' }],
    ['many-1', { kind: 'topic', name: 'many' }],
  ]);
  // The official command line has the values of LRS and of the followers' offsets under the wrong titles.
  const [header = '', row = ''] = (await home.flv(['partition', 'list'])).stdout.split('\n');
  expect(row.trim().split(/ {2,}/).length).toBe(header.trim().split(/ {2,}/).length);

  expect((await home.flv(['topic', 'delete', 'many'])).stdout).toBe('topic "many" deleted\n');
  expect(await json('topic', 'list')).toEqual([]);
});

test('a dry run says that it was one, and creates nothing', async () => {
  expect((await home.flv(['topic', 'create', 'dry', '--dry-run'])).stdout).toBe(
    'topic "dry" can be created (dry run)\n',
  );
  expect((await home.flv(['topic', 'describe', 'dry'])).code).toBe(3);
});

test('partitions are placed as a file says, and added later', async () => {
  writeFileSync(home.file('map.json'), '[{"id":0,"replicas":[5002]},{"id":1,"replicas":[5001]}]');
  expect(await json('topic', 'create', 'placed', '-f', 'map.json')).toMatchObject({
    status: { replicaMap: { 0: [5002], 1: [5001] } },
  });
  expect((await home.flv(['topic', 'list', '-O', 'plain'])).stdout).toMatch(/^placed\tassigned\t2\t1\t/);
  await home.flv(['topic', 'create', 'growing']);
  const added = await home.flv(['topic', 'add-partition', 'growing', '-c', '2']);
  expect(added.code).toBe(0);
  expect(added.stdout).toMatch(
    /^added new partitions to topic: "growing"\nPARTITION {2}SPU\n +1 {2}500[12]\n +2 {2}500[12]\n$/,
  );
  for (const [text, code] of [
    ['[{"id":0', 'input/invalid'],
    ['[{"id":"x","replicas":[]}]', 'input/invalid'],
  ] as const) {
    writeFileSync(home.file('map.json'), text);
    const run = await home.flv(['topic', 'create', 'bad', '-f', 'map.json', '--json']);
    expect(errorOf(run)).toMatchObject({ code, exitCode: 2 });
  }
  await home.flv(['topic', 'delete', 'placed', 'growing']);
});

test('what cannot be done exits with its code, on stderr only', async () => {
  await home.flv(['topic', 'create', 'there']);
  for (const [line, exit, code] of [
    ['topic create there', 6, 'topic/exists'],
    ['topic create one-more --dedup none', 3, 'topic/deduplication'],
    ['topic create Bad_Name', 2, 'topic/invalid-name'],
    ['topic describe none', 3, 'topic/not-found'],
    ['topic delete none', 3, 'topic/not-found'],
    ['topic add-partition none', 3, 'topic/not-found'],
    ['topic delete consumer-offset', 6, 'system/protected'],
  ] as const) {
    const run = await home.flv([...line.split(' '), '--json', '--timeout', '20s']);
    expect([line, run.code, run.stdout, errorOf(run).code]).toEqual([line, exit, '', code]);
  }
  await home.flv(['topic', 'delete', 'there']);
});

test('with --continue-on-error what can be deleted is, and 7 says that it was not all', async () => {
  await home.flv(['topic', 'create', 'one']);
  const run = await home.flv(['topic', 'delete', 'none', 'one', '-c', '--json']);
  expect([run.code, run.stdout]).toEqual([7, '']);
  expect(JSON.parse(run.stderr)).toMatchObject({
    error: { context: { deleted: ['one'], failed: [{ name: 'none', code: 'topic/not-found' }] } },
  });
  expect((await home.flv(['topic', 'delete', 'none', 'nor-this', '-c'])).code).toBe(3);
});

test('system topics are listed apart, and deleted only by force', async () => {
  const system = (await json('topic', 'list', '--system')) as { name: string }[];
  expect(system.map(({ name }) => name)).toEqual(['consumer-offset']);
  expect((await home.flv(['topic', 'delete', 'consumer-offset', '--system'])).code).toBe(6);
});

test('SPUs are listed with their addresses', async () => {
  const spus = (await json('cluster', 'spu', 'list')) as { name: string; spec: { spuId: number } }[];
  expect(spus.map(({ spec }) => spec.spuId)).toEqual([5001, 5002]);
  const { stdout } = await home.flv(['cluster', 'spu', 'list', '--custom']);
  expect(stdout).toMatch(/^ {2}ID {2}NAME {13}STATUS {2}TYPE {4}RACK {2}PUBLIC/);
  expect(stdout).toContain('custom-spu-5001  Online  custom  -     127.0.0.1:');
});

test('names of topics and profiles are completed', async () => {
  await home.flv(['topic', 'create', 'orders']);
  await home.flv(['topic', 'create', 'returns']);
  await expect
    .poll(async () => (await home.flv(['__complete', 'consume', ''])).stdout, { timeout: 20_000 })
    .toBe('orders\nreturns\n');
  expect((await home.flv(['__complete', 'profile', 'switch', 'l'])).stdout).toBe('local\n');
  await home.flv(['topic', 'delete', 'orders', 'returns']);
});

test('TLS against this plaintext cluster is refused with 4 and the reason', async () => {
  const run = await home.flv(['-c', home.endpoint, '--tls', 'topic', 'list']);
  expect([run.code, run.stdout]).toEqual([4, '']);
  expect(run.stderr).toContain('leave --tls out');
});

test('a topic with more replicas than SPUs says what it waits for, and so does the end of its time', async () => {
  const create = home.start(['topic', 'create', 'wide', '-r', '3', '--timeout', '4s']);
  await create.says('waiting for SPUs to take the partitions of topic "wide"; it needs 3 of them online');
  const { code, stderr } = await create.done;
  expect(code).toBe(5);
  expect(stderr).toContain('a topic waits for as many as it has replicas');
  expect(stderr).not.toMatch(/\.\d+ ms/);
  expect((await home.flv(['topic', 'delete', 'wide'])).code).toBe(0);
});
