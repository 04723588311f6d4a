/**
 * Tells typedoc a package's public entries, which are what its `exports` leads to, `./internal` left out; and shows them
 * by the names that users import them by: what `.` exports stands on the package's own page, the others below it.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Comment, CommentTag, Converter } from 'typedoc';

/** Those of each package, by its folder. */
const entriesOf = new Map();

/** Reads the options of each package. */
export const entryPointsReader = {
  name: 'exports',
  order: 1000,
  supportsPackages: true,
  read(options, _logger, folder) {
    if (options.getValue('entryPointStrategy') === 'packages') return;
    const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const entries = Object.keys(exports)
      .filter((entry) => !['./internal', './package.json'].includes(entry))
      .map((entry) => ({ entry, path: /^\.\/dist\/(.*)\.d\.ts$/.exec(typesOf(exports[entry]))[1] }));
    entriesOf.set(resolve(folder), entries);
    options.setValue('entryPoints', [...new Set(entries.map(({ path }) => `src/${path}.ts`))], folder);
  },
};

/** The declarations that Node users get. */
function typesOf(target) {
  return target.types ?? typesOf(target.node ?? target.default);
}

/** Names the modules of a package with several entries. */
export function nameEntries(app) {
  // Before typedoc merges what is tagged.
  app.converter.on(
    Converter.EVENT_RESOLVE_BEGIN,
    ({ project }) => {
      const entries = entriesOf.get(resolve(app.options.packageDir));
      if (entries.length > 1) nameModules(project, entries);
    },
    20_000,
  );
}

function nameModules(project, entries) {
  for (const module of project.children) {
    const found = entries.find(({ path }) => path === module.name || path === `${module.name}/index`);
    if (found === undefined) throw new Error(`no entry of the package leads to the module ${module.name}`);
    if (found.entry === '.') {
      module.comment ??= new Comment();
      module.comment.blockTags.push(new CommentTag('@mergeModuleWith', [{ kind: 'text', text: '<project>' }]));
    } else module.name = found.entry.slice('./'.length);
  }
}
