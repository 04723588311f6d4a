/** Which profile is meant where none is named. */
import { currentProfile, findProfile, type ProfileStore } from '@fluvio-ts/profiles';
import { cliError } from '../errors/errors.ts';

/** The name of the current profile; `FLUVIO_PROFILE` wins. @throws `profile/no-file`, `profile/none-current`, `profile/not-found` */
export function currentName(
  { config, exists, path }: ProfileStore,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (!exists) throw cliError('profile/no-file', { path });
  const named = env.FLUVIO_PROFILE;
  return named === undefined || named === '' ? currentProfile(config).name : findProfile(config, named).name;
}
