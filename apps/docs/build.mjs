/**
 * Builds the site into `site/`. Any warning fails it: a broken link, a type that is used but not exported, an
 * undocumented public symbol. Unlike typedoc's own command it reports all of them in one go.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application, TypeDocReader } from 'typedoc';

/** Tells typedoc a package's public entries: what its `exports` leads to, `./internal` left out. */
const entryPointsReader = {
  name: 'exports',
  order: 1000,
  supportsPackages: true,
  read(options, _logger, folder) {
    if (options.getValue('entryPointStrategy') === 'packages') return;
    const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const entries = Object.keys(exports).filter((entry) => !['./internal', './package.json'].includes(entry));
    const sources = entries.map((entry) => typesOf(exports[entry]).replace(/^\.\/dist\/(.*)\.d\.ts$/, 'src/$1.ts'));
    options.setValue('entryPoints', [...new Set(sources)], folder);
  },
};

/** The declarations that Node users get. */
function typesOf(target) {
  return target.types ?? typesOf(target.node ?? target.default);
}

process.chdir(import.meta.dirname);
rmSync(join(import.meta.dirname, 'site'), { recursive: true, force: true });
const app = await Application.bootstrapWithPlugins({}, [new TypeDocReader(), entryPointsReader]);
const project = await app.convert();
if (project === undefined) process.exit(1);
app.validate(project);
const clean = app.logger.errorCount === 0 && app.logger.warningCount === 0;
if (clean) await app.generateOutputs(project);
else console.error(`${app.logger.errorCount} errors and ${app.logger.warningCount} warnings: no site was written`);
process.exitCode = clean ? 0 : 1;
