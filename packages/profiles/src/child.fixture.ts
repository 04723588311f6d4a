/** For tests: runs code of the built package in a Node process of its own. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** A running script. */
export interface Script {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Lines that it has written to standard output, as they come. */
  readonly lines: AsyncIterableIterator<string>;
  /** How it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly stderr: string }>;
}

/**
 * Starts `body` as a module that sees the package as `p`, its `args` (strings), `say(line)`, and `blockUntil(file)`,
 * which holds up the whole process until that file exists.
 *
 * @param shell commands that run before, in the same process.
 */
export function script(body: string, args: readonly string[] = [], shell?: string): Script {
  const source = `
    import { existsSync, writeSync } from 'node:fs';
    import * as p from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    const args = process.argv.slice(1);
    const say = (line) => writeSync(1, line + '\\n');
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const blockUntil = (file) => { while (!existsSync(file)) Atomics.wait(cell, 0, 0, 5); };
    ${body}`;
  const argv = [process.execPath, '--input-type=module', '-e', source, '--', ...args];
  const [file = '', ...rest] = shell === undefined ? argv : ['/bin/sh', '-c', `${shell}; exec "$@"`, 'sh', ...argv];
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const stderr = text(child.stderr);
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
  return {
    child,
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    ended: Promise.all([exit, stderr]).then(([[code, signal], stderr]) => ({ code, signal, stderr })),
  };
}
