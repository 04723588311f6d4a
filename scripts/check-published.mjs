/**
 * Packs every published package as npm would get it, and has publint and attw judge the tarballs.
 *
 * Also looks into the tarball for what neither judges: the licence and the README are in, tests are not.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root, workspaceFolders } from './bootstrap.mjs';

const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
const scratch = mkdtempSync(join(tmpdir(), 'fluvio-ts-pack-'));
let failures = 0;

try {
  for (const folder of workspaceFolders()) {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    if (manifest.private === true) continue;
    const complaints = await judge(folder, manifest);
    for (const complaint of complaints) console.error(`${folder}: ${complaint}`);
    failures += complaints.length;
    if (complaints.length === 0) console.error(`${folder}: fit to publish`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (failures > 0) process.exitCode = 1;

async function judge(folder, manifest) {
  const packed = execute('pnpm', ['pack', '--json', '--pack-destination', scratch], join(root, folder));
  if (packed.status !== 0) return [`pnpm pack failed:\n${packed.stderr}`];
  const { filename, files } = JSON.parse(packed.stdout);
  const paths = files.map((file) => file.path);
  const complaints = [];
  for (const wanted of ['LICENSE', 'README.md', 'package.json']) {
    if (!paths.includes(wanted)) complaints.push(`${wanted} would not be published`);
  }
  for (const path of paths) {
    if (/\.test\.|\.tsbuildinfo$|\.results/.test(path)) complaints.push(`${path} would be published`);
  }
  const bytes = readFileSync(filename);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pkgDir: join(root, folder), pack: { tarball }, strict: true });
  for (const message of messages) {
    if (message.type !== 'suggestion') complaints.push(`publint: ${formatMessage(message, pkg, { color: false })}`);
  }
  if (Object.keys(manifest.exports ?? {}).some((entry) => entry !== './package.json')) {
    const judged = execute(process.execPath, [attw, filename, '--profile', 'esm-only', '--no-emoji'], root);
    if (judged.status !== 0) complaints.push(`attw:\n${judged.stdout}${judged.stderr}`);
  }
  return complaints;
}

function execute(command, args, cwd) {
  return spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' && command === 'pnpm' });
}
