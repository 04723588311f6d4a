/** What clients of a secured cluster need, and everything that has to be there before its servers start. */
import type { ClusterSettings } from '../options.ts';
import { spuId, spuName } from '../options.ts';
import type { Authority } from './authority.ts';
import { openAuthority, pairPaths } from './authority.ts';
import { readNamedPem } from './pem-files.ts';
import type { ServerName } from './server-tls.ts';
import { serverCertificate } from './server-tls.ts';
import type { TlsFiles, TlsSettings } from './tls-options.ts';
import { ROOT_CLIENT } from './tls-options.ts';

/** What a client needs to connect, as `tcp({ tls })` of `@fluvio-ts/adapter-tcp` takes it, and the paths of the same. */
export interface ClientTls {
  /** The cluster's name in its certificates. */
  readonly domain: string;
  /** The authority to trust, PEM. */
  readonly ca: string;
  /** The client's own certificate, PEM; undefined where the cluster has none for it. */
  readonly cert?: string;
  readonly key?: string;
  /** Where these are kept, for a profile. */
  readonly paths: { readonly ca: string; readonly cert?: string; readonly key?: string };
}

/** The credentials of the client `root`, whose role is `Root`, and those of the other clients by their names. */
export interface ClusterTls extends ClientTls {
  readonly clients: Readonly<Record<string, ClientTls>>;
}

/** The TLS of a cluster with its first SPUs; undefined for a plaintext one. @throws `cluster/options`, `storage/io` */
export async function prepareClusterTls(settings: ClusterSettings, dataDir: string): Promise<ClusterTls | undefined> {
  if (settings.tls === undefined) return undefined;
  const ids = Array.from({ length: settings.spus }, (_, index) => spuId(index));
  const spus = ids.map((id): ServerName => ({ kind: 'spu', id, name: spuName(id) }));
  return prepareTls(settings.tls, dataDir, [{ kind: 'sc' }, ...spus]);
}

/** Issues what is missing, before several servers do so at the same time. @throws `cluster/options`, `storage/io` */
async function prepareTls(settings: TlsSettings, dataDir: string, servers: readonly ServerName[]): Promise<ClusterTls> {
  const { domain, files } = settings;
  if (files !== undefined) return { ...ownTls(domain, files), clients: {} };
  const authority = await openAuthority(dataDir);
  for (const server of servers) await serverCertificate(settings, dataDir, server);
  const clients: Record<string, ClientTls> = {};
  for (const [name, roles] of Object.entries(settings.clients)) {
    clients[name] = await clientTls(authority, domain, name, roles);
  }
  return { ...(clients[ROOT_CLIENT] as ClientTls), clients };
}

async function clientTls(
  authority: Authority,
  domain: string,
  name: string,
  roles: readonly string[],
): Promise<ClientTls> {
  const subject = { commonName: name, organizations: roles };
  const { cert, key, paths } = await authority.ensure(clientFile(name), subject, 'client');
  return { domain, ca: authority.cert, cert, key, paths: { ca: authority.path, ...paths } };
}

/** Where the credentials of a cluster that has been started are kept. */
export function tlsPaths({ domain, files }: TlsSettings, dataDir: string): Pick<ClientTls, 'domain' | 'paths'> {
  if (files === undefined) {
    return { domain, paths: { ca: pairPaths(dataDir, 'ca').cert, ...pairPaths(dataDir, clientFile(ROOT_CLIENT)) } };
  }
  const { ca, clientCert: cert, clientKey: key } = files;
  return { domain, paths: { ca, ...(cert !== undefined && key !== undefined && { cert, key }) } };
}

const clientFile = (name: string): string => `client-${name}`;

/** The credentials in files of the user's own. */
function ownTls(domain: string, { ca, clientCert, clientKey }: TlsFiles): ClientTls {
  const trusted = { domain, ca: readNamedPem('tls.files.ca', ca) };
  if (clientCert === undefined || clientKey === undefined) return { ...trusted, paths: { ca: ca } };
  return {
    ...trusted,
    cert: readNamedPem('tls.files.clientCert', clientCert),
    key: readNamedPem('tls.files.clientKey', clientKey),
    paths: { ca: ca, cert: clientCert, key: clientKey },
  };
}
