/** Telling a busy SPU from a dead one: the heartbeats come from a thread that is not busy. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import type { LogLevel } from '../../logger.ts';
import { replicationOf, settingsOf } from '../../options.ts';
import { startSc } from '../../sc/sc.ts';

const settings = settingsOf({ heartbeatMs: 40, spuTimeoutMs: 300 });
const dist = (file: string): string => JSON.stringify(new URL(`../../../dist/${file}`, import.meta.url).href);

it('keeps an SPU whose main loop is busy for longer than a silence may be, until it is stuck', {
  timeout: 20_000,
}, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'fluvio-busy-'));
  const lines: [LogLevel, string][] = [];
  const listen = { host: '127.0.0.1', port: 0 };
  const sc = await startSc({
    ...settings,
    listen,
    listenPrivate: listen,
    portOptions: { public: 'scPort', private: 'scPort' },
    dataDir,
    durable: false,
    log: (level, message) => lines.push([level, message]),
  });
  const offline = (): boolean => lines.some(([, message]) => message === 'an SPU is offline');
  const options = {
    ...settings,
    replication: replicationOf(settings),
    id: 5001,
    name: 'busy',
    listen,
    portOption: 'spuPorts',
    sc: sc.privateAddress,
    dataDir,
  };
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { startSpu } from ${dist('spu/spu.js')};
       import { startHeartbeats } from ${dist('processes/heartbeat/start.js')};
       const spu = await startSpu({ ...${JSON.stringify(options)}, log: () => {} });
       startHeartbeats({ spuId: 5001, sc: ${JSON.stringify(sc.privateAddress)}, heartbeatMs: 40 });
       const busy = (ms) => { for (const end = Date.now() + ms; Date.now() < end; ); };
       await new Promise((resolve) => setTimeout(resolve, 200));
       busy(1200);
       console.log('was busy');
       await new Promise((resolve) => setTimeout(resolve, 100));
       busy(60_000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    await once(createInterface(child.stdout), 'line');
    expect(offline()).toBe(false);
    const stuckAt = performance.now();
    expect(await sc.offline(5001, { timeoutMs: 10_000 })).toBe(true);
    expect(performance.now() - stuckAt).toBeGreaterThan(settings.spuTimeoutMs * 5);
  } finally {
    child.kill('SIGKILL');
    await sc.stop();
    rmSync(dataDir, { recursive: true });
  }
});
