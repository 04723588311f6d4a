/** Options before environment before profile, and an address before a profile. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findTarget, type TargetOptions } from './target.ts';

let folder: string;
let configPath: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fluvio-node-'));
  configPath = join(folder, 'config');
  // What is between the lines is looked at when a connection is made.
  for (const [name, kind] of Object.entries({ ca: 'CERTIFICATE', cert: 'CERTIFICATE', key: 'PRIVATE KEY' })) {
    writeFileSync(
      join(folder, name),
      `-----BEGIN ${kind}-----
MAA=
-----END ${kind}-----
`,
    );
  }
  writeFileSync(
    configPath,
    `version = "2.0"
current_profile = "local"

[profile.local]
cluster = "local"

[profile.secure]
cluster = "secure"

[profile.careless]
cluster = "careless"

[cluster.local]
endpoint = "localhost:9003"
use_spu_local_address = true

[cluster.local.tls]
tls_policy = "disabled"

[cluster.secure]
endpoint = "secure.example.com:9003"

[cluster.secure.tls]
tls_policy = "verified"
tls_source = "files"

[cluster.secure.tls.certs]
domain = "fluvio.example.com"
key = ${JSON.stringify(join(folder, 'key'))}
cert = ${JSON.stringify(join(folder, 'cert'))}
ca_cert = ${JSON.stringify(join(folder, 'ca'))}

[cluster.careless]
endpoint = "careless.example.com:9003"

[cluster.careless.tls]
tls_policy = "anonymous"
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const found = (options: Partial<TargetOptions>) => findTarget({ configPath, env: {}, ...options });

describe('the cluster of a program', () => {
  test.each<[string, Partial<TargetOptions>, readonly string[], string]>([
    ['of the current profile', {}, ['localhost:9003'], "profile 'local'"],
    ['of the profile in the environment', { env: { FLUVIO_PROFILE: 'secure' } }, ['secure.example.com:9003'], 'secure'],
    [
      'of an address in the environment, before a profile there',
      { env: { FLUVIO_CLUSTER: 'a:1, b:2', FLUVIO_PROFILE: 'secure' } },
      ['a:1', 'b:2'],
      'FLUVIO_CLUSTER',
    ],
    [
      'of the profile that is asked for, before the environment',
      { profile: 'secure', env: { FLUVIO_CLUSTER: 'a:1' } },
      ['secure.example.com:9003'],
      'secure',
    ],
    ['of an endpoint, before all', { endpoint: 'c:3', env: { FLUVIO_CLUSTER: 'a:1' } }, ['c:3'], 'endpoint'],
    ['of several endpoints', { endpoints: ['c:3', 'd:4'] }, ['c:3', 'd:4'], 'endpoints'],
    [
      'with empty variables as with none',
      { env: { FLUVIO_CLUSTER: '', FLUVIO_PROFILE: '' } },
      ['localhost:9003'],
      'local',
    ],
  ])('is that %s', async (_, options, endpoints, from) => {
    const target = await found(options);
    expect(target.endpoints).toEqual(endpoints);
    expect(target.from).toContain(from);
  });

  test.each<[Partial<TargetOptions>, string]>([
    [{ endpoint: 'a:1', endpoints: ['b:2'] }, 'endpoints are both given'],
    [{ endpoint: 'a:1', profile: 'local' }, 'profile and endpoint are both given'],
  ])('is refused where two things name it: %o', async (options, reason) => {
    await expect(found(options)).rejects.toMatchObject({
      code: 'option/invalid',
      message: expect.stringContaining(reason),
    });
  });

  test('is refused by its name where the profile does not exist', async () => {
    await expect(found({ profile: 'secur' })).rejects.toMatchObject({
      code: 'profile/not-found',
      context: { suggestion: 'secure' },
    });
  });
});

describe('how it is secured', () => {
  test('is what the profile says, its files left as files', async () => {
    expect(await found({})).toMatchObject({ tls: undefined, spuAddress: 'local' });
    expect(await found({ profile: 'careless' })).toMatchObject({ tls: { insecureSkipVerify: true } });
    expect((await found({ profile: 'secure' })).tls).toMatchObject({
      domain: 'fluvio.example.com',
      caPath: join(folder, 'ca'),
      certPath: join(folder, 'cert'),
      keyPath: join(folder, 'key'),
    });
  });

  test('is what the options say, whatever the profile says', async () => {
    expect((await found({ profile: 'secure', tls: false })).tls).toBeUndefined();
    expect((await found({ tls: true })).tls).toEqual({});
    expect((await found({ endpoint: 'a:1' })).tls).toBeUndefined();
    expect((await found({ endpoint: 'a:1', tls: { caPath: 'ca.crt' } })).tls).toEqual({ caPath: 'ca.crt' });
  });
});
