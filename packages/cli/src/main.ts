#!/usr/bin/env node
/** The `flv` program. Loads no more than it needs to understand its command line; the command brings the rest. */
import module from 'node:module';
import process from 'node:process';

// Node 22.8 and later keep what they have compiled; before that there is no such function.
(module as { readonly enableCompileCache?: () => void }).enableCompileCache?.();

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  const { ownVersion } = await import('./session/version.ts');
  process.stdout.write(`flv ${ownVersion()}\n`);
} else if (argv[0] === '__complete') {
  const { complete } = await import('./completion/complete.ts');
  await complete(argv.slice(1));
} else {
  const { runCli } = await import('./run.ts');
  await runCli(argv);
}
