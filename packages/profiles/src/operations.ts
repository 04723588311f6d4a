/** Questions to a {@link ProfileConfig} and changes of it. Pure: a change returns a new config. */
import { parseAddress } from '@fluvio-ts/protocol';
import { profileError } from './errors.ts';
import { setInstallation } from './installation.ts';
import type { ClusterEntry, Installation, Profile, ProfileConfig, TlsPolicy } from './model.ts';
import { suggest } from './suggest.ts';
import { emptyTable, type TomlTable } from './toml.ts';

/** A profile together with the cluster that it points to. */
export interface NamedProfile {
  readonly name: string;
  readonly profile: Profile;
  /** Name of the cluster. */
  readonly clusterName: string;
  readonly cluster: ClusterEntry;
}

/**
 * The current profile.
 *
 * @throws `profile/none-current`; `profile/not-found` or `profile/cluster-not-found` when the file names what it lacks.
 */
export function currentProfile(config: ProfileConfig): NamedProfile {
  if (config.currentProfile === undefined) {
    throw profileError('profile/none-current', { known: [...config.profiles.keys()].sort() });
  }
  return findProfile(config, config.currentProfile);
}

/**
 * A profile by name; without a name, the current one.
 *
 * @throws `profile/not-found`, `profile/cluster-not-found`, `profile/none-current`.
 */
export function findProfile(config: ProfileConfig, name?: string): NamedProfile {
  if (name === undefined) return currentProfile(config);
  const profile = requireProfile(config, name);
  const cluster = config.clusters.get(profile.cluster);
  if (cluster === undefined) throw noCluster(config, profile.cluster, name);
  return { name, profile, clusterName: profile.cluster, cluster };
}

/**
 * Makes a profile the current one.
 *
 * @throws `profile/not-found`, with the known names and the one that was probably meant.
 */
export function switchProfile(config: ProfileConfig, name: string): ProfileConfig {
  requireProfile(config, name);
  return { ...config, currentProfile: name };
}

/** What {@link addProfile} writes. */
export interface NewProfile {
  /** Public address of the SC, `host:port`. */
  readonly endpoint: string;
  /** Default: disabled. */
  readonly tls?: TlsPolicy | undefined;
  /** Default: what the cluster of this name has, else false. */
  readonly useSpuLocalAddress?: boolean | undefined;
  /** Default: what the cluster of this name has. */
  readonly installation?: Installation | undefined;
  /** Keys to set in the cluster's metadata. Default: none. */
  readonly metadata?: TomlTable | undefined;
  /** Whether the profile becomes the current one. Default true. */
  readonly makeCurrent?: boolean | undefined;
}

/**
 * Adds a profile and a cluster of the same name. Where they exist, the cluster gets the new address and TLS and keeps
 * its other fields, and the profile points to it. The same as `add_or_replace_profile` of the Rust client.
 *
 * @throws `profile/invalid` when the name is empty or unprintable, or the address is not `host:port`.
 */
export function addProfile(config: ProfileConfig, name: string, added: NewProfile): ProfileConfig {
  try {
    parseAddress(added.endpoint);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw profileError('profile/invalid', { what: 'the endpoint of the new profile', reason }, cause);
  }
  const old = config.clusters.get(name);
  let metadata = { ...(old?.metadata ?? emptyTable), ...added.metadata };
  if (added.installation !== undefined) metadata = setInstallation(metadata, added.installation);
  const cluster: ClusterEntry = {
    endpoint: added.endpoint.trim(),
    tls: added.tls ?? { mode: 'disabled' },
    useSpuLocalAddress: added.useSpuLocalAddress ?? old?.useSpuLocalAddress ?? false,
    metadata,
    extra: old?.extra ?? emptyTable,
  };
  const profile = config.profiles.get(name) ?? { topic: undefined, partition: undefined, extra: emptyTable };
  const next = setProfile(setCluster(config, name, cluster), name, { ...profile, cluster: name });
  return (added.makeCurrent ?? true) ? { ...next, currentProfile: name } : next;
}

/**
 * Adds or replaces one cluster.
 *
 * @throws `profile/invalid` when the name is empty or unprintable.
 */
export function setCluster(config: ProfileConfig, name: string, cluster: ClusterEntry): ProfileConfig {
  checkName('cluster', name);
  return { ...config, clusters: new Map(config.clusters).set(name, cluster) };
}

/**
 * Adds or replaces one profile.
 *
 * @throws `profile/invalid` when the name is empty or unprintable.
 */
export function setProfile(config: ProfileConfig, name: string, profile: Profile): ProfileConfig {
  checkName('profile', name);
  return { ...config, profiles: new Map(config.profiles).set(name, profile) };
}

/**
 * Renames a profile; it stays current if it was, and its cluster keeps its name.
 *
 * @param options `replace`: whether a profile that has the new name may be lost. Default false.
 * @throws `profile/not-found`, `profile/name-taken`, `profile/invalid`.
 */
export function renameProfile(
  config: ProfileConfig,
  from: string,
  to: string,
  options: { readonly replace?: boolean | undefined } = {},
): ProfileConfig {
  const profile = requireProfile(config, from);
  if (from === to) return config;
  if (config.profiles.has(to) && options.replace !== true) throw profileError('profile/name-taken', { name: to });
  const renamed = setProfile({ ...config, profiles: without(config.profiles, from) }, to, profile);
  return config.currentProfile === from ? { ...renamed, currentProfile: to } : renamed;
}

/**
 * Deletes a profile; its cluster stays. If it was current, none is.
 *
 * @throws `profile/not-found`.
 */
export function deleteProfile(config: ProfileConfig, name: string): ProfileConfig {
  requireProfile(config, name);
  const currentProfile = config.currentProfile === name ? undefined : config.currentProfile;
  return { ...config, currentProfile, profiles: without(config.profiles, name) };
}

/**
 * Deletes a cluster.
 *
 * @param options `force`: delete it although profiles use it; they then point nowhere. Default false.
 * @throws `profile/cluster-not-found`, `profile/cluster-in-use`.
 */
export function deleteCluster(
  config: ProfileConfig,
  name: string,
  options: { readonly force?: boolean | undefined } = {},
): ProfileConfig {
  if (!config.clusters.has(name)) throw noCluster(config, name, undefined);
  const profiles = [...config.profiles].filter(([, profile]) => profile.cluster === name).map(([key]) => key);
  if (profiles.length > 0 && options.force !== true) {
    throw profileError('profile/cluster-in-use', { name, profiles: profiles.sort() });
  }
  return { ...config, clusters: without(config.clusters, name) };
}

function requireProfile(config: ProfileConfig, name: string): Profile {
  const profile = config.profiles.get(name);
  if (profile !== undefined) return profile;
  const known = [...config.profiles.keys()].sort();
  throw profileError('profile/not-found', { name, known, suggestion: suggest(name, known) });
}

function noCluster(config: ProfileConfig, name: string, profile: string | undefined): Error {
  const known = [...config.clusters.keys()].sort();
  return profileError('profile/cluster-not-found', { name, profile, known, suggestion: suggest(name, known) });
}

function checkName(what: string, name: string): void {
  const reason =
    name.trim() === ''
      ? 'it is empty'
      : /\p{Cc}|\p{Cs}/u.test(name)
        ? 'it has characters that cannot be printed'
        : name.length > 256
          ? 'it is longer than 256 characters'
          : undefined;
  if (reason !== undefined) throw profileError('profile/invalid', { what: `the name of the ${what}`, reason });
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
