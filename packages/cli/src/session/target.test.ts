import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from '../parse/parse.ts';
import { commandAt, route } from '../parse/route.ts';
import { root } from '../spec/table.ts';
import { findTarget, type Target } from './target.ts';

let folder: string;
let env: Record<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flv-target-'));
  const cluster = (name: string, port: number, tls: string): string =>
    `[profile.${name}]\ncluster = "${name}"\n[cluster.${name}]\nendpoint = "h:${port}"\nuse_spu_local_address = ${name === 'two'}\n[cluster.${name}.tls]\ntls_policy = "${tls}"\n`;
  writeFileSync(
    join(folder, 'config'),
    `version = "2.0"\ncurrent_profile = "two"\n${cluster('one', 1, 'disabled')}${cluster('two', 2, 'disabled')}${cluster('open', 3, 'anonymous')}`,
  );
  writeFileSync(join(folder, 'pem'), 'PEM');
  env = { FLV_PROFILE_PATH: join(folder, 'config') };
});
afterAll(() => rmSync(folder, { recursive: true }));

function target(line: string, more: Record<string, string> = {}): Promise<Target> {
  const spec = commandAt(root, ['topic', 'list']);
  if (spec === undefined) throw new Error('there is no such command');
  const words = ['topic', 'list', ...line.split(' ').filter((word) => word !== '')];
  const { path, argv } = route(
    words.map((word) => word.replace('PEM', join(folder, 'pem'))),
    root,
  );
  return findTarget({ globals: parse(spec, path, argv).globals, env: { ...env, ...more } });
}

test.each([
  ['', {}, 'h:2', "profile 'two'"],
  ['', { FLUVIO_PROFILE: 'one' }, 'h:1', "profile 'one'"],
  ['', { FLUVIO_PROFILE: '' }, 'h:2', "profile 'two'"],
  ['-P two', { FLUVIO_PROFILE: 'one' }, 'h:2', "profile 'two'"],
  ['', { FLUVIO_CLUSTER: 'h:3', FLUVIO_PROFILE: 'one' }, 'h:3', 'FLUVIO_CLUSTER'],
  ['-P one', { FLUVIO_CLUSTER: 'h:3' }, 'h:1', "profile 'one'"],
  ['-c h:4', { FLUVIO_CLUSTER: 'h:3' }, 'h:4', '--cluster'],
  ['--gateway ws://g:8/x?token=secret', {}, 'g:8', 'gateway g:8'],
  ['--gateway wss://g/x', {}, 'g:443', 'gateway g:443'],
  ['--gateway ws://g:8 -c h:9', {}, 'h:9', 'gateway g:8'],
])('flv %s with %o leads to %s', async (line, more, endpoint, from) => {
  expect(await target(line, more as Record<string, string>)).toMatchObject({ endpoint, from });
});

test('a profile says whether there is TLS, and which address of the SPUs to dial', async () => {
  expect(await target('-P one')).toMatchObject({ tls: undefined, spuAddress: 'public' });
  expect(await target('-P two')).toMatchObject({ tls: undefined, spuAddress: 'local' });
  expect(await target('-P open')).toMatchObject({ tls: { insecureSkipVerify: true } });
});

test('--tls verifies unless --insecure is given; certificates are read', async () => {
  expect((await target('-c h:1 --tls')).tls).toEqual({});
  expect((await target('-c h:1 --insecure')).tls).toEqual({ insecureSkipVerify: true });
  expect((await target('-c h:1 --ca-cert PEM --domain d --client-cert PEM --client-key PEM')).tls).toEqual({
    ca: 'PEM',
    cert: 'PEM',
    key: 'PEM',
    domain: 'd',
  });
});

test.each([
  ['-c localhost', "--cluster: 'localhost' is not an address"],
  ['-c h:0x', "--cluster: 'h:0x' is not an address"],
  ['--tls', '--tls goes only with --cluster'],
  ['--ca-cert PEM -P one', '--ca-cert goes only with --cluster'],
  ['-c h:1 --tls --enable-client-cert --domain d', '--enable-client-cert needs'],
  ['-c h:1 --client-cert PEM', '--client-cert and --client-key go together'],
  ['--gateway nonsense', 'is not a WebSocket URL'],
  ['--gateway ftp://g', 'is not a WebSocket URL'],
  ['--gateway ws://g -P one', '--profile goes only with a direct connection'],
  ['-P none', "there is no profile 'none'"],
  ['-c h:1 --ca-cert missing', 'cannot read missing: it does not exist'],
])('flv %s is refused', async (line, message) => {
  await expect(target(line)).rejects.toThrow(message);
});
