/** `connect()` of `@fluvio-ts/node`: what it refuses, certificate files and their replacement. */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import type { ConnectOptions } from '@fluvio-ts/node';
import { admin, connect, isFluvioError } from '@fluvio-ts/node';
import { addProfile, updateProfiles } from '@fluvio-ts/node/profiles';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { certificateAuthority } from '../certificates.ts';
import { works } from './works.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluvio-node-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('a plaintext cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());

  test.each<[ConnectOptions, string]>([
    [{ endpoint: 'a:1', profile: 'p' }, 'profile'],
    [{ endpoint: 'a:1', endpoints: ['b:2'] }, 'endpoint'],
    [{ endpoint: 'a:1', tls: { ca: 'x', caPath: 'y' } }, 'tls.ca'],
  ])('refuses %o', async (options, option) => {
    await expect(connect(options)).rejects.toMatchObject({ code: 'option/invalid', context: { option } });
  });

  test('without anything to go by it says so', async () => {
    await expect(connect({ env: {}, configPath: join(folder, 'none') })).rejects.toMatchObject({
      code: 'profile/no-file',
    });
  });

  test('TLS against it is told apart from every other failure', async () => {
    await expect(connect({ endpoint: cluster.endpoint, tls: true, env: {} })).rejects.toMatchObject({
      code: 'connect/failed',
      retryable: false,
      cause: { code: 'tls/not-tls' },
    });
  });
});

describe('a secured cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ tls: { clientCertificates: 'required' } });
  });
  afterAll(() => cluster?.stop());

  const credentials = () => {
    const { tls } = cluster;
    if (tls?.paths.cert === undefined || tls.paths.key === undefined) throw new Error('the cluster has no credentials');
    return { ...tls, paths: { ca: tls.paths.ca, cert: tls.paths.cert, key: tls.paths.key } };
  };

  test('by values, by files, by an insecure anonymous mode that is named so, and by a profile', async () => {
    const { domain, ca, cert = '', key = '', paths } = credentials();
    const { endpoint } = cluster;
    await works({ endpoint, tls: { domain, ca, cert, key } });
    const files = { caPath: paths.ca, certPath: paths.cert, keyPath: paths.key };
    await works({ endpoint, tls: { domain, ...files } });
    await works({ endpoint, tls: { insecureSkipVerify: true, cert, key } });
    const configPath = join(folder, 'config');
    await updateProfiles(configPath, (config) => addProfile(config, 'secured', cluster.profile));
    await works({ configPath });
  });

  test('what is missing or wrong is said', async () => {
    const { domain, ca, cert = '', key = '', paths } = credentials();
    const { endpoint } = cluster;
    const failure = async (tls: ConnectOptions['tls']): Promise<unknown> => {
      try {
        await (await connect({ endpoint, env: {}, ...(tls !== undefined && { tls }) })).close();
      } catch (error) {
        return isFluvioError(error, 'connect/failed') ? error.cause : error;
      }
      return undefined;
    };
    expect(await failure(undefined)).toMatchObject({ message: expect.stringMatching(/TLS/) });
    expect(await failure({ domain, ca })).toMatchObject({ code: 'tls/client-certificate' });
    expect(await failure({ domain, cert, key })).toMatchObject({
      code: 'tls/certificate',
      message: expect.stringContaining('tls.ca'),
    });
    expect(await failure({ domain: 'other.local', ca, cert, key })).toMatchObject({
      code: 'tls/certificate',
      message: expect.stringContaining('tls.domain'),
    });
    expect(await failure({ domain, caPath: join(folder, 'none.pem') })).toMatchObject({
      code: 'tls/file',
      message: expect.stringContaining('there is no such file'),
    });
    expect(await failure({ domain, caPath: paths.key, certPath: paths.cert, keyPath: paths.key })).toMatchObject({
      code: 'tls/options',
    });
  });

  test('files that are replaced are used for the next connection, and bad ones are not', async () => {
    const { domain, paths } = credentials();
    const certPath = join(folder, 'cert.pem');
    const keyPath = join(folder, 'key.pem');
    await copyFile(paths.cert, certPath);
    await copyFile(paths.key, keyPath);
    const told: string[] = [];
    const say = (message: string): void => void told.push(message);
    await using client = await connect({
      endpoint: cluster.endpoint,
      env: {},
      tls: { domain, caPath: paths.ca, certPath, keyPath },
      logger: { info: (message) => message.includes('certificate') && say(message), warn: say },
    });
    await admin(client).topics.create('reloaded');
    const send = async (): Promise<void> => {
      // A consumer has connections of its own.
      for await (const _ of client.consumer('reloaded', { start: 'beginning', until: 'end' })) break;
      await using producer = await client.producer('reloaded');
      await producer.send({ value: 'x' });
    };
    await send();

    // The pair is replaced one file after the other: until both are there, the old pair is used.
    const stranger = await (await certificateAuthority()).issue({ commonName: 'stranger' });
    await writeFile(keyPath, stranger.key);
    await send();
    expect(told).toEqual([expect.stringMatching(/cannot be used: .*does not belong/)]);

    await writeFile(certPath, stranger.cert);
    const refused = connect({
      endpoint: cluster.endpoint,
      env: {},
      tls: { domain, caPath: paths.ca, certPath, keyPath },
    });
    await expect(refused).rejects.toThrow(/certificate/);
    const failing = new Promise((resolve) => {
      client.on('connect-failed', ({ error }) => resolve(error));
    });
    const reading = client.consumer('reloaded', { start: 'beginning' });
    const first = reading[Symbol.asyncIterator]().next();
    expect((await failing) as Error).toHaveProperty('message', expect.stringContaining('certificate'));

    await copyFile(paths.cert, certPath);
    await copyFile(paths.key, keyPath);
    expect(await first).toMatchObject({ done: false });
    await reading.close();
    expect(told.some((message) => message.includes('are used from now on'))).toBe(true);
  });
});
