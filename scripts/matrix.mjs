/**
 * `npm run test:matrix`: the built packages on every runtime that they are for, without a test runner. Servers get a cluster, which
 * runs in this process.
 *
 * Node, Bun and Deno come from npm into `node_modules/.cache/matrix` (delete it for newer ones); Chromium is the
 * machine's. `npm run test:matrix -- bun deno` runs only those. A runtime that cannot be had is skipped, with the reason.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';
import { run, say } from './children.mjs';
import { inBrowser } from './matrix/browser.mjs';
import { obtain, runtimes } from './matrix/runtimes.mjs';

const program = join(root, 'packages/e2e/dist/matrix/server/main.js');

export async function matrix(env, args) {
  const known = [...runtimes.map(({ name }) => name), 'chromium'];
  const unknown = args.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    say(`no such runtime: ${unknown.join(', ')}; there are ${known.join(', ')}`);
    return 2;
  }
  if (!existsSync(program)) {
    say(`${program} does not exist: packages/e2e was not built`);
    return 1;
  }
  const { startCluster } = await import(new URL('../packages/cluster/dist/index.js', import.meta.url).href);
  const cluster = await startCluster();
  const total = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const name of args.length > 0 ? args : known) {
      const withCluster = { ...env, FLUVIO_MATRIX_CLUSTER: cluster.endpoint };
      const outcome = name === 'chromium' ? await inBrowser() : await onServer(name, withCluster);
      tell(name, outcome, total);
    }
  } finally {
    await cluster.stop();
  }
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  return total.failed > 0 ? 1 : 0;
}

async function onServer(name, env) {
  const runtime = runtimes.find((one) => one.name === name);
  const { binary, reason } = await obtain(runtime, env);
  if (binary === undefined) return { skipped: reason };
  const { code, text } = await run(binary, [...runtime.flags, program], { cwd: root, env, out: 'capture' });
  try {
    return { report: JSON.parse(text) };
  } catch {
    return { crashed: `exit code ${code} and no report` };
  }
}

function tell(name, { report, skipped, crashed }, total) {
  if (skipped !== undefined) {
    total.skipped++;
    process.stdout.write(`${name}: skipped, ${skipped}\n`);
  } else if (report === undefined) {
    total.failed++;
    process.stdout.write(`${name}: failed, ${crashed}\n`);
  } else {
    total.passed += report.passed;
    total.failed += report.failed.length;
    process.stdout.write(`${report.runtime}: ${report.passed} passed, ${report.failed.length} failed\n`);
    for (const failure of report.failed) process.stdout.write(`  ${failure.replaceAll('\n', '\n  ')}\n`);
  }
}
