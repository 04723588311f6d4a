import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyProfiles, type TlsPolicy } from './model.ts';
import { addProfile, setCluster } from './operations.ts';
import { exportProfile } from './report.ts';
import { inlineCertificates, resolveCluster } from './resolve.ts';

const pem = (what: string) => `-----BEGIN ${what}-----\nMIIB\n-----END ${what}-----\n`;
const ca = pem('CERTIFICATE');
const cert = `some text\n${pem('X509 CERTIFICATE')}`;
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'sec1', format: 'pem' })
  .toString();
const files: TlsPolicy = {
  mode: 'verified',
  source: 'files',
  domain: 'fluvio.local',
  caCertPath: 'ca.pem',
  certPath: 'client.pem',
  keyPath: 'client.key',
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'profiles-'));
  await writeFile(join(folder, 'ca.pem'), ca);
  await writeFile(join(folder, 'client.pem'), cert);
  await writeFile(join(folder, 'client.key'), key);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const storeOf = (tls: TlsPolicy, endpoint = 'sc.example:9003') => ({
  path: 'config',
  exists: true,
  config: addProfile(emptyProfiles(), 'prod', { endpoint, tls, useSpuLocalAddress: true }),
});

test.each(['disabled', 'anonymous'] as const)('a cluster with TLS %s', async (mode) => {
  expect(await resolveCluster(storeOf({ mode }, '[::1]:9003'))).toEqual({
    profile: 'prod',
    cluster: 'prod',
    endpoint: '[::1]:9003',
    address: { host: '::1', port: 9003 },
    useSpuLocalAddress: true,
    tls: { mode },
  });
});

test('certificate files are read', async () => {
  const { tls } = await resolveCluster(storeOf(files), 'prod', { cwd: folder });
  expect(tls).toEqual({ mode: 'verified', source: 'inline', domain: 'fluvio.local', caCert: ca, cert, key });
});

test('absolute paths do not depend on the working directory', async () => {
  const absolute = {
    ...files,
    caCertPath: join(folder, 'ca.pem'),
    certPath: join(folder, 'client.pem'),
    keyPath: join(folder, 'client.key'),
  };
  expect((await resolveCluster(storeOf(absolute))).tls).toMatchObject({ key });
});

test('a cluster with its certificates in it can be exported', async () => {
  const { config } = storeOf(files);
  const cluster = await inlineCertificates({ ...config.clusters.get('prod') } as never, { cwd: folder });
  expect(exportProfile(setCluster(config, 'prod', cluster))).toContain('tls_source = "inline"');
});

test.each([
  ['caCertPath', 'none.pem', 'CA certificate', "no such file (ENOENT); 'none.pem' counts from the working directory"],
  ['certPath', '~/client.pem', 'client certificate', '~ has no meaning here'],
  ['keyPath', 'folder', 'client key', 'it is not a regular file'],
  ['keyPath', 'ca.pem', 'client key', 'it holds no PEM private key'],
  ['certPath', 'client.key', 'client certificate', 'it holds no PEM certificate'],
  ['caCertPath', 'huge', 'CA certificate', 'over the limit'],
  ['caCertPath', 'a\0b', 'CA certificate', 'null bytes'],
])('%s %j: the error names file and fault', async (field, path, role, words) => {
  await mkdir(join(folder, 'folder'));
  await writeFile(join(folder, 'huge'), Buffer.alloc(1024 * 1024 + 1));
  const broken = resolveCluster(storeOf({ ...files, [field]: path } as TlsPolicy), undefined, { cwd: folder });
  await expect(broken).rejects.toMatchObject({
    code: 'profile/certificate',
    context: { cluster: 'prod', role, path: join(folder, path) },
    message: expect.stringContaining(words),
  });
});

test('inline text that is no PEM is named, and not shown', async () => {
  const tls: TlsPolicy = { mode: 'verified', source: 'inline', domain: 'd', caCert: ca, cert, key: 'hunter2' };
  const error: Error = await resolveCluster(storeOf(tls)).then(
    () => expect.unreachable(),
    (e: unknown) => e as Error,
  );
  expect(error).toMatchObject({ code: 'profile/certificate', context: { role: 'client key', path: undefined } });
  expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('hunter2');
});

test('no file, no profile, no cluster, no address', async () => {
  const missing = { path: 'config', exists: false, config: emptyProfiles() };
  await expect(resolveCluster(missing)).rejects.toMatchObject({
    code: 'profile/no-file',
    message: expect.stringContaining('config'),
  });
  await expect(resolveCluster({ ...missing, exists: true })).rejects.toMatchObject({ code: 'profile/none-current' });
  const store = storeOf({ mode: 'disabled' });
  await expect(resolveCluster(store, 'prd')).rejects.toMatchObject({
    code: 'profile/not-found',
    message: expect.stringContaining("did you mean 'prod'?"),
  });
  const cluster = { ...store.config.clusters.get('prod'), endpoint: 'https://x' } as never;
  await expect(resolveCluster({ ...store, config: setCluster(store.config, 'prod', cluster) })).rejects.toMatchObject({
    code: 'profile/invalid',
    message: expect.stringMatching(/endpoint of cluster 'prod' in config: .*host:port/),
  });
});

test('an aborted signal stops it', async () => {
  await expect(
    resolveCluster(storeOf(files), undefined, { cwd: folder, signal: AbortSignal.abort() }),
  ).rejects.toMatchObject({
    code: 'request/aborted',
  });
});
