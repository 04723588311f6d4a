/** `flv profile current` */
import { openProfiles } from '@fluvio-ts/profiles';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { currentName } from '../session/profile-choice.ts';

export async function run(_: unknown, cli: Cli): Promise<void> {
  const { env, signal } = cli;
  const name = currentName(await openProfiles({ env, signal }), env);
  const format = formatOf(cli);
  if (isForPrograms(format)) await printValue(cli, { name }, format);
  else await cli.out.line(name);
}
