/**
 * Writes `docs/wire`, the reference of the wire protocol, from the built schemas and the docstrings of their sources:
 * `npm run docs:wire`. With `--check` it writes nothing and fails where the files say something else.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './bootstrap.mjs';
import { say } from './children.mjs';
import { wirePages } from './wire-docs/pages.mjs';

const folder = join(root, 'docs/wire');
const built = join(root, 'packages/protocol/dist/index.js');
if (!existsSync(built)) {
  say('packages/protocol is not built: run npm run build first');
  process.exit(1);
}
const protocol = await import(pathToFileURL(built).href);
const pages = wirePages(protocol, join(root, 'packages/protocol/src'));
const present = existsSync(folder) ? readdirSync(folder) : [];

if (process.argv.includes('--check')) {
  const stale = [...pages].filter(
    ([file, text]) => !present.includes(file) || readFileSync(join(folder, file), 'utf8') !== text,
  );
  const wrong = [...stale.map(([file]) => file), ...present.filter((file) => !pages.has(file))];
  for (const file of wrong) say(`docs/wire/${file} is not what the schemas say`);
  if (wrong.length > 0) {
    say('run: npm run docs:wire');
    process.exit(1);
  }
  say(`${pages.size} pages of docs/wire are what the schemas say`);
} else {
  mkdirSync(folder, { recursive: true });
  for (const file of present) if (!pages.has(file)) rmSync(join(folder, file));
  for (const [file, text] of pages) writeFileSync(join(folder, file), text);
  say(`wrote ${pages.size} pages to docs/wire`);
}
