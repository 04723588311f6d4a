/**
 * Keeps out of the repository what must never be in it: private keys, paths of one machine, package registry hosts.
 *
 * Looks at every file that git tracks or would track. The patterns are put together from parts, so that this file does
 * not match itself.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';

const oneOf = (...words) => `(?:${words.join('|')})`;
const dot = String.raw`\.`;
const hosts = oneOf(
  ['registry', '(?:npmjs|yarnpkg)', oneOf('org', 'com')].join(dot),
  ['npm', 'pkg', 'github', 'com'].join(dot),
  ['(?:index|static)', 'crates', 'io'].join(dot),
  ['files', 'pythonhosted', 'org'].join(dot),
  ['pypi', 'org/simple'].join(dot),
  ['proxy', 'golang', 'org'].join(dot),
  ['(?:deb|security)', 'debian', 'org'].join(dot),
  ['repo1?', 'maven', ''].join(dot),
);
const begin = '-----BEGIN ';

const folders = ['work', 'root', 'tmp', 'private/tmp', String.raw`home/[a-z]\w*`, String.raw`Users/[A-Za-z]\w*`];

const rules = [
  {
    // The words alone are fine: code that writes PEM has them. A key has base64 behind them, in a text or in a literal.
    what: 'a private key',
    pattern: new RegExp(String.raw`${begin}[A-Z ]*PRIVATE KEY-----(?:\s|\\[rn]|["'+,|])*[\w+/=]{16}`, 'g'),
  },
  { what: 'a package registry host', pattern: new RegExp(hosts, 'gi') },
  {
    what: 'an absolute path of one machine',
    pattern: new RegExp(String.raw`(?<![\w@$.}/~-])/${oneOf(...folders)}(?![\w-])`, 'g'),
  },
  { what: 'an absolute path of one machine', pattern: /\b[A-Z]:\\{1,2}Users\\/g },
  { what: 'a tarball address in the lockfile', pattern: /^\s+(?:resolution: .*)?tarball: /gm, only: 'pnpm-lock.yaml' },
];

const listing = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
if (listing.status !== 0) {
  console.error('this check reads the list of files from git, and this folder is no git checkout');
  process.exit(1);
}

const findings = [];
const files = [...new Set(listing.stdout.split('\0'))].filter((file) => file !== '');
for (const file of files) {
  const path = join(root, file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue;
  const bytes = readFileSync(path);
  if (bytes.subarray(0, 8000).includes(0)) continue;
  const text = bytes.toString('utf8');
  for (const { what, pattern, only } of rules) {
    if (only !== undefined && only !== file) continue;
    for (const { index } of text.matchAll(pattern)) {
      findings.push(`${file}:${text.slice(0, index).split('\n').length}: ${what}`);
    }
  }
}
for (const finding of findings) console.error(finding);
if (findings.length > 0) process.exit(1);
console.error(`${files.length} files are clean`);
