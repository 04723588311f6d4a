/** What a user is shown of a config: the list of profiles, a view without secrets, an export. */
import { clusterDocument, formatProfiles, profileDocument } from './encode.ts';
import { profileError } from './errors.ts';
import { installationOf } from './installation.ts';
import { type ClusterEntry, emptyProfiles, type Installation, type ProfileConfig, type TlsPolicy } from './model.ts';
import { findProfile } from './operations.ts';
import { emptyTable, isTable, newTable, own, type TomlTable, type TomlValue } from './toml.ts';

/** One line of the list of profiles. */
export interface ProfileRow {
  readonly current: boolean;
  readonly profile: string;
  /** Name of the cluster that the profile points to. */
  readonly cluster: string;
  /** The cluster's endpoint; undefined when there is no such cluster. */
  readonly address: string | undefined;
  readonly tls: TlsPolicy['mode'] | undefined;
  readonly installation: Installation | undefined;
}

/** All profiles, sorted by name. */
export function listProfiles(config: ProfileConfig): readonly ProfileRow[] {
  return [...config.profiles]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { cluster }]) => {
      const entry = config.clusters.get(cluster);
      return {
        current: config.currentProfile === name,
        profile: name,
        cluster,
        address: entry?.endpoint,
        tls: entry?.tls.mode,
        installation: entry && installationOf(entry),
      };
    });
}

/** What stands in place of a secret. */
export const redactedText = '<redacted>';

/**
 * The config as the table that the file holds, without secrets: inline keys, every PEM private key wherever it stands,
 * and the values of keys that sound like a secret (`token`, `password`, …). For display; it is no config to save.
 */
export function redactedDocument(config: ProfileConfig): TomlTable {
  return redactTable(profileDocument(config), 0);
}

/**
 * A complete profile file with one profile and its cluster, for another machine: use it as `FLV_PROFILE_PATH`. The
 * profile takes the cluster's name. **It holds the private key**, if the cluster has one.
 *
 * @param name Default: the current profile.
 * @throws `profile/certificate-files` when the cluster's certificates are files of this machine (see
 * {@link inlineCertificates}); what {@link findProfile} throws.
 */
export function exportProfile(config: ProfileConfig, name?: string): string {
  const { clusterName, cluster } = findProfile(config, name);
  const { tls } = cluster;
  if (tls.mode === 'verified' && tls.source === 'files') {
    const paths = [tls.caCertPath, tls.certPath, tls.keyPath];
    throw profileError('profile/certificate-files', { cluster: clusterName, paths });
  }
  const profile = { cluster: clusterName, topic: undefined, partition: undefined, extra: emptyTable };
  return formatProfiles({
    ...emptyProfiles(),
    currentProfile: clusterName,
    profiles: new Map([[clusterName, profile]]),
    clusters: new Map([[clusterName, cluster]]),
  });
}

/** One cluster as a table, without secrets; see {@link redactedDocument}. */
export function redactedCluster(cluster: ClusterEntry): TomlTable {
  return redactTable(clusterDocument(cluster), 2);
}

const secretName = /secret|token|password|passphrase|private_?key|api_?key|credential/i;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** `depth` counts from the top of the file; names of profiles and clusters, at depth 2, are no hint of a secret. */
function redactTable(table: TomlTable, depth: number, secret = false): TomlTable {
  const result = newTable();
  for (const [key, value] of Object.entries(table)) {
    const named = secretName.test(key) && !(depth === 1 && isTable(value));
    const isKey = key === 'certs' && isTable(value) && !keepsFiles(table);
    const safe = isKey && Object.hasOwn(value, 'key') ? { ...value, key: redactedText } : value;
    result[key] = redact(safe, depth + 1, secret || named);
  }
  return result;
}

function redact(value: TomlValue, depth: number, secret: boolean): TomlValue {
  if (isTable(value)) return redactTable(value, depth, secret);
  if (Array.isArray(value)) return value.map((item: TomlValue) => redact(item, depth, secret));
  if (secret) return redactedText;
  return typeof value === 'string' ? value.replaceAll(privateKey, redactedText) : value;
}

/** Whether `certs` of this table names files: their paths are no secret, and help to find a fault. */
function keepsFiles(tls: TomlTable): boolean {
  return own(tls, 'tls_policy') === 'verified' && own(tls, 'tls_source') === 'files';
}
