import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** All files that a module brings along, and all packages that it names. */
function reach(entry: URL, files = new Set<string>(), packages = new Set<string>()) {
  files.add(entry.href);
  const source = readFileSync(entry, 'utf8');
  for (const [, typeOnly, from = ''] of source.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from '([^']+)';/gms)) {
    if (typeOnly !== undefined) continue;
    if (!from.startsWith('.')) packages.add(from);
    else if (!files.has(new URL(from, entry).href)) reach(new URL(from, entry), files, packages);
  }
  return { files: [...files], packages: [...packages] };
}

test('a browser bundle contains neither ws nor a module of Node', () => {
  const browser = reach(new URL('./browser.ts', import.meta.url));
  expect(browser.packages.toSorted()).toEqual(['@fluvio-ts/protocol', '@fluvio-ts/protocol/internal']);
  // The same search finds it where it is.
  expect(reach(new URL('./node.ts', import.meta.url)).packages).toContain('ws');
});

test('package.json gives Node the one and everybody else the other', () => {
  const manifest: { exports: Record<string, Record<string, { default: string }>> } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  const main = Object.entries(manifest.exports['.'] ?? {});
  expect(main.map(([condition, target]) => `${condition} ${target.default}`)).toEqual([
    'browser ./dist/browser.js',
    'node ./dist/node.js',
    'default ./dist/browser.js',
  ]);
});
