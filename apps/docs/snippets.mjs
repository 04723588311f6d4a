/**
 * Compiles every `ts` code block of the READMEs and guides against the built packages, so that none of them lies.
 *
 * A block is a module of its own. One marked `ts continues` goes on where the blocks above it in that file left off.
 * Each module keeps its lines where the Markdown has them, so that the compiler's line numbers are the Markdown's.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');
// Inside this workspace, so that imports resolve as they do for a user who installed the packages.
const scratch = join(import.meta.dirname, '.snippets');

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
  ...readdirSync(join(import.meta.dirname, 'guides')).map((name) => `apps/docs/guides/${name}`),
].filter((page) => existsSync(join(root, page)));

rmSync(scratch, { recursive: true, force: true });
let blocks = 0;
for (const page of pages) {
  const modules = modulesOf(readFileSync(join(root, page), 'utf8'), page);
  blocks += modules.blocks;
  for (const [index, text] of modules.texts.entries()) {
    const file = join(scratch, `${page}.${index + 1}.ts`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
if (blocks === 0) {
  console.error(`no ts block in ${pages.length} pages`);
  process.exit(0);
}

writeFileSync(
  join(scratch, 'tsconfig.json'),
  JSON.stringify({
    extends: relative(scratch, join(root, 'tsconfig.base.json')),
    compilerOptions: {
      noEmit: true,
      composite: false,
      declaration: false,
      declarationMap: false,
      sourceMap: false,
      // Examples show values without using them; and the packages' own declarations are judged here too.
      noUnusedLocals: false,
      skipLibCheck: false,
      target: 'esnext',
      types: ['node'],
    },
    include: ['**/*.ts'],
  }),
);
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], { cwd: scratch, encoding: 'utf8' });
process.stderr.write(compiled.stdout.replaceAll(/^(\S+\.md)\.\d+\.ts\((\d+)/gm, '$1($2'));
process.stderr.write(compiled.stderr);
if (compiled.status !== 0) process.exit(1);
rmSync(scratch, { recursive: true });
console.error(`${blocks} ts blocks of ${pages.length} pages compile`);

/** Splits a page into modules: arrays of lines as long as the page, empty but for the module's blocks. */
function modulesOf(markdown, page) {
  const lines = markdown.split(/\r?\n/);
  const modules = [];
  let blocks = 0;
  let fence;
  for (const [index, line] of lines.entries()) {
    const mark = /^(\s*)(`{3,})(.*)$/.exec(line);
    if (fence === undefined && mark !== null) {
      const [language, ...words] = mark[3].trim().split(/\s+/);
      fence = { indent: mark[1].length, ticks: mark[2], compiled: language === 'ts' || language === 'typescript' };
      if (!fence.compiled) continue;
      blocks += 1;
      const continues = words.join(' ') === 'continues';
      if (words.length > 0 && !continues) {
        throw new Error(`${page}:${index + 1}: "${words.join(' ')}" is unknown after ts; only "continues" is`);
      }
      if (!continues || modules.length === 0) modules.push(lines.map(() => ''));
    } else if (fence !== undefined && line.trim() === fence.ticks) fence = undefined;
    else if (fence?.compiled) modules[modules.length - 1][index] = line.slice(fence.indent);
  }
  return { blocks, texts: modules.map((module) => `${module.join('\n')}\nexport {};\n`) };
}
