/** Runs the checks on Node, Bun or Deno and writes the report as the one line of standard output. */
import { stdout, versions } from 'node:process';
import { runChecks } from '../check.ts';
import { serverChecks } from '../checks/index.ts';

const { bun, deno, node } = versions;
const runtime = bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node ${node}`;
stdout.write(`${JSON.stringify(await runChecks(runtime, serverChecks))}\n`);
