/** The `tls` option: what users give, checked and completed. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { clusterError } from '../errors.ts';

/** How the servers of a cluster are secured. `tls: true` takes all defaults. */
export interface TlsOptions {
  /**
   * The cluster's name in its certificates: the SC is `<domain>`, each SPU `<its name>.<domain>`, as Fluvio's clients expect
   * it. Default `fluvio.local`; it need not exist in any name service.
   */
  readonly domain?: string;
  /**
   * Whether clients show a certificate of the cluster's authority. `optional`: those that show one must show a good one.
   * `required`: mutual TLS only. Default `optional`, and `required` where an authorization policy needs to know who asks.
   */
  readonly clientCertificates?: 'optional' | 'required';
  /** Further host names and addresses that the servers are reached by, besides `host`, `localhost`, `127.0.0.1` and `::1`. */
  readonly names?: readonly string[];
  /**
   * Clients that get a certificate besides `root` (whose role is `Root`): their name and their roles. Default: none.
   *
   * ```ts
   * const tls = { clients: { alice: ['Reader'] } };
   * ```
   */
  readonly clients?: Readonly<Record<string, readonly string[]>>;
  /** Certificates of your own. Default: a development authority in the data folder issues and renews them. */
  readonly files?: TlsFiles;
}

/** Paths of PEM files, which the servers read when they start, and again when they change. */
export interface TlsFiles {
  /** The authority that clients trust, and whose client certificates are accepted. */
  readonly ca: string;
  /** The certificate of every server, so it has to be good for `<domain>` and `*.<domain>`. */
  readonly cert: string;
  /** The key of `cert`. */
  readonly key: string;
  /** A client's certificate, for the profile. */
  readonly clientCert?: string;
  /** The key of `clientCert`. */
  readonly clientKey?: string;
}

/** The same, complete. It can be written as JSON. */
export interface TlsSettings {
  readonly domain: string;
  readonly clientCertificates: 'optional' | 'required';
  readonly names: readonly string[];
  readonly clients: Readonly<Record<string, readonly string[]>>;
  readonly files: TlsFiles | undefined;
}

/** The client whose certificate every development authority issues, and its role. */
export const ROOT_CLIENT = 'root';
const ROOT_ROLE = 'Root';

const DEFAULT_DOMAIN = 'fluvio.local';
/** Host names of letters, digits and hyphens. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
/** Names of clients are names of files as well. */
const CLIENT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Servers may run, and start again, in another folder. */
const absolute = (files: TlsFiles): TlsFiles =>
  Object.fromEntries(
    Object.entries(files).map(([name, path]: [string, string]) => [name, resolve(path)]),
  ) as unknown as TlsFiles;

/** Completes and checks the option. `mustKnow` is set where every client has to show who it is. @throws `cluster/options` */
export function tlsSettings(
  given: boolean | TlsOptions | undefined,
  { host, mustKnow }: { readonly host: string; readonly mustKnow: boolean },
): TlsSettings | undefined {
  if (given === undefined || given === false) return undefined;
  const options = given === true ? {} : given;
  const { domain = DEFAULT_DOMAIN, clientCertificates = mustKnow ? 'required' : 'optional', names = [] } = options;
  const refuse = (option: string, reason: string): Error =>
    clusterError('cluster/options', { option: `tls.${option}`, reason });
  if (!HOST_NAME.test(domain) || isIP(domain) !== 0) throw refuse('domain', `'${domain}' is not a host name`);
  if (clientCertificates !== 'optional' && clientCertificates !== 'required') {
    throw refuse('clientCertificates', `'${clientCertificates}' is neither 'optional' nor 'required'`);
  }
  if (mustKnow && clientCertificates === 'optional') {
    throw refuse('clientCertificates', `an authorization policy needs to know every client: leave it 'required'`);
  }
  for (const name of names) {
    if (isIP(name) === 0 && !HOST_NAME.test(name)) {
      throw refuse('names', `'${name}' is neither a host name nor an IP address`);
    }
  }
  for (const name of Object.keys(options.clients ?? {})) {
    if (!CLIENT_NAME.test(name))
      throw refuse('clients', `'${name}' cannot be the name of a client: use A-Z a-z 0-9 . _ -`);
  }
  const { files } = options;
  if (files !== undefined && options.clients !== undefined) {
    throw refuse('clients', 'only the development authority issues certificates: leave it out beside tls.files');
  }
  if ((files?.clientCert === undefined) !== (files?.clientKey === undefined)) {
    throw refuse('files', 'clientCert and clientKey go together');
  }
  return {
    domain,
    clientCertificates,
    names: [...new Set([host, 'localhost', '127.0.0.1', '::1', ...names])],
    clients: { [ROOT_CLIENT]: [ROOT_ROLE], ...options.clients },
    files: files && absolute(files),
  };
}
