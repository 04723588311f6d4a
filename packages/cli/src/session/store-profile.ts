/** Writing a profile, and saying so where one of its name led elsewhere. */
import { addProfile, profilePath, updateProfiles } from '@fluvio-ts/profiles';
import type { Cli } from './cli.ts';

type NewProfile = Parameters<typeof addProfile>[2];

/** Adds a profile or replaces the one of its name, and makes it the current one. */
export async function storeProfile(
  name: string,
  profile: NewProfile,
  { env, talk, signal }: Pick<Cli, 'env' | 'talk'> & { readonly signal?: AbortSignal },
): Promise<void> {
  let replaced: string | undefined;
  await updateProfiles(
    profilePath({ env }),
    (config) => {
      const old = config.clusters.get(name)?.endpoint;
      replaced = old === profile.endpoint ? undefined : old;
      return addProfile(config, name, profile);
    },
    signal === undefined ? {} : { signal },
  );
  if (replaced !== undefined) talk.note(`profile '${name}' led to ${replaced} before`);
}
