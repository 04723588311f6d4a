/**
 * Fluvio's profile file: which clusters there are, how to reach them, and which one is current.
 *
 * @packageDocumentation
 */
export type { TextOrigin } from './decode.ts';
export { parseProfiles } from './decode.ts';
export { clusterDocument, formatProfiles, profileDocument } from './encode.ts';
export type { ProfileCodes } from './errors.ts';
export { installationOf, parseInstallation } from './installation.ts';
export type {
  ClusterEntry,
  Installation,
  Profile,
  ProfileConfig,
  TlsFiles,
  TlsInline,
  TlsPolicy,
} from './model.ts';
export { emptyProfiles } from './model.ts';
export type { NamedProfile, NewProfile } from './operations.ts';
export {
  addProfile,
  currentProfile,
  deleteCluster,
  deleteProfile,
  findProfile,
  renameProfile,
  setCluster,
  setProfile,
  switchProfile,
} from './operations.ts';
export type { ProfileLocation } from './path.ts';
export { profilePath } from './path.ts';
export type { ProfileRow } from './report.ts';
export { exportProfile, listProfiles, redactedCluster, redactedDocument, redactedText } from './report.ts';
export type { ResolvedCluster, ResolvedTls, ResolveOptions, SelfContainedCluster } from './resolve.ts';
export { inlineCertificates, resolveCluster } from './resolve.ts';
export type { OpenOptions, ProfileStore, ReadOptions, WriteOptions } from './store.ts';
export { openProfiles, updateProfiles } from './store.ts';
export type { TomlTable, TomlValue } from './toml.ts';
export { formatToml } from './toml.ts';
