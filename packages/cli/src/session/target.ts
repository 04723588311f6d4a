/**
 * Which cluster a command talks to. Options win over environment variables, those over the profile file; an address wins
 * over a profile.
 */

import { readFile } from 'node:fs/promises';
import type { TlsOptions } from '@fluvio-ts/adapter-tcp';
import type { ClusterStatus } from '@fluvio-ts/cluster';
import { openProfiles, type ResolvedTls, resolveCluster } from '@fluvio-ts/profiles';
import { parseAddress } from '@fluvio-ts/protocol';
import { unreadable } from '../errors/unreadable.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { TargetValues } from '../spec/globals.ts';

/** A cluster to talk to. */
export interface Target {
  /** Public address of its controller. */
  readonly endpoint: string;
  /** `undefined`: plaintext. */
  readonly tls: TlsOptions | undefined;
  readonly spuAddress: 'public' | 'local';
  /** Where `tls` was read from, for error texts: the option, and its file where it is one of the command line. */
  readonly tlsFrom?: TlsFrom;
  /** WebSocket URL of the gateway to go through. */
  readonly gateway: string | undefined;
  /** What it was taken from: `--cluster`, `profile 'local'`, … */
  readonly from: string;
}

/** By the name of an option of the transport. */
export type TlsFrom = Readonly<Record<string, { readonly option: string; readonly path: string | undefined }>>;

/** What decides about the target. */
export interface TargetChoice {
  readonly globals: TargetValues;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** Finds the target. @throws UsageError, `profile/*`, `input/*` */
export async function findTarget({ globals, env, signal }: TargetChoice): Promise<Target> {
  const gateway = given(globals.gateway);
  const byName = globals.cluster === undefined ? 'FLUVIO_CLUSTER' : '--cluster';
  const tlsFlag = tlsOptionUsed(globals);
  const byEnv = globals.cluster === undefined && globals.profile === undefined;
  const endpoint = globals.cluster ?? (byEnv ? given(env.FLUVIO_CLUSTER) : undefined);
  if (endpoint !== undefined) checkAddress(byName, endpoint);
  if (gateway !== undefined) {
    if (globals.profile !== undefined) throw onlyWith('--profile', 'a direct connection: a gateway knows its cluster');
    if (globals.domain !== undefined) throw onlyWith('--domain', 'a direct connection: a gateway is known by its URL');
    const tls = tlsFlag === undefined ? undefined : await tlsOf(globals);
    const host = hostOf(gateway);
    // Not the whole URL, which may hold a token.
    const tlsFrom = tlsFromOf(globals);
    return { endpoint: endpoint ?? host, tls, tlsFrom, spuAddress: 'public', gateway, from: `gateway ${host}` };
  }
  if (endpoint !== undefined) {
    const tls = tlsFlag === undefined ? undefined : await tlsOf(globals);
    return { endpoint, tls, tlsFrom: tlsFromOf(globals), spuAddress: 'public', gateway, from: byName };
  }
  if (tlsFlag !== undefined) throw onlyWith(tlsFlag, '--cluster: a profile says itself whether it uses TLS');
  const name = globals.profile ?? given(env.FLUVIO_PROFILE);
  const store = await openProfiles({ env, signal });
  const found = await resolveCluster(store, name, { signal });
  return {
    endpoint: found.endpoint,
    tls: tlsOfProfile(found.tls),
    spuAddress: found.useSpuLocalAddress ? 'local' : 'public',
    gateway,
    from: `profile '${found.profile}'`,
  };
}

const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const onlyWith = (option: string, what: string): UsageError => new UsageError(`${option} goes only with ${what}`);

function checkAddress(option: string, text: string): void {
  try {
    parseAddress(text);
  } catch {
    throw new UsageError(`${option}: '${text}' is not an address`, 'such as localhost:9003 or [::1]:9003');
  }
}

const PORTS: Readonly<Record<string, number>> = { 'ws:': 80, 'wss:': 443, 'http:': 80, 'https:': 443 };

function hostOf(url: string): string {
  try {
    const { hostname, port, protocol } = new URL(url);
    const usual = PORTS[protocol];
    if (usual !== undefined) return `${hostname}:${port === '' ? usual : port}`;
  } catch {
    // Said below.
  }
  throw new UsageError(`--gateway: '${url}' is not a WebSocket URL`, 'such as ws://127.0.0.1:9095/v1/tunnel');
}

/** The first option of TLS that was used, for the message. */
function tlsOptionUsed(globals: TargetValues): string | undefined {
  if (globals.tls) return '--tls';
  if (globals.domain !== undefined) return '--domain';
  if (globals.caCert !== undefined) return '--ca-cert';
  if (globals.clientCert !== undefined) return '--client-cert';
  if (globals.clientKey !== undefined) return '--client-key';
  if (globals.enableClientCert) return '--enable-client-cert';
  return globals.insecure ? '--insecure' : undefined;
}

const tlsFromOf = ({ caCert, clientCert, clientKey }: TargetValues): TlsFrom => ({
  ca: { option: '--ca-cert', path: caCert },
  cert: { option: '--client-cert', path: clientCert },
  key: { option: '--client-key', path: clientKey },
});

/** Reads the TLS options. Unlike in the official command line, `--tls` alone verifies the server. */
async function tlsOf(globals: TargetValues): Promise<TlsOptions> {
  const { domain, caCert, clientCert, clientKey, insecure } = globals;
  checkTls(globals);
  const [ca, cert, key] = await Promise.all([readPem(caCert), readPem(clientCert), readPem(clientKey)]);
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(domain !== undefined && { domain }),
    ...(insecure && { insecureSkipVerify: true }),
  };
}

/** Refuses TLS options that do not go together. @throws UsageError */
export function checkTls({ domain, caCert, clientCert, clientKey, enableClientCert }: TargetValues): void {
  if (enableClientCert && [domain, caCert, clientCert, clientKey].includes(undefined)) {
    throw new UsageError('--enable-client-cert needs --domain, --ca-cert, --client-cert and --client-key');
  }
  if ((clientCert === undefined) !== (clientKey === undefined)) {
    throw new UsageError('--client-cert and --client-key go together');
  }
}

function tlsOfProfile(tls: ResolvedTls): TlsOptions | undefined {
  if (tls.mode === 'disabled') return undefined;
  if (tls.mode === 'anonymous') return { insecureSkipVerify: true };
  return { ca: tls.caCert, cert: tls.cert, key: tls.key, domain: tls.domain };
}

/** Reads the certificates that an embedded cluster keeps for its clients. @throws `input/*` */
export async function readTls({ domain, paths }: NonNullable<ClusterStatus['tls']>): Promise<TlsOptions> {
  const [ca, cert, key] = await Promise.all([readPem(paths.ca), readPem(paths.cert), readPem(paths.key)]);
  return {
    domain,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}
