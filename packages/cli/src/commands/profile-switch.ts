/** `flv profile switch` */
import { profilePath, switchProfile, updateProfiles } from '@fluvio-ts/profiles';
import { printDone } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import type { ProfileSwitch } from '../spec/profile.ts';

export async function run({ args }: ProfileSwitch, cli: Cli): Promise<void> {
  const { name } = args;
  const { env, signal } = cli;
  await updateProfiles(profilePath({ env }), (config) => switchProfile(config, name), { signal });
  await printDone(cli, `switched to profile "${name}"`, { name, kind: 'profile', action: 'switched' });
}
