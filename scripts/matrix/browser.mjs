/**
 * The checks in headless Chromium, in a page whose policy allows no script but files of its own server: no `eval`, no
 * inline script, so also no import map. The server therefore writes package names in imports as paths.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { machineFacts } from '../machine.mjs';
import { serveModules } from './modules.mjs';

const POLICY = "default-src 'self'; script-src 'self'";
const TIMEOUT_MS = 120_000;
/** How long the processes of a killed Chromium may go on writing to its profile. */
const REMOVE_MS = 30_000;

/** `{ report }`, `{ skipped }` or `{ crashed }`. */
export async function inBrowser() {
  const { chromium } = machineFacts();
  if (chromium === 'none') return { skipped: 'no Chromium on PATH (or set FLUVIO_CHROMIUM)' };
  const server = await serveModules({
    policy: POLICY,
    script: '/packages/e2e/dist/matrix/browser/main.js',
  });
  const profile = mkdtempSync(join(tmpdir(), 'fluvio-ts-matrix-'));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--enable-logging=stderr'];
  const child = spawn(chromium, [...flags, `--user-data-dir=${profile}`, server.url], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const talk = [];
  child.stderr.on('data', (chunk) => talk.push(chunk));
  const exited = once(child, 'exit').catch((error) => [error.message]);
  const timer = setTimeout(() => killGroup(child), TIMEOUT_MS);
  try {
    const report = await Promise.race([server.report, exited.then(() => undefined)]);
    if (report !== undefined) return { report };
    const console = Buffer.concat(talk).toString().split('\n');
    return { crashed: ['no report', ...console.filter((line) => line.includes('CONSOLE'))].join('\n  ') };
  } finally {
    clearTimeout(timer);
    killGroup(child);
    await exited;
    await server.close();
    await removeProfile(profile);
  }
}

/** Chromium is a family of processes: the browser, its renderers, its GPU and network services. */
function killGroup(child) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** A process that is being killed may still add a file to a folder that was just emptied. */
async function removeProfile(profile) {
  const deadline = Date.now() + REMOVE_MS;
  for (;;) {
    try {
      return await rm(profile, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' || Date.now() > deadline) throw error;
      await pause(100);
    }
  }
}
