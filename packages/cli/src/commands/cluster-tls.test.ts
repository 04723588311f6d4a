/** `flv cluster start --tls …`: the profile that it writes is all that is needed afterwards. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorOf, type Home, openHome } from '../testing/flv.ts';

let home: Home;
beforeEach(() => {
  home = openHome();
});
afterEach(async () => {
  await home.flv(['cluster', 'delete', '--yes']);
  home[Symbol.dispose]();
});

const start = (...options: readonly string[]) => home.flv(['cluster', 'start', '--any-port', ...options]);

test('an encrypted cluster is used through its profile, which names the certificates and keeps no key', async () => {
  const started = await start('--tls', '--spu', '2');
  expect(started.code, started.stderr).toBe(0);
  expect((await home.flv(['profile', 'list'])).stdout).toMatch(/local +local +127\.0\.0\.1:\d+ +verified +local/);
  const profile = readFileSync(home.file('.fluvio/config'), 'utf8');
  expect(profile).toContain('tls_policy = "verified"');
  expect(profile).toContain('tls_source = "files"');
  expect(profile).toContain('domain = "fluvio.local"');
  expect(profile).not.toContain('PRIVATE KEY');
  expect(statSync(home.file('.fluvio/embedded/tls/client-root.key')).mode & 0o777).toBe(0o600);

  await home.flv(['topic', 'create', 'secret', '-p', '2']);
  await home.flv(['produce', 'secret'], { input: 'one\ntwo\n' });
  expect((await home.flv(['consume', 'secret', '-dB'])).stdout.split('\n').sort()).toEqual(['', 'one', 'two']);
  for (const where of [[], ['--data-dir', home.file('.fluvio/embedded')]]) {
    const status = await home.flv(['cluster', 'status', '--json', ...where]);
    expect([status.code, JSON.parse(status.stdout).healthy]).toEqual([0, true]);
    expect(status.stdout).not.toContain('PRIVATE KEY');
  }

  const { endpoint } = JSON.parse((await home.flv(['cluster', 'status', '--json'])).stdout) as { endpoint: string };
  const plain = await home.flv(['topic', 'list', '-c', endpoint, '--json', '--timeout', '5s']);
  expect(errorOf(plain)).toMatchObject({
    message: expect.stringContaining('it may expect TLS'),
    hint: expect.stringContaining('add --tls'),
  });
  const stranger = await home.flv(['topic', 'list', '-c', endpoint, '--tls', '--json', '--timeout', '5s']);
  expect([stranger.code, errorOf(stranger).message]).toEqual([
    4,
    expect.stringContaining("give that CA's certificate as --ca-cert"),
  ]);
  const pem = (name: string): string => home.file(`.fluvio/embedded/tls/${name}`);
  writeFileSync(home.file('no.pem'), 'nothing');
  const [ca, cert, key] = [pem('ca.crt'), pem('client-root.crt'), pem('client-root.key')];
  for (const [options, said] of [
    [['--ca-cert', 'no.pem'], '--ca-cert no.pem cannot be used: it is not PEM'],
    [
      ['--ca-cert', ca, '--client-cert', pem('sc.crt'), '--client-key', key],
      `it does not belong to the certificate in`,
    ],
    [
      ['--ca-cert', ca, '--client-cert', cert, '--client-key', ca],
      `--client-key ${ca} cannot be used: it holds no key`,
    ],
    [['--ca-cert', ca, '--domain', 'other.name'], 'set --domain to a name that it covers'],
  ] as const) {
    const run = await home.flv(['topic', 'list', '-c', endpoint, '--tls', ...options, '--json', '--timeout', '5s']);
    expect([run.code, errorOf(run).message]).toEqual([4, expect.stringContaining(said)]);
  }
});

test('roles: a client with a certificate may do what the policy says', async () => {
  writeFileSync(
    home.file('policy.json'),
    '{ "Root": { "Topic": ["All"], "Spu": ["All"] },\n  "Reader": { "Topic": ["Read"] } }',
  );
  const options = ['--tls', '--tls-client', 'alice:Reader', '--authorization-policy', 'policy.json'];
  const started = await start(...options, '--json');
  expect(started.code, started.stderr).toBe(0);
  const { endpoint } = JSON.parse(started.stdout) as { endpoint: string };
  expect((await home.flv(['topic', 'create', 'mine'])).code).toBe(0);
  const pem = (name: string) => home.file(`.fluvio/embedded/tls/${name}`);
  const alice = [
    ...['--cluster', endpoint, '--tls', '--domain', 'fluvio.local', '--ca-cert', pem('ca.crt')],
    ...['--client-cert', pem('client-alice.crt'), '--client-key', pem('client-alice.key'), '--json'],
  ];
  expect(JSON.parse((await home.flv(['topic', 'list', ...alice])).stdout)).toMatchObject([{ name: 'mine' }]);
  const nobody = await home.flv(['topic', 'list', '-c', endpoint, '--insecure', '--json', '--timeout', '5s']);
  expect([nobody.code, errorOf(nobody)]).toMatchObject([
    4,
    { message: expect.stringContaining('wants a client certificate'), hint: 'give --client-cert and --client-key' },
  ]);
  const create = await home.flv(['topic', 'create', 'hers', ...alice]);
  expect([create.code, errorOf(create).message]).toEqual([4, expect.stringContaining("may not Create Topic 'hers'")]);
  const produce = await home.flv(['produce', 'mine', ...alice], { input: 'x\n' });
  expect([produce.code, produce.stderr]).toEqual([4, expect.stringContaining('permission')]);
});

test.each<[string[], RegExp]>([
  [['--domain', 'my.cluster'], /--domain goes only with --tls/],
  [['--authorization-policy', 'policy.json'], /--authorization-policy goes only with --tls/],
  [['--tls', '--authorization-scopes', 'scopes.json'], /--authorization-scopes goes only with --authorization-policy/],
  [['--tls', '--server-cert', 'server.pem'], /need --ca-cert, --server-cert and --server-key/],
  [['--tls', '--domain', '10.0.0.1'], /'10\.0\.0\.1' is not a host name/],
  [
    ['--tls', '--authorization-policy', 'policy.json'],
    /policy\.json:1:10: R: 'Topics' is no kind of object: write one of/,
  ],
  [['--sc-priv-addr', '10.0.0.1:9004'], /talk to each other on 127\.0\.0\.1 only/],
])('%j is refused, and nothing is started', async (options, message) => {
  writeFileSync(home.file('policy.json'), '{ "R": { "Topics": ["All"] } }');
  const run = await start(...options);
  expect([run.code, run.stdout]).toEqual([2, '']);
  expect(run.stderr).toMatch(message);
});

test('read-only', async () => {
  await start('--read-only', '-q');
  const run = await home.flv(['topic', 'create', 'new', '--json']);
  expect([run.code, errorOf(run).message]).toEqual([4, expect.stringContaining('permission denied')]);
  expect((await home.flv(['topic', 'list', '--json'])).stdout).toBe('[]\n');
});
