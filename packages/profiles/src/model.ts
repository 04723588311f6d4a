/** What a profile file says, as values that never change: operations return a new {@link ProfileConfig}. */
import { emptyTable, type TomlTable } from './toml.ts';

/** The whole file. */
export interface ProfileConfig {
  /** Version of the file format, `2.0`; no program checks it. */
  readonly version: string;
  /** Name of the profile that is used when none is named. It may name a profile that does not exist. */
  readonly currentProfile: string | undefined;
  /** Kept, but used by no program. */
  readonly clientId: string | undefined;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  /** Keys that this package does not know, at the top of the file. They survive a save. */
  readonly extra: TomlTable;
}

/** A name for a cluster. */
export interface Profile {
  /** Key into {@link ProfileConfig.clusters}; the cluster may be missing. */
  readonly cluster: string;
  /** Kept, but used by no program. */
  readonly topic: string | undefined;
  /** Kept, but used by no program. */
  readonly partition: number | undefined;
  /** Keys that this package does not know. */
  readonly extra: TomlTable;
}

/** How to reach one cluster. */
export interface ClusterEntry {
  /** Public address of the SC, `host:port`. Kept as written; {@link resolveCluster} checks it. */
  readonly endpoint: string;
  /** Whether to dial the local public address of an SPU where it has one. */
  readonly useSpuLocalAddress: boolean;
  readonly tls: TlsPolicy;
  /** Data of tools; `installation` is the one that Fluvio's CLI writes. */
  readonly metadata: TomlTable;
  /** Keys that this package does not know, in the cluster's table, its `tls` and `tls.certs` (nested the same way). */
  readonly extra: TomlTable;
}

/** Whether and how connections are encrypted. */
export type TlsPolicy =
  | { readonly mode: 'disabled' }
  /** Encrypted, but nobody's identity is checked: an attacker between the two can read everything. */
  | { readonly mode: 'anonymous' }
  | TlsInline
  | TlsFiles;

/** Both sides prove who they are, with PEM text kept in the profile file. */
export interface TlsInline {
  readonly mode: 'verified';
  readonly source: 'inline';
  /** The name that the server's certificate must carry; SPUs carry `<spu name>.<domain>`. */
  readonly domain: string;
  /** The only authority that is trusted, PEM. */
  readonly caCert: string;
  /** The client's certificate, PEM. */
  readonly cert: string;
  /** The client's private key, PEM. */
  readonly key: string;
}

/** Both sides prove who they are, with PEM files. Relative paths count from the working directory. */
export interface TlsFiles {
  readonly mode: 'verified';
  readonly source: 'files';
  /** The name that the server's certificate must carry; SPUs carry `<spu name>.<domain>`. */
  readonly domain: string;
  readonly caCertPath: string;
  readonly certPath: string;
  readonly keyPath: string;
}

/** How a cluster was installed, as its metadata says. */
export type Installation = 'k8' | 'local' | 'local_k8' | 'read_only' | 'docker' | 'cloud';

/** The version that new files get. */
export const fileVersion = '2.0';

/** A config with nothing in it. */
export function emptyProfiles(): ProfileConfig {
  return {
    version: fileVersion,
    currentProfile: undefined,
    clientId: undefined,
    profiles: new Map(),
    clusters: new Map(),
    extra: emptyTable,
  };
}
