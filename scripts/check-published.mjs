/**
 * Packs every published package as npm would get it, and has publint and attw judge the tarballs.
 *
 * Also looks into the tarball for what neither judges: the licence and the README are in, tests and test helpers are not.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root, workspaceFolders } from './bootstrap.mjs';

const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
const scratch = mkdtempSync(join(tmpdir(), 'fluvio-ts-pack-'));

const queue = workspaceFolders()
  .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) }))
  .filter(({ manifest }) => manifest.private !== true);
try {
  await Promise.all([worker(), worker()]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function worker() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const complaints = await judge(next.folder, next.manifest);
    for (const complaint of complaints) console.error(`${next.folder}: ${complaint}`);
    if (complaints.length > 0) process.exitCode = 1;
    else console.error(`${next.folder}: fit to publish`);
  }
}

async function judge(folder, manifest) {
  const packed = await execute('pnpm', ['pack', '--json', '--pack-destination', scratch], join(root, folder));
  if (packed.code !== 0) return [`pnpm pack failed:\n${packed.stdout}${packed.stderr}`];
  // What `prepack` says comes first.
  const { filename } = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('\n{') + 1));
  const tarball = readFileSync(filename);
  const complaints = judgeFiles(filesOfTarball(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
  for (const message of messages) {
    if (message.type !== 'suggestion') complaints.push(`publint: ${formatMessage(message, pkg, { color: false })}`);
  }
  if (Object.keys(manifest.exports ?? {}).some((entry) => entry !== './package.json')) {
    const judged = await execute(process.execPath, [attw, filename, '--profile', 'esm-only', '--no-emoji'], root);
    if (judged.code !== 0) complaints.push(`attw:\n${judged.stdout}${judged.stderr}`);
  }
  return complaints;
}

function judgeFiles(files) {
  const complaints = [];
  for (const wanted of ['LICENSE', 'README.md']) {
    if (!files.includes(wanted)) complaints.push(`${wanted} would not be published`);
  }
  for (const file of files) {
    const source = /^src\/(.*)\.ts$/.exec(file);
    const strange = source === null ? !/^((dist|lib)\/|[^/]+$)/.test(file) : !files.includes(`dist/${source[1]}.js`);
    if (strange || /\.tsbuildinfo$|\/(testing|golden)\//.test(file))
      complaints.push(`${file} would be published but is no part of the build`);
  }
  return complaints;
}

/** Names of the files in a gzipped tar archive, without the leading `package/`. */
function filesOfTarball(bytes) {
  const tar = gunzipSync(bytes);
  const text = (from, length) => tar.toString('utf8', from, from + length).replace(/\0.*$/s, '');
  const files = [];
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const kind = text(at + 156, 1);
    const prefix = text(at + 345, 155);
    const name = text(at, 100);
    if (kind === '0' || kind === '') files.push((prefix === '' ? name : `${prefix}/${name}`).replace(/^package\//, ''));
    at += 512 + Math.ceil(Number.parseInt(text(at + 124, 12), 8) / 512) * 512;
  }
  return files;
}

function execute(command, args, cwd) {
  const shell = process.platform === 'win32' && command === 'pnpm';
  return new Promise((resolve) => {
    execFile(command, args, { cwd, shell, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 1), stdout, stderr });
    });
  });
}
