/** `flv profile rename` */
import { profilePath, renameProfile, updateProfiles } from '@fluvio-ts/profiles';
import { printDone } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import type { ProfileRename } from '../spec/profile.ts';

export async function run({ args }: ProfileRename, cli: Cli): Promise<void> {
  const { from, to } = args;
  const { env, signal } = cli;
  await updateProfiles(profilePath({ env }), (config) => renameProfile(config, from, to), { signal });
  await printDone(cli, `renamed profile "${from}" to "${to}"`, { name: to, kind: 'profile', action: 'renamed', from });
}
