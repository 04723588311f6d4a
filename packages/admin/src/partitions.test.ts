import type { Client } from '@fluvio-ts/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Admin } from './admin.ts';
import { admin } from './admin.ts';
import { partitionObject } from './testing/objects.ts';
import type { ScriptedSc } from './testing/scripted-sc.ts';
import { scriptedSc } from './testing/scripted-sc.ts';

let sc: ScriptedSc;
let client: Client;
let partitions: Admin['partitions'];

beforeEach(async () => {
  sc = scriptedSc();
  sc.put('Partition', ...['b-1-0', 'a-10', 'a-2', 'b-0', 'b-1-1'].map((name) => partitionObject(name)));
  client = await sc.connect();
  partitions = admin(client).partitions;
});

afterEach(() => client.close());

const names = async (...options: Parameters<typeof partitions.list>): Promise<string[]> =>
  (await partitions.list(...options)).map((one) => one.name);

test('lists by topic and index; those of system topics when asked for', async () => {
  expect(await names()).toEqual(['a-2', 'a-10', 'b-0', 'b-1-0', 'b-1-1']);
  expect(await names({ system: 'only' })).toEqual(['consumer-offset-0']);
  expect(await names({ system: 'include' })).toHaveLength(6);
});

test('a topic’s own partitions, and not those of topics whose names begin alike', async () => {
  expect(await names({ topic: 'b' })).toEqual(['b-0']);
  expect(await names({ topic: 'b-1' })).toEqual(['b-1-0', 'b-1-1']);
  expect(await names({ topic: 'consumer-offset' })).toEqual(['consumer-offset-0']);
  expect(await names({ topic: 'consumer-offset', system: 'exclude' })).toEqual([]);
});

test('one partition, with its topic for an owner', async () => {
  expect(await partitions.get('b-1', 0)).toMatchObject({
    kind: 'partition',
    name: 'b-1-0',
    topic: 'b-1',
    index: 0,
    spec: { leader: 5001 },
    status: { resolution: 'Online', leader: { leo: 0n } },
    owner: { kind: 'topic', name: 'b-1' },
  });
  expect(await partitions.get('b', 1)).toBeUndefined();
});

test('watch and waitFor follow the leader', async () => {
  const moved = partitions.waitFor('b-1', 1, ({ spec }) => spec.leader === 5002);
  const watch = partitions.watch();
  expect((await watch.next()).value).toMatchObject({ type: 'synced', objects: { length: 6 } });
  sc.put('Partition', partitionObject('b-1-1', { leader: 5002 }));
  expect((await watch.next()).value).toMatchObject({ type: 'updated', object: { spec: { leader: 5002 } } });
  expect(await moved).toMatchObject({ name: 'b-1-1', spec: { leader: 5002 } });
  await watch.return();
});
