/** `flv gateway start`, and commands that go through it. */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openClusterHome } from '../testing/flv.ts';

test('commands go through a gateway as they go to the cluster, with its token', async () => {
  await using home = await openClusterHome();
  writeFileSync(home.file('token'), 'a-secret\n');
  const gateway = home.start(['gateway', 'start', '--port', '0', '--token-file', 'token', '--json']);
  await gateway.says('"}\n');
  const { url } = JSON.parse(gateway.text()) as { readonly url: string };
  const env = { FLUVIO_GATEWAY_TOKEN: 'a-secret' };
  const through = (args: readonly string[], input = '') => home.flv(['--gateway', url, ...args], { env, input });
  expect((await through(['topic', 'create', 'tunnelled', '-p', '2'])).code).toBe(0);
  expect((await through(['produce', 'tunnelled'], 'over\nthe\nweb\n')).code).toBe(0);
  expect((await through(['consume', 'tunnelled', '-dB'])).stdout.split('\n').sort()).toEqual([
    '',
    'over',
    'the',
    'web',
  ]);
  const stranger = await home.flv(['--gateway', url, 'topic', 'list']);
  expect([stranger.code, stranger.stderr]).toEqual([4, expect.stringContaining('FLUVIO_GATEWAY_TOKEN')]);
  const lost = await home.flv(['--gateway', `${url}x`, 'topic', 'list'], { env });
  expect([lost.code, lost.stderr]).toEqual([5, expect.stringContaining('hint: flv gateway start prints its URL')]);
  gateway.kill('SIGTERM');
  expect((await gateway.done).code).toBe(143);
  expect((await through(['topic', 'list'])).code).toBe(5);
});
