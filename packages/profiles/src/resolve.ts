/** From a profile to what a connection needs: an address, and credentials as PEM text. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import { type Address, parseAddress } from '@fluvio-ts/protocol';
import { profileError, quote, stopIfAborted } from './errors.ts';
import { errorCode, ioReason } from './file.ts';
import type { ClusterEntry, TlsFiles, TlsInline } from './model.ts';
import { findProfile } from './operations.ts';
import type { ProfileStore } from './store.ts';

/** TLS with everything that it needs at hand. */
export type ResolvedTls = { readonly mode: 'disabled' } | { readonly mode: 'anonymous' } | TlsInline;

/** A cluster, ready to connect to. */
export interface ResolvedCluster {
  /** Name of the profile. */
  readonly profile: string;
  /** Name of the cluster. */
  readonly cluster: string;
  /** The SC's public address as the file has it. */
  readonly endpoint: string;
  /** The same, taken apart. */
  readonly address: Address;
  readonly useSpuLocalAddress: boolean;
  readonly tls: ResolvedTls;
}

/** Options of reading certificate files. */
export interface ResolveOptions {
  /** What relative paths of certificates count from. Default: the working directory, as in the official CLI. */
  readonly cwd?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds out how to reach the cluster of a profile, and reads its certificate files.
 *
 * @param name Default: the current profile.
 * @throws `profile/no-file`, `profile/none-current`, `profile/not-found`, `profile/cluster-not-found`,
 * `profile/invalid` (the endpoint is no `host:port`), `profile/certificate`, `request/aborted`.
 */
export async function resolveCluster(
  store: Pick<ProfileStore, 'path' | 'exists' | 'config'>,
  name?: string,
  options: ResolveOptions = {},
): Promise<ResolvedCluster> {
  if (!store.exists && store.config.profiles.size === 0) throw profileError('profile/no-file', { path: store.path });
  const found = findProfile(store.config, name);
  const { endpoint, useSpuLocalAddress } = found.cluster;
  let address: Address;
  try {
    address = parseAddress(endpoint);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const what = `the endpoint of cluster ${quote(found.clusterName)} in ${store.path}`;
    throw profileError('profile/invalid', { what, reason }, cause);
  }
  const inlined = await inlineCertificates(found.cluster, { ...options, name: found.clusterName });
  return {
    profile: found.name,
    cluster: found.clusterName,
    endpoint,
    address,
    useSpuLocalAddress,
    tls: inlined.tls,
  };
}

/** A cluster whose certificates, if any, are in the entry itself. */
export interface SelfContainedCluster extends ClusterEntry {
  readonly tls: ResolvedTls;
}

/**
 * Reads the certificate files of a cluster into its entry; other entries are only checked.
 *
 * @param options `name`: the cluster's name for error texts.
 * @throws `profile/certificate` when a file is missing, unreadable or not PEM; `request/aborted`.
 */
export async function inlineCertificates(
  cluster: ClusterEntry,
  options: ResolveOptions & { readonly name?: string | undefined } = {},
): Promise<SelfContainedCluster> {
  const { tls } = cluster;
  const name = options.name ?? cluster.endpoint;
  if (tls.mode !== 'verified') return { ...cluster, tls };
  const inline = tls.source === 'inline' ? tls : await readFiles(tls, name, options);
  for (const role of roles) {
    const path = tls.source === 'inline' ? undefined : resolve(options.cwd ?? process.cwd(), tls[role.path]);
    if (!role.block.test(inline[role.text])) {
      const reason = `it holds no PEM ${role.holds} ("-----BEGIN …-----")`;
      throw profileError('profile/certificate', { cluster: name, role: role.says, path, reason });
    }
  }
  return { ...cluster, tls: inline };
}

const certificate = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;

const roles = [
  { text: 'caCert', path: 'caCertPath', says: 'CA certificate', holds: 'certificate', block: certificate },
  { text: 'cert', path: 'certPath', says: 'client certificate', holds: 'certificate', block: certificate },
  {
    text: 'key',
    path: 'keyPath',
    says: 'client key',
    holds: 'private key',
    block: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  },
] as const;

async function readFiles(tls: TlsFiles, cluster: string, options: ResolveOptions): Promise<TlsInline> {
  const [caCert, cert, key] = await Promise.all(
    roles.map((role) => readPem(tls[role.path], role.says, cluster, options)),
  );
  return {
    mode: 'verified',
    source: 'inline',
    domain: tls.domain,
    caCert: caCert ?? '',
    cert: cert ?? '',
    key: key ?? '',
  };
}

const maxPemBytes = 1024 * 1024;

async function readPem(written: string, role: string, cluster: string, options: ResolveOptions): Promise<string> {
  const path = resolve(options.cwd ?? process.cwd(), written);
  const fail = (reason: string, cause?: unknown): Error =>
    profileError('profile/certificate', { cluster, role, path, reason }, cause);
  stopIfAborted(options.signal, `reading ${path}`);
  try {
    const info = await stat(path);
    if (!info.isFile()) throw fail('it is not a regular file');
    if (info.size > maxPemBytes) throw fail(`it has ${info.size} bytes, over the limit of ${maxPemBytes}`);
    return await readFile(path, { encoding: 'utf8', signal: options.signal });
  } catch (error) {
    stopIfAborted(options.signal, `reading ${path}`);
    if (errorCode(error)?.startsWith('E') !== true) throw error;
    const relative = path === written ? '' : `; '${written}' counts from the working directory`;
    const tilde = written.startsWith('~') ? '; ~ has no meaning here, write the whole path' : '';
    throw fail(`${ioReason(error)}${tilde === '' ? relative : tilde}`, error);
  }
}
