/** SmartModules, SPU groups, table formats and mirrors: the verbs against a cluster that really runs. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Admin, WatchEvent } from '@fluvio-ts/admin';
import { admin, fromJson, toJson } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';

let cluster: TestCluster;
let client: Client;
let it: Admin;

beforeAll(async () => {
  cluster = await testCluster();
  client = await cluster.connect();
  it = admin(client);
});
afterAll(async () => {
  await client?.close();
  await cluster?.stop();
});

const gzipped = readFileSync(new URL('../../../smartmodule/fixtures/map-upper.wasm.gz', import.meta.url));
const wasm = new Uint8Array(gunzipSync(gzipped));

/** Types of the events of one object until it is deleted. */
async function events(watch: AsyncIterable<WatchEvent<{ readonly name: string }>>, name: string): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of watch) {
    if (event.type === 'synced' || event.object.name !== name) continue;
    seen.push(event.type);
    if (event.type === 'deleted') break;
  }
  return seen;
}

test('SmartModules, from the file to their end', async () => {
  const { smartModules } = it;
  const upper = cluster.name('upper');
  const watch = smartModules.watch();
  await watch.next();
  const seen = events(watch, upper);
  const made = await smartModules.create(upper, { wasm });
  expect(made).toMatchObject({ kind: 'smartmodule', name: upper, spec: { meta: undefined } });
  expect(made.sizeBytes).toBeGreaterThan(1000);
  expect(made.spec.wasm.payload.length).toBe(0);
  const whole = await smartModules.get(upper, { wasm: true });
  expect(new Uint8Array(gunzipSync(whole?.spec.wasm.payload ?? expect.fail()))).toEqual(wasm);
  expect(fromJson('smartmodule', toJson(whole ?? expect.fail()))).toEqual(whole);
  expect((await smartModules.list({ name: new RegExp(`^${upper.slice(0, -1)}`) })).map(({ name }) => name)).toEqual([
    upper,
  ]);
  await smartModules.delete(upper);
  expect(await smartModules.get(upper)).toBeUndefined();
  expect(await seen).toEqual(['added', 'deleted']);
  await expect(smartModules.delete(upper)).rejects.toMatchObject({
    code: 'smartmodule/not-found',
    context: { name: 'SmartModuleNotFound' },
  });
});

test('versions of a SmartModule are found by what they are called', async () => {
  const { smartModules } = it;
  const pack = cluster.name('pack');
  for (const version of ['0.9.0', '0.10.0']) {
    await smartModules.create(pack, {
      wasm,
      package: { group: 'team', version, description: 'larger' },
      params: { lang: { optional: true } },
    });
  }
  expect((await smartModules.list({ name: pack })).map(({ name }) => name)).toEqual([
    `${pack}-team-0.10.0`,
    `${pack}-team-0.9.0`,
  ]);
  expect((await smartModules.get(`team/${pack}`))?.name).toBe(`${pack}-team-0.10.0`);
  const old = await smartModules.get(`team/${pack}@0.9.0`, { wasm: true });
  expect(old).toMatchObject({ name: `${pack}-team-0.9.0`, spec: { meta: { package: { description: 'larger' } } } });
  expect(old?.spec.meta?.params.get('lang')).toEqual({ description: undefined, optional: true });
  expect(old?.spec.wasm.payload.length).toBe(old?.sizeBytes);
  await smartModules.delete(`${pack}-team-0.9.0`);
  await smartModules.delete(pack);
  expect(await smartModules.list({ name: pack })).toEqual([]);
});

test('a SmartModule that cannot be one is refused before it is sent', async () => {
  const { smartModules } = it;
  const broken = [
    { wasm: new TextEncoder().encode('(module)') },
    { wasm, package: { group: 'team', version: '1' } },
    { wasm, params: { a: {} } },
  ];
  for (const settings of broken) {
    await expect(smartModules.create(cluster.name('broken'), settings)).rejects.toMatchObject({
      code: 'option/invalid',
    });
  }
  const dry = cluster.name('dry');
  expect(await smartModules.create(dry, { wasm }, { dryRun: true })).toMatchObject({ name: dry });
  expect(await smartModules.get(dry)).toBeUndefined();
});

test('an SPU group has its SPUs run, and takes them along', async ({ skip }) => {
  cluster.own(skip);
  const { spuGroups, spus } = it;
  const group = await spuGroups.create('more', { replicas: 2, minId: 7000, rack: 'r1' });
  expect(group).toMatchObject({ status: { resolution: 'Reserved' }, spec: { spuConfig: { rack: 'r1' } } });
  expect(fromJson('spu-group', toJson(group))).toEqual(group);
  expect((await spuGroups.waitFor('more', ({ status }) => status.resolution === 'Reserved')).name).toBe('more');
  const managed = await spus.list({ type: 'Managed' });
  expect(managed.map(({ spec, owner, status }) => [spec.id, owner?.name, status.resolution])).toEqual([
    [7000, 'more', 'Online'],
    [7001, 'more', 'Online'],
  ]);
  expect((await spuGroups.create('clash', { minId: 7001 })).status).toEqual({
    resolution: 'Invalid',
    reason: expect.stringMatching(/7001/),
  });
  await spuGroups.delete('clash');
  await spuGroups.delete('more');
  expect(await spuGroups.list()).toEqual([]);
  expect(await spus.list({ type: 'Managed' })).toEqual([]);
  await expect(spuGroups.create('none', { replicas: 1.5 })).rejects.toMatchObject({ code: 'option/invalid' });
});

test('table formats', async () => {
  const { tableFormats } = it;
  const people = cluster.name('people');
  const watch = tableFormats.watch();
  await watch.next();
  const seen = events(watch, people);
  const format = await tableFormats.create(people, { columns: [{ keyPath: 'name', headerLabel: 'Name' }] });
  expect(format).toMatchObject({ spec: { name: people, inputFormat: 'JSON', columns: [{ keyPath: 'name' }] } });
  expect(fromJson('table-format', toJson(format))).toEqual(format);
  expect(await tableFormats.get(people)).toEqual(format);
  await expect(tableFormats.create(people)).rejects.toMatchObject({ context: { name: 'TableFormatAlreadyExists' } });
  await tableFormats.delete(people);
  expect(await tableFormats.get(people)).toBeUndefined();
  expect(await seen).toEqual(['added', 'deleted']);
});

test('mirrors are kept', async () => {
  const { mirrors } = it;
  const [edgeName, homeName] = [cluster.name('edge'), cluster.name('home')];
  const edge = await mirrors.create(edgeName);
  expect(edge).toMatchObject({ spec: { mirrorType: { kind: 'remote', id: edgeName } } });
  const settings = { type: 'home', remoteId: edgeName, publicEndpoint: 'localhost:9003' } as const;
  await mirrors.create(homeName, settings);
  await mirrors.create(homeName, settings);
  await expect(mirrors.create(edgeName)).rejects.toMatchObject({ context: { name: 'MirrorAlreadyExists' } });
  const names = (await mirrors.list()).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([edgeName, homeName]));
  expect(fromJson('mirror', toJson(edge))).toEqual(edge);
  for (const name of [edgeName, homeName]) await mirrors.delete(name);
  expect(await mirrors.get(edgeName)).toBeUndefined();
  const clientTls = { domain: '', caCert: 'x'.repeat(40_000), clientCert: '', clientKey: '' };
  await expect(mirrors.create(cluster.name('long'), { ...settings, clientTls })).rejects.toMatchObject({
    code: 'option/invalid',
  });
});
