/** From a {@link ProfileConfig} to TOML, in the shape that Fluvio's own programs write. */
import { decodeCluster, decodeProfile } from './decode.ts';
import { type ClusterEntry, fileVersion, type Profile, type ProfileConfig, type TlsPolicy } from './model.ts';
import {
  formatToml,
  isTable,
  type MutableTable,
  newTable,
  own,
  sameValue,
  type TomlTable,
  type TomlValue,
} from './toml.ts';

/** The whole config as the table that the file holds, private keys included; for JSON and the like. */
export function profileDocument(config: ProfileConfig): TomlTable {
  return encodeProfiles(config, undefined);
}

/** One cluster as the table that the file holds under `[cluster.<name>]`, private keys included. */
export function clusterDocument(cluster: ClusterEntry): TomlTable {
  return merge(
    cluster.extra,
    table({
      endpoint: cluster.endpoint,
      use_spu_local_address: cluster.useSpuLocalAddress,
      tls: encodeTls(cluster.tls),
      metadata: Object.keys(cluster.metadata).length === 0 ? undefined : cluster.metadata,
    }),
  );
}

/** The text of a new profile file with this content. */
export function formatProfiles(config: ProfileConfig): string {
  return formatToml(profileDocument(config));
}

/**
 * @internal The config as a table. What says the same in `base`, the table that the file holds now, is taken from there,
 * so that its notation (aliases, defaults left out) stays as it is.
 */
export function encodeProfiles(config: ProfileConfig, base: TomlTable | undefined): TomlTable {
  return merge(
    config.extra,
    table({
      version: config.version === '' ? fileVersion : config.version,
      current_profile: config.currentProfile,
      client_id: config.clientId,
      // Both tables must exist, or Fluvio's own programs refuse the file.
      profile: encodeNamed(config.profiles, tableIn(base, 'profile'), encodeProfile, decodeProfile),
      cluster: encodeNamed(config.clusters, tableIn(base, 'cluster'), clusterDocument, decodeCluster),
    }),
  );
}

function encodeNamed<T>(
  entries: ReadonlyMap<string, T>,
  base: TomlTable | undefined,
  encode: (entry: T) => TomlTable,
  decode: (table: TomlTable, path: readonly string[]) => T,
): TomlTable {
  const result = newTable();
  for (const [name, entry] of entries) {
    const encoded = encode(entry);
    const old = tableIn(base, name);
    const unchanged = old !== undefined && sameValue(encode(decode(old, [name])), encoded);
    result[name] = unchanged ? old : encoded;
  }
  return result;
}

function encodeProfile(profile: Profile): TomlTable {
  return merge(profile.extra, table({ cluster: profile.cluster, topic: profile.topic, partition: profile.partition }));
}

function encodeTls(tls: TlsPolicy): TomlTable {
  if (tls.mode !== 'verified') return table({ tls_policy: tls.mode });
  const certs =
    tls.source === 'inline'
      ? { domain: tls.domain, key: tls.key, cert: tls.cert, ca_cert: tls.caCert }
      : { domain: tls.domain, key: tls.keyPath, cert: tls.certPath, ca_cert: tls.caCertPath };
  return table({ tls_policy: tls.mode, tls_source: tls.source, certs: table(certs) });
}

function table(entries: Readonly<Record<string, TomlValue | undefined>>): TomlTable {
  const result = newTable();
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) result[key] = value;
  return result;
}

function tableIn(outer: TomlTable | undefined, key: string): TomlTable | undefined {
  const value = outer === undefined ? undefined : own(outer, key);
  return isTable(value) ? value : undefined;
}

/** Known keys first, then unknown ones; tables that both have are merged. */
function merge(extra: TomlTable, known: TomlTable): TomlTable {
  const result: MutableTable = newTable();
  for (const [key, value] of Object.entries(known)) {
    const more = own(extra, key);
    result[key] = isTable(value) && isTable(more) ? merge(more, value) : value;
  }
  for (const [key, value] of Object.entries(extra)) if (!Object.hasOwn(known, key)) result[key] = value;
  return result;
}
