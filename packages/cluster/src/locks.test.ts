import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockFolder } from './locks.ts';
import { isAlive, markOf } from './processes/identity.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fluvio-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('gives a folder to one at a time', () => {
  const lock = lockFolder(dir);
  expect(() => lockFolder(dir)).toThrow(
    expect.objectContaining({ code: 'cluster/data-dir-in-use', context: { dataDir: dir, pid: process.pid } }),
  );
  lock.release();
  lockFolder(dir).release();
});

it('respects a lock of a living process, and not of one that has ended or never was', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(other, 'spawn');
  const mark = markOf(other.pid ?? expect.fail());
  const hold = (holder: unknown): void =>
    writeFileSync(join(dir, '.lock'), typeof holder === 'string' ? holder : JSON.stringify(holder));
  hold({ ...mark, origin: 1 });
  expect(() => lockFolder(dir)).toThrow(expect.objectContaining({ code: 'cluster/data-dir-in-use' }));
  expect(isAlive(mark)).toBe(true);
  if (mark.startedAt !== undefined) {
    // The number belongs to another process by now.
    hold({ ...mark, startedAt: '1', origin: 1 });
    lockFolder(dir).release();
  }
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(isAlive(mark)).toBe(false);
  for (const stale of [{ ...mark, origin: 1 }, '', '{"pid":', '{}']) {
    hold(stale);
    lockFolder(dir).release();
  }
});
