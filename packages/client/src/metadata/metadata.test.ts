import type { MetadataUpdate } from '@fluvio-ts/protocol';
import { expect, test } from 'vitest';
import type { SpuObject } from './metadata.ts';
import { metadata } from './metadata.ts';

const spu = (name: string, id = 1): SpuObject => ({
  name,
  spec: {
    id,
    spuType: 'Custom',
    publicEndpoint: { port: 1, ingress: [], encryption: 'PLAINTEXT' },
    privateEndpoint: { port: 1, host: '', encryption: 'PLAINTEXT' },
    rack: undefined,
    publicEndpointLocal: undefined,
  },
  status: { resolution: 'Online' },
});
const all = (epoch: bigint, ...objects: SpuObject[]): MetadataUpdate<SpuObject> => ({
  epoch,
  changes: [],
  all: objects,
});
const delta = (
  epoch: bigint,
  ...changes: (readonly ['UPDATE' | 'DELETE', SpuObject])[]
): MetadataUpdate<SpuObject> => ({
  epoch,
  changes: changes.map(([header, content]) => ({ header, content })),
  all: [],
});

const store = () => {
  const view = metadata();
  return { view, spus: view.spus, names: () => [...view.spus.values()].map(({ name }) => name) };
};

test('a full answer replaces everything, a delta changes what it names', () => {
  const { spus, names } = store();
  spus.apply(all(1n, spu('a'), spu('b')), true);
  spus.apply(delta(2n, ['UPDATE', spu('c')], ['DELETE', spu('a')]), false);
  expect(names()).toEqual(['b', 'c']);
  spus.apply(all(3n, spu('d')), false);
  expect(names()).toEqual(['d']);
});

test('deleted and created again in one delta comes as update, then delete, and is there', () => {
  const { spus, names } = store();
  spus.apply(all(1n, spu('a', 1)), true);
  spus.apply(delta(2n, ['UPDATE', spu('a', 2)], ['DELETE', spu('a', 1)]), false);
  expect(names()).toEqual(['a']);
  expect(spus.get('a')?.spec.id).toBe(2);
});

test('an empty answer with a new epoch means that nothing is left, one with the old epoch means nothing', () => {
  const { view, spus, names } = store();
  spus.apply(all(4n, spu('a')), true);
  const before = view.version;
  spus.apply(all(4n), false);
  expect(names()).toEqual(['a']);
  expect(view.version).toBe(before);
  spus.apply(all(5n), false);
  expect(names()).toEqual([]);
});

test('a controller that has not loaded its store says nothing, and counts as heard', async () => {
  const { view, spus, names } = store();
  spus.apply(all(7n, spu('a')), true);
  const heard = view.changed();
  spus.apply(all(0n), true);
  await heard;
  expect(names()).toEqual(['a']);
});

test('a fresh controller with fewer objects and a lower epoch is believed', () => {
  const { spus, names } = store();
  spus.apply(all(70n, spu('a'), spu('b')), true);
  spus.apply(all(2n, spu('b')), true);
  expect(names()).toEqual(['b']);
  spus.apply(all(3n), false);
  expect(names()).toEqual([]);
});
