/**
 * Builds the site into `site/`. Any warning fails it: a broken link, a type that is used but not exported, an
 * undocumented public symbol. Unlike typedoc's own command it reports all of them in one go.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application, TypeDocReader } from 'typedoc';
import { entryPointsReader, nameEntries } from './entries.mjs';

process.chdir(import.meta.dirname);
rmSync(join(import.meta.dirname, 'site'), { recursive: true, force: true });
const app = await Application.bootstrapWithPlugins({}, [new TypeDocReader(), entryPointsReader]);
nameEntries(app);
const project = await app.convert();
if (project === undefined) process.exit(1);
app.validate(project);
const clean = app.logger.errorCount === 0 && app.logger.warningCount === 0;
if (clean) await app.generateOutputs(project);
else console.error(`${app.logger.errorCount} errors and ${app.logger.warningCount} warnings: no site was written`);
process.exitCode = clean ? 0 : 1;
