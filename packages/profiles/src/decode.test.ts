import { generateKeyPairSync } from 'node:crypto';
import { isFluvioError } from '@fluvio-ts/protocol';
import { describe, expect, test } from 'vitest';
import { parseProfiles } from './decode.ts';
import { formatProfiles } from './encode.ts';
import type { ProfileCodes } from './errors.ts';
import { emptyProfiles } from './model.ts';

const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const cert = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

const official = `version = "2.0"
current_profile = "prod"

[profile.local]
cluster = "local"

[profile.prod]
cluster = "prod"

[cluster.local]
endpoint = "localhost:9003"
use_spu_local_address = false

[cluster.local.tls]
tls_policy = "disabled"

[cluster.local.metadata]
installation = "local"

[cluster.prod]
endpoint = "fluvio.example.com:9003"
use_spu_local_address = true

[cluster.prod.tls]
tls_policy = "verified"
tls_source = "inline"

[cluster.prod.tls.certs]
domain = "fluvio.example.com"
key = ${JSON.stringify(key)}
cert = ${JSON.stringify(cert)}
ca_cert = ${JSON.stringify(cert)}
`;

function unreadable(text: string): ProfileCodes['profile/unreadable'] & { message: string; cause: unknown } {
  try {
    parseProfiles(text, { path: 'config' });
  } catch (error) {
    if (isFluvioError(error, 'profile/unreadable'))
      return { ...error.context, message: error.message, cause: error.cause };
    throw error;
  }
  throw new Error('the text was read');
}

describe('an official file', () => {
  test('is read in full', () => {
    const config = parseProfiles(official);
    expect(config.version).toBe('2.0');
    expect(config.currentProfile).toBe('prod');
    expect([...config.profiles.keys()]).toEqual(['local', 'prod']);
    expect(config.clusters.get('local')).toMatchObject({
      endpoint: 'localhost:9003',
      useSpuLocalAddress: false,
      tls: { mode: 'disabled' },
      metadata: { installation: 'local' },
    });
    expect(config.clusters.get('prod')).toMatchObject({
      useSpuLocalAddress: true,
      tls: { mode: 'verified', source: 'inline', domain: 'fluvio.example.com', caCert: cert, cert, key },
    });
  });

  test('is written as it was, byte for byte', () => {
    expect(formatProfiles(parseProfiles(official))).toBe(official);
  });
});

describe('TLS', () => {
  const files = { mode: 'verified', source: 'files', domain: 'd', caCertPath: 'ca', certPath: 'c', keyPath: 'k' };
  const certs = 'certs = { domain = "d", key = "k", cert = "c", ca_cert = "ca" }';
  test.each([
    ['', { mode: 'disabled' }],
    ['tls_policy = "disabled"', { mode: 'disabled' }],
    ['tls_policy = "disable"', { mode: 'disabled' }],
    ['tls_policy = "anonymous"', { mode: 'anonymous' }],
    [`tls_policy = "verified"\ntls_source = "files"\n${certs}`, files],
    [`tls_policy = "verify"\ntls_source = "file"\n${certs}`, files],
  ])('%s', (tls, expected) => {
    const section = tls === '' ? '' : `[cluster.a.tls]\n${tls}`;
    expect(parseProfiles(`[cluster.a]\naddr = "x:1"\n${section}`).clusters.get('a')).toMatchObject({
      endpoint: 'x:1',
      tls: expected,
    });
  });
});

test('parts that are missing are empty', () => {
  for (const text of ['', '\uFEFF', '# nothing\r\n', 'version = "2.0"']) {
    expect(parseProfiles(text)).toEqual(emptyProfiles());
  }
});

test('names that objects have are names like others', () => {
  const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', '', 'a.b', 'a "b"\n'];
  const text = names
    .map((n) => JSON.stringify(n))
    .map(
      (n) => `[profile.${n}]\ncluster = ${n}\n[cluster.${n}]\nendpoint = "x:1"\n[cluster.${n}.metadata.${n}]\ny = 1\n`,
    )
    .join('');
  const config = parseProfiles(text);
  expect([...config.profiles.keys()]).toEqual(names);
  expect([...config.profiles.values()].map((p) => p.cluster)).toEqual(names);
  expect(parseProfiles(formatProfiles(config))).toEqual(config);
  expect(parseProfiles('[profile]\n[cluster]').profiles.get('constructor')).toBeUndefined();
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

describe('a broken file', () => {
  test.each([
    ['at its start', '[profile.a\ncluster = "a"', 1],
    ['in the middle', 'version = "2.0"\n[profile.a]\ncluster = a\n[cluster]\n', 3],
    ['at its end', 'version = "2.0"\n\n[profile.a]\ncluster = "a', 4],
    ['by a key twice', 'version = "2.0"\nversion = "2.0"\n', 2],
    ['by a merge', 'version = "2.0"\n<<<<<<< HEAD\n', 2],
  ])('%s: says where, and how to go on', (_, text, line) => {
    const error = unreadable(text);
    expect(error).toMatchObject({ path: 'config', line, column: expect.any(Number) });
    expect(error.message).toMatch(
      new RegExp(`^cannot read the profile file config:${line}:\\d+: it is not TOML, .+; correct that line`),
    );
  });

  test.each([
    ['version = 2.0', 1, 'version is not a text in quotes'],
    ['profile = 1', 1, 'profile is not a table'],
    ['profile.a = "a"', 1, 'profile.a is not a table'],
    ['version = "2.0"\n[profile.a]\ntopic = "t"', 2, 'profile.a.cluster is missing'],
    ['[profile.a]\ncluster = "a"\npartition = 1.5', 3, 'profile.a.partition is not a whole number'],
    ['[cluster.a]\nuse_spu_local_address = true', 1, 'cluster.a.endpoint is missing'],
    ['[cluster.a]\nendpoint = "x:1"\naddr = "x:1"', 3, 'cluster.a.addr says the same as endpoint'],
    ['[cluster.a]\nendpoint = "x:1"\nuse_spu_local_address = "no"', 3, 'is not true or false'],
    ['[cluster.a]\nendpoint = "x:1"\n[cluster.a.tls]\ntls_policy = "on"', 4, 'write one of disabled, '],
    ['[cluster.a]\nendpoint = "x:1"\n[cluster.a.tls]\n', 3, 'cluster.a.tls.tls_policy is missing'],
    ['[cluster.a]\nendpoint = "x:1"\n[cluster.a.tls]\ntls_policy = "constructor"', 4, 'is not a word'],
    ['[cluster.a]\nendpoint = "x:1"\ntls = { tls_policy = "verified" }', 3, 'cluster.a.tls.tls_source is missing'],
    [
      '[cluster.a]\nendpoint = "x:1"\n[cluster.a.tls]\ntls_policy = "verified"\ntls_source = "files"',
      3,
      'domain, key, cert and ca_cert',
    ],
    ['[cluster.a]\nendpoint = "x:1"\nmetadata = 1', 3, 'cluster.a.metadata is not a table'],
  ])('%j departs from the schema', (text, line, words) => {
    const error = unreadable(text);
    expect(error.line).toBe(line);
    expect(error.message).toContain(words);
  });

  test('tables nested without end are refused', () => {
    expect(unreadable(`[${Array(20_000).fill('a').join('.')}]`).reason).toContain('nested too deeply');
    expect(unreadable(`a = ${'['.repeat(20_000)}`).reason).toContain('nested');
  });

  test('never shows the line, which may be a key', () => {
    const unclosed = official.replace('\\n"\ncert', '\\n\ncert');
    const misplaced = official.replace('domain = ', 'domain = 1 #');
    for (const text of [unclosed, misplaced]) {
      expect(text).not.toBe(official);
      const error = unreadable(text);
      expect(error.line).toBeGreaterThan(20);
      expect(`${JSON.stringify(error)} ${String(error.cause)}`).not.toMatch(/PRIVATE KEY|MC4C/);
    }
  });
});
