import type { Client } from '@fluvio-ts/client';
import { clusterOf } from '@fluvio-ts/client/internal';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Admin } from '../admin.ts';
import { admin } from '../admin.ts';
import { spuObject } from '../testing/objects.ts';
import type { ScriptedSc } from '../testing/scripted-sc.ts';
import { no, scriptedSc } from '../testing/scripted-sc.ts';

let sc: ScriptedSc;
let client: Client;
let spus: Admin['spus'];

beforeEach(async () => {
  sc = scriptedSc();
  sc.put('SPU', spuObject(0, { spuType: 'Managed' }, {}, 'main-group-0'), spuObject(50));
  client = await sc.connect();
  spus = admin(client).spus;
});

afterEach(() => client.close());

const here = { publicEndpoint: 'spu.example:9010', privateEndpoint: 'localhost:9011' };

test('lists by id, by name and by type', async () => {
  const ids = async (...options: Parameters<typeof spus.list>): Promise<number[]> =>
    (await spus.list(...options)).map((one) => one.spec.id);
  expect(await ids()).toEqual([0, 50, 5001]);
  expect(await ids({ type: 'Custom' })).toEqual([50, 5001]);
  expect(await ids({ type: 'Managed' })).toEqual([0]);
  expect(await ids({ name: 'spu-50' })).toEqual([50, 5001]);
  expect(await ids({ name: /-50$/ })).toEqual([50]);
});

test('one by id or by name; a managed one belongs to its group', async () => {
  expect(await spus.get(50)).toMatchObject({ kind: 'spu', name: 'custom-spu-50', owner: undefined });
  expect(await spus.get('custom-spu-50')).toMatchObject({ spec: { id: 50 } });
  expect(await spus.get(0)).toMatchObject({ owner: { kind: 'spu-group', name: 'main-group' } });
  expect(await spus.get('custom-spu')).toBeUndefined();
  expect(await spus.get(7)).toBeUndefined();
});

test('register resolves with the SPU, which this client knows by then', async () => {
  const spu = await spus.register({
    id: 7,
    ...here,
    privateEndpoint: { host: '::1', port: 9011, encryption: 'SSL' },
    publicEndpointLocal: '10.0.0.7:9010',
    rack: 'r1',
  });
  expect(spu).toEqual({
    kind: 'spu',
    name: 'custom-spu-7',
    spec: {
      id: 7,
      spuType: 'Custom',
      publicEndpoint: { port: 9010, ingress: [{ hostname: 'spu.example', ip: undefined }], encryption: 'PLAINTEXT' },
      privateEndpoint: { port: 9011, host: '::1', encryption: 'SSL' },
      rack: 'r1',
      publicEndpointLocal: { port: 9010, host: '10.0.0.7', encryption: 'PLAINTEXT' },
    },
    status: { resolution: 'Init' },
    owner: undefined,
  });
  expect(clusterOf(client).metadata.spus.get('custom-spu-7')).toBeDefined();
});

test('a dry run of register stores nothing', async () => {
  expect(await spus.register({ id: 7, name: 'seven', ...here }, { dryRun: true })).toMatchObject({ name: 'seven' });
  expect(sc.get('SPU', 'seven')).toBeUndefined();
});

test('unregister by id or by name', async () => {
  await spus.unregister(50);
  expect(clusterOf(client).metadata.spus.get('custom-spu-50')).toBeUndefined();
  await spus.unregister('custom-spu-5001');
  expect(sc.deleted).toMatchObject([
    { label: 'CustomSpu', body: { key: { kind: 'id', id: 50 } } },
    { label: 'CustomSpu', body: { key: { kind: 'name', name: 'custom-spu-5001' } } },
  ]);
});

test('what the controller says is in the error', async () => {
  await expect(spus.register({ id: 50, ...here })).rejects.toThrow(
    "registering SPU 50 failed: spu 'custom-spu-50(50)' already defined; choose another id and name, or unregister that one first (SpuAlreadyExists, 1004)",
  );
  await expect(spus.unregister(7)).rejects.toThrow(
    'unregistering SPU 7 failed: not found; look at the list of SPUs (SpuNotFound, 1003)',
  );
  sc.faults.delete = () => no('x', { kind: 'SpuError' }, "expected 'Custom' spu, found 'Managed' spu");
  await expect(spus.unregister('main-group-0')).rejects.toThrow(
    "unregistering SPU 'main-group-0' failed: expected 'Custom' spu, found 'Managed' spu (SpuError, 1000)",
  );
});

test.each([
  [{ id: -1, ...here }, 'option id must be a whole number from 0 to 2147483647, not -1'],
  [{ id: 1, ...here, publicEndpoint: 'nowhere' }, "option publicEndpoint is wrong: 'nowhere' is not an address"],
  [
    { id: 1, ...here, privateEndpoint: { host: 'h', port: 0 } },
    'option privateEndpoint needs a host and a port of 1 to 65535',
  ],
])('%o is refused here', async (settings, message) => {
  await expect(spus.register(settings)).rejects.toThrow(message);
  expect(sc.created).toEqual([]);
});

test('watch and waitFor see an SPU come online', async () => {
  const online = spus.waitFor(7, ({ status }) => status.resolution === 'Online');
  await spus.register({ id: 7, ...here });
  sc.put('SPU', spuObject(7));
  expect(await online).toMatchObject({ name: 'custom-spu-7' });
  for await (const event of spus.watch()) {
    expect(event).toMatchObject({
      type: 'synced',
      objects: [{ spec: { id: 0 } }, { spec: { id: 7 } }, { spec: { id: 50 } }, { spec: { id: 5001 } }],
    });
    break;
  }
});
