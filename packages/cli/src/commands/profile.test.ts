/** `flv profile …`, on files of a home of its own. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorOf, type Home, openHome } from '../testing/flv.ts';

let home: Home;
beforeEach(() => {
  home = openHome();
});
afterEach(() => home[Symbol.dispose]());

test('profiles are added, listed, switched, renamed and deleted', async () => {
  expect((await home.flv(['profile', 'add', 'one', 'h1:9003', 'local'])).code).toBe(0);
  expect((await home.flv(['profile', 'add', 'two', 'h2:9003'])).stdout).toBe(
    'added profile "two" and switched to it\n',
  );
  expect((await home.flv(['profile'])).stdout).toBe('two\n');
  expect((await home.flv(['profile', 'list'])).stdout).toBe(
    [
      '   PROFILE  CLUSTER  ADDRESS  TLS       INSTALLATION',
      '   one      one      h1:9003  disabled  local',
      '*  two      two      h2:9003  disabled  k8',
      '',
    ].join('\n'),
  );
  expect((await home.flv(['profile', 'switch', 'one'])).code).toBe(0);
  expect((await home.flv(['profile', 'rename', 'one', 'first'])).code).toBe(0);
  expect(JSON.parse((await home.flv(['profile', 'list', '--json'])).stdout)).toEqual([
    { name: 'first', current: true, cluster: 'one', address: 'h1:9003', tls: 'disabled', installation: 'local' },
    { name: 'two', current: false, cluster: 'two', address: 'h2:9003', tls: 'disabled', installation: 'k8' },
  ]);
  expect((await home.flv(['profile', 'delete-cluster', 'one'])).code).toBe(6);
  const deleted = await home.flv(['profile', 'delete', 'first']);
  expect(deleted.stdout).toBe('profile "first" deleted\n');
  expect(deleted.stderr).toContain('no profile is current now');
  expect((await home.flv(['profile', 'delete-cluster', 'one'])).code).toBe(0);
  expect(statSync(home.file('.fluvio/config')).mode & 0o777).toBe(0o600);
});

test('one that is replaced is named, so that its address is not lost without a word', async () => {
  await home.flv(['profile', 'add', 'one', 'h1:9003']);
  expect((await home.flv(['profile', 'add', 'one', 'h1:9003'])).stderr).toBe('');
  expect((await home.flv(['profile', 'add', 'one', 'h2:9003'])).stderr).toBe("profile 'one' led to h1:9003 before\n");
});

test('what is not there exits with 3 and names what is', async () => {
  expect((await home.flv(['profile'])).code).toBe(3);
  expect(await home.flv(['profile', 'list', '--json'])).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' });
  const empty = await home.flv(['profile', 'list']);
  expect([empty.code, empty.stdout]).toEqual([0, '']);
  expect(empty.stderr).toContain('flv profile add');
  await home.flv(['profile', 'add', 'production', 'h:1']);
  for (const args of [
    ['switch', 'prodution'],
    ['export', 'prodution'],
  ]) {
    const run = await home.flv(['profile', ...args, '--json']);
    expect([run.code, run.stdout]).toEqual([3, '']);
    expect(errorOf(run).message).toContain("'production'");
  }
  expect((await home.flv(['profile', 'add', 'x', 'nonsense'])).code).toBe(2);
});

test('an exported profile is a profile file', async () => {
  await home.flv(['profile', 'add', 'one', 'h1:9003']);
  const { stdout } = await home.flv(['profile', 'export']);
  writeFileSync(home.file('exported'), stdout);
  const env = { FLV_PROFILE_PATH: home.file('exported') };
  expect((await home.flv(['profile'], { env })).stdout).toBe('one\n');
  expect(JSON.parse((await home.flv(['profile', 'export', '-O', 'json'])).stdout)).toMatchObject({
    endpoint: 'h1:9003',
  });
});

test('a profile with TLS keeps whole paths; a half one is refused', async () => {
  const files = ['--domain', 'd', '--ca-cert', 'ca.pem', '--client-cert', 'c.pem', '--client-key', 'k.pem'];
  expect((await home.flv(['profile', 'add', 'safe', 'h:1', '--tls', ...files])).code).toBe(0);
  expect(readFileSync(home.file('.fluvio/config'), 'utf8')).toContain(`"${home.file('ca.pem')}"`);
  expect((await home.flv(['profile', 'add', 'half', 'h:1', '--tls', '--ca-cert', 'ca.pem'])).code).toBe(2);
  expect((await home.flv(['profile', 'add', 'open', 'h:1', '--tls', '--insecure'])).code).toBe(0);
  expect((await home.flv(['profile', 'list', '-O', 'plain'])).stdout).toContain('open\topen\th:1\tanonymous');
});
