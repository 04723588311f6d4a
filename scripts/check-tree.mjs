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

const rules = [
  { what: 'a private key', pattern: new RegExp(`${begin}[A-Z ]*PRIVATE KEY`) },
  { what: 'a package registry host', pattern: new RegExp(hosts, 'i') },
  {
    what: 'an absolute path of one machine',
    pattern: new RegExp(
      String.raw`(?<![\w@$.}/~-])/${oneOf('work', 'root', 'tmp', 'private/tmp', 'home/[a-z]w*', 'Users/[A-Za-z]w*')}(?![\w-])`,
    ),
  },
  { what: 'an absolute path of one machine', pattern: /\b[A-Z]:\\{1,2}Users\\/ },
  { what: 'a tarball address in the lockfile', pattern: /^\s+(?:resolution: .*)?tarball: /, only: 'pnpm-lock.yaml' },
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
  const lines = bytes.toString('utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    for (const { what, pattern, only } of rules) {
      if ((only === undefined || only === file) && pattern.test(line)) findings.push(`${file}:${index + 1}: ${what}`);
    }
  }
}
for (const finding of findings) console.error(finding);
if (findings.length > 0) process.exit(1);
console.error(`${files.length} files are clean`);
