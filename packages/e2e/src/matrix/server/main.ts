/**
 * Runs the checks on Node, Bun or Deno and writes the report as the one line of standard output. `FLUVIO_MATRIX_CLUSTER` is the
 * address of a cluster to use.
 */
import { env, stdout, versions } from 'node:process';
import { runChecks } from '../check.ts';
import { serverChecks } from '../checks/server.ts';

const { bun, deno, node } = versions;
const runtime = bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node ${node}`;
const checks = serverChecks(env.FLUVIO_MATRIX_CLUSTER, runtime.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'));
stdout.write(`${JSON.stringify(await runChecks(runtime, checks))}\n`);
