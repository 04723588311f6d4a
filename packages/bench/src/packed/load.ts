/** What importing a module costs a fresh process: files, and milliseconds. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Modules of JavaScript files that `import()` of `name` loads, those of Node itself apart. */
export async function filesLoaded(name: string, folder: string): Promise<readonly string[]> {
  const hooks = `export async function load(url, context, next) {
    if (url.startsWith('file:')) process._rawDebug('loaded ' + url);
    return next(url, context);
  }`;
  const program = `import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));
    await import(${JSON.stringify(name)});`;
  const { stderr } = await execute(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder });
  return stderr.split('\n').flatMap((line) => (line.startsWith('loaded ') ? [line.slice('loaded '.length)] : []));
}

/** Milliseconds that `import()` of `name` takes in a process that has loaded nothing yet. */
export async function importMs(name: string, folder: string): Promise<number> {
  const program = `const start = performance.now();
    await import(${JSON.stringify(name)});
    console.log(performance.now() - start);`;
  const { stdout } = await execute(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder });
  return Number(stdout);
}
