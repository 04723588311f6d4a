/** `flv profile delete` */
import { deleteProfile, profilePath, updateProfiles } from '@fluvio-ts/profiles';
import { printDone } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import type { ProfileDelete } from '../spec/profile.ts';

export async function run({ args }: ProfileDelete, cli: Cli): Promise<void> {
  const { name } = args;
  const { env, signal, talk } = cli;
  const path = profilePath({ env });
  const { config } = await updateProfiles(path, (before) => deleteProfile(before, name), { signal });
  await printDone(cli, `profile "${name}" deleted`, { name, kind: 'profile', action: 'deleted' });
  if (config.currentProfile === undefined) talk.note('no profile is current now: flv profile switch <name>');
}
