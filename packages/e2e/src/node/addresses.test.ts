/** How `connect()` of `@fluvio-ts/node` finds its cluster: options, environment and profiles. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectOptions } from '@fluvio-ts/node';
import { connect } from '@fluvio-ts/node';
import { addProfile, updateProfiles } from '@fluvio-ts/node/profiles';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';
import { works } from './works.ts';

let cluster: TestCluster;
let folder: string;
let topics = 0;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster?.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluvio-node-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** What the named cluster needs beside its address. */
const tls = (): Pick<ConnectOptions, 'tls'> => (cluster.tls === undefined ? {} : { tls: cluster.tls });

const check = (options: ConnectOptions): Promise<void> => works(options, cluster.name(`t${topics++}`));

/** A profile file with this cluster. */
const withProfile = async (name: string): Promise<string> => {
  const path = join(folder, 'config');
  await updateProfiles(path, (config) => addProfile(config, name, cluster.profile));
  return path;
};

test('by endpoint, endpoints, and FLUVIO_CLUSTER', async () => {
  await check({ ...tls(), endpoint: cluster.endpoint });
  await check({ ...tls(), endpoints: ['127.0.0.1:1', cluster.endpoint] });
  await check({ ...tls(), env: { FLUVIO_CLUSTER: `127.0.0.1:1, ${cluster.endpoint}` } });
});

test('by the current profile, a named one, and FLUVIO_PROFILE', async () => {
  const configPath = await withProfile('mine');
  await check({ configPath });
  await check({ configPath, profile: 'mine' });
  await check({ env: { FLV_PROFILE_PATH: configPath, FLUVIO_PROFILE: 'mine' } });
  await expect(connect({ configPath, profile: 'other', env: {} })).rejects.toMatchObject({
    code: 'profile/not-found',
  });
});

test('options win over the environment, an address over a profile', async () => {
  const configPath = await withProfile('mine');
  await check({ ...tls(), endpoint: cluster.endpoint, env: { FLUVIO_CLUSTER: '127.0.0.1:1', FLUVIO_PROFILE: 'none' } });
  await check({ configPath, profile: 'mine', env: { FLUVIO_CLUSTER: '127.0.0.1:1' } });
  await check({
    ...tls(),
    env: { FLUVIO_CLUSTER: cluster.endpoint, FLUVIO_PROFILE: 'none', FLV_PROFILE_PATH: configPath },
  });
});
