/**
 * `FLUVIO_ENDPOINT=host:port npm run test:cluster`: the tests that need no more than a cluster, against the one that is named.
 * Those are the test files of packages/e2e that import `test-cluster.ts`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';
import { asTyped, run, say } from './children.mjs';

const folder = join(root, 'packages/e2e');

export async function testCluster(env, args) {
  const endpoint = process.env.FLUVIO_ENDPOINT;
  if (!/^[^\s:]+:\d+$|^\[[^\]]+\]:\d+$/.test(endpoint ?? '')) {
    say('FLUVIO_ENDPOINT=host:port names the cluster: such as FLUVIO_ENDPOINT=127.0.0.1:9003 npm run test:cluster');
    say('over TLS also FLUVIO_TLS_DOMAIN and FLUVIO_TLS_CA, and FLUVIO_TLS_CERT and FLUVIO_TLS_KEY (PEM files)');
    return 2;
  }
  const files = readdirSync(join(folder, 'src'), { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('src', name))
    .filter((name) => readFileSync(join(folder, name), 'utf8').includes('/test-cluster.ts'));
  const command = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...files, ...args];
  say(`testing the cluster at ${endpoint}`);
  say(asTyped('vitest', ['run', ...files, ...args]));
  return run(process.execPath, command, {
    cwd: folder,
    env: { ...env, FLUVIO_TEST_ENDPOINT: endpoint },
    stdin: 'inherit',
  });
}
