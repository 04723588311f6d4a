import { expect, test } from 'vitest';
import { admin } from '../admin.ts';
import { scriptedSc } from '../testing/scripted-sc.ts';

test('dry runs of what is only kept are not sent: a controller of Fluvio would take them for the real thing', async () => {
  const sc = scriptedSc();
  await using client = await sc.connect();
  const { smartModules, spuGroups, tableFormats, mirrors } = admin(client);
  const dryRun = { dryRun: true } as const;
  const wasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  expect(await smartModules.create('m', { wasm }, dryRun)).toMatchObject({ kind: 'smartmodule', name: 'm' });
  expect(await spuGroups.create('g', { replicas: 1 }, dryRun)).toMatchObject({ name: 'g' });
  expect(await tableFormats.create('t', {}, dryRun)).toMatchObject({ name: 't' });
  expect(await mirrors.create('r', { type: 'remote' }, dryRun)).toMatchObject({ name: 'r' });
  expect(sc.created).toEqual([]);
});
