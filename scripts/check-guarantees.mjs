/** Holds packages/client/GUARANTEES.md to the tests that it names: each must be there, by its name. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';

const page = 'packages/client/GUARANTEES.md';
const complaints = [];
let named = 0;
for (const [i, line] of readFileSync(join(root, page), 'utf8').split('\n').entries()) {
  const complain = (what) => complaints.push(`${page}:${i + 1}: ${what}`);
  if (!/^\| (\*\*)?R\d/.test(line)) continue;
  const references = [...line.matchAll(/`([^`]+\.test\.ts)`: "([^"]+)"/g)];
  if (references.length === 0) complain('names no test');
  for (const [, file, name] of references) {
    named += 1;
    const path = join(root, 'packages', file);
    if (!existsSync(path)) complain(`packages/${file} does not exist`);
    else if (!isTested(readFileSync(path, 'utf8'), name)) complain(`packages/${file} has no test "${name}"`);
  }
}
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
else console.error(`${named} tests stand for the guarantees of the client`);

/** Whether a source has a test of this name, skipped ones not counted. */
function isTested(source, name) {
  // Long ones have their name on a line of its own.
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const at = source.search(new RegExp(`\\(\\s*['"\`]${escaped}`));
  return at >= 0 && !/\b(skip|todo)\s*$/.test(source.slice(0, at));
}
