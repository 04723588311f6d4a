#!/usr/bin/env node
/** The `flv` program. Loads no more than it needs to understand its command line; the command brings the rest. */
import process from 'node:process';

const argv = process.argv.slice(2);
if (argv[0] === '__complete') {
  const { complete } = await import('./completion/complete.ts');
  await complete(argv.slice(1));
} else {
  const { runCli } = await import('./run.ts');
  await runCli(argv);
}
