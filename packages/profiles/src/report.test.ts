import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseProfiles } from './decode.ts';
import { formatProfiles, profileDocument } from './encode.ts';
import { parseInstallation } from './installation.ts';
import { exportProfile, listProfiles, redactedCluster, redactedDocument, redactedText } from './report.ts';

const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const secret = key.split('\n')[1] ?? '';
const config = parseProfiles(`
version = "2.0"
current_profile = "inline"
api_token = "top-${secret}"
[profile.inline]
cluster = "secure"
[profile.files]
cluster = "files"
[profile.gone]
cluster = "gone"
[profile.token]
cluster = "token"
[cluster.secure]
endpoint = "s:1"
[cluster.secure.tls]
tls_policy = "verified"
tls_source = "inline"
[cluster.secure.tls.certs]
domain = "d"
key = ${JSON.stringify(key)}
cert = ${JSON.stringify(`-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n${key}`)}
ca_cert = "-----BEGIN CERTIFICATE-----"
[cluster.secure.metadata]
installation = "local"
notes = [ ${JSON.stringify(`see ${key}`)}, 1 ]
[cluster.secure.metadata.credentials]
user = "ada"
deep = { value = "${secret}" }
[cluster.files]
endpoint = "f:1"
[cluster.files.tls]
tls_policy = "verified"
tls_source = "files"
certs = { domain = "d", key = "keys/client.key", cert = "c", ca_cert = "ca" }
[cluster.token]
endpoint = "t:1"
[cluster.token.tls]
tls_policy = "disabled"
certs = { key = "${secret}" }
[cluster.token.metadata.infinyon_cloud_cli]
account = "a"
`);

test('rows are sorted, and say where a profile leads', () => {
  expect(listProfiles(config)).toEqual([
    { current: false, profile: 'files', cluster: 'files', address: 'f:1', tls: 'verified', installation: 'k8' },
    { current: false, profile: 'gone', cluster: 'gone', address: undefined, tls: undefined, installation: undefined },
    { current: true, profile: 'inline', cluster: 'secure', address: 's:1', tls: 'verified', installation: 'local' },
    { current: false, profile: 'token', cluster: 'token', address: 't:1', tls: 'disabled', installation: 'cloud' },
  ]);
});

test.each([
  ['local', 'local'],
  ['Local-K8', 'local_k8'],
  ['local_k8', 'local_k8'],
  ['localk8', 'local_k8'],
  ['readonly', 'read_only'],
  ['K8', 'k8'],
  ['kubernetes', undefined],
])('the installation %s is %s', (text, installation) => {
  expect(parseInstallation(text)).toBe(installation);
});

describe('the view without secrets', () => {
  const view = redactedDocument(config);
  const text = JSON.stringify(view);

  test('has no piece of a key anywhere', () => {
    expect(JSON.stringify(profileDocument(config))).toContain(secret);
    expect(text).not.toContain(secret);
    expect(text).not.toContain('PRIVATE KEY');
    expect(JSON.stringify([...config.clusters.values()].map(redactedCluster))).not.toContain(secret);
  });

  test('shows everything else', () => {
    expect(view).toMatchObject({
      version: '2.0',
      api_token: redactedText,
      profile: { token: { cluster: 'token' } },
      cluster: {
        secure: {
          endpoint: 's:1',
          tls: {
            certs: {
              domain: 'd',
              key: redactedText,
              cert: `-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n${redactedText}\n`,
            },
          },
          metadata: { installation: 'local', notes: [`see ${redactedText}\n`, 1], credentials: { user: redactedText } },
        },
        files: { tls: { certs: { key: 'keys/client.key' } } },
        token: { endpoint: 't:1', metadata: { infinyon_cloud_cli: { account: 'a' } } },
      },
    });
  });

  test('leaves the config as it is', () => {
    expect(formatProfiles(config)).toContain(secret);
  });
});

describe('an export', () => {
  test('is a file of its own, with the profile named like the cluster', () => {
    const exported = parseProfiles(exportProfile(config));
    expect(exported.currentProfile).toBe('secure');
    expect([...exported.profiles]).toMatchObject([['secure', { cluster: 'secure' }]]);
    expect([...exported.clusters]).toEqual([['secure', config.clusters.get('secure')]]);
    expect(exported.extra).toEqual({});
  });

  test('refuses files that the other machine lacks', () => {
    expect(() => exportProfile(config, 'files')).toThrow(
      expect.objectContaining({
        code: 'profile/certificate-files',
        message: expect.stringContaining('keys/client.key'),
      }),
    );
  });

  test('of nothing fails', () => {
    expect(() => exportProfile(config, 'none')).toThrow(expect.objectContaining({ code: 'profile/not-found' }));
    expect(() => exportProfile(config, 'gone')).toThrow(expect.objectContaining({ code: 'profile/cluster-not-found' }));
  });
});
