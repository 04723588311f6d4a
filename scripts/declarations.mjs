/** Declarations as they are published: those that an entry leads to, and half as long as the compiler writes them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A path in an import, as a statement or inside a type. */
const PATHS = /(?:\bfrom |\bimport\()['"](\.[^'"]+)['"]/g;

/** Copies the declarations of `entries` (`x.d.ts`, relative to `dist`), and of what they import, to `lib`. */
export function copyDeclarations(dist, lib, entries) {
  const found = new Set();
  const todo = [...entries];
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (found.has(file) || !existsSync(join(dist, file))) continue;
    found.add(file);
    const text = readFileSync(join(dist, file), 'utf8');
    for (const [, path] of text.matchAll(PATHS)) todo.push(join(dirname(file), path.replace(/(\.d)?\.ts$/, '.d.ts')));
    mkdirSync(dirname(join(lib, file)), { recursive: true });
    writeFileSync(join(lib, file), shortened(text));
  }
}

/**
 * The compiler spells each type that it inferred with the path of its module, and indents by four. Named once, at the end, those
 * paths are a fifth of all declarations. The map, which is not published, is not named either.
 */
function shortened(text) {
  const names = new Map();
  const body = text
    .replace(/^\/\/# sourceMappingURL=.*\n?/m, '')
    .replace(/^(?: {4})+/gm, (indent) => indent.slice(indent.length / 2))
    .replace(/(?<!typeof )\bimport\("([^"]+)"\)\./g, (_, path) => {
      const name = names.get(path) ?? `$${basename(path, '.ts').replaceAll('-', '_')}`;
      names.set(path, name);
      return `${name}.`;
    });
  if (new Set(names.values()).size < names.size) return text;
  const imports = [...names].map(([path, name]) => `import type * as ${name} from "${path}";\n`);
  return body.replace(/\n?$/, '\n') + imports.join('');
}
