/**
 * What this machine has that decides which tests run: a browser, Python, captured frames, the C library.
 *
 * A cached test result holds only for a machine that is alike, so a digest of these facts is part of turbo's cache key.
 * The tests look for themselves, in the same places.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { root } from './bootstrap.mjs';

/** Names of Chromium on PATH; the environment variable FLUVIO_CHROMIUM goes first. */
const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Facts as printable lines, by name. */
export function machineFacts() {
  const { header } = process.report.getReport();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}${header.glibcVersionRuntime ? ` glibc ${header.glibcVersionRuntime}` : ''}`,
    chromium: process.env.FLUVIO_CHROMIUM || browsers.map(onPath).find((path) => path !== undefined) || 'none',
    python: pythonVersion(),
    vectors: describeFolder(resolve(root, process.env.FLUVIO_VECTORS || '../shared/vectors')),
  };
}

export function digestOfFacts(facts) {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

function onPath(name) {
  for (const folder of (process.env.PATH || '').split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function pythonVersion() {
  const { stdout, status } = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'none';
}

/** Number and names-and-sizes digest of a folder's files; `none` when it is absent. */
function describeFolder(folder) {
  const hash = createHash('sha256');
  let files = 0;
  const walk = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const at = join(path, entry.name);
      if (entry.isDirectory()) walk(at);
      else {
        files += 1;
        hash.update(`${at.slice(folder.length)} ${statSync(at).size}\n`);
      }
    }
  };
  try {
    walk(folder);
  } catch {
    return 'none';
  }
  return `${files} files, ${hash.digest('hex').slice(0, 12)}`;
}
