/** `flv completions` */
import { SCRIPTS } from '../completion/scripts.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import type { Completions } from '../spec/about.ts';

export async function run({ args, options }: Completions, cli: Cli): Promise<void> {
  const script = SCRIPTS[args.shell];
  if (script === undefined) throw new UsageError(`there are no completions for '${args.shell}'`);
  // It becomes part of a script.
  if (!/^[A-Za-z0-9._-]+$/.test(options.name)) throw new UsageError(`--name: '${options.name}' is no command's name`);
  await cli.out.write(script(options.name));
}
