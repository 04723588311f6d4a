/** From the security options of `flv cluster start` to those of `startCluster`. */
import type { AuthorizationOptions, TlsOptions } from '@fluvio-ts/cluster';
import { UsageError } from '../parse/usage-error.ts';
import type { SecurityValues } from '../spec/cluster-security.ts';

/** What `startCluster` takes of it. */
export interface ClusterSecurity {
  readonly tls?: TlsOptions;
  readonly authorization?: AuthorizationOptions;
  readonly readOnly: boolean;
}

/** Refuses options that do not go together. @throws UsageError */
export function securityOf(options: SecurityValues): ClusterSecurity {
  const { authorizationPolicy: policy, authorizationScopes: scopes, readOnly } = options;
  if (scopes !== undefined && policy === undefined) {
    throw new UsageError('--authorization-scopes goes only with --authorization-policy');
  }
  return {
    readOnly,
    ...(options.tls ? { tls: tlsOf(options) } : withoutTls(options)),
    ...(policy !== undefined && { authorization: { policy, ...(scopes !== undefined && { scopes }) } }),
  };
}

/** Without `--tls`, nothing may ask for a part of it. */
function withoutTls(options: SecurityValues): Record<never, never> {
  const given: readonly (readonly [string, unknown])[] = [
    ['--domain', options.domain],
    ['--enable-client-cert', options.enableClientCert || undefined],
    ['--tls-name', options.tlsName[0]],
    ['--tls-client', options.tlsClient[0]],
    ['--ca-cert', options.caCert],
    ['--server-cert', options.serverCert],
    ['--server-key', options.serverKey],
    ['--client-cert', options.clientCert],
    ['--client-key', options.clientKey],
    ['--authorization-policy', options.authorizationPolicy],
  ];
  const first = given.find(([, value]) => value !== undefined);
  if (first !== undefined) throw new UsageError(`${first[0]} goes only with --tls`);
  return {};
}

function tlsOf(options: SecurityValues): TlsOptions {
  const { domain, enableClientCert, tlsName, tlsClient } = options;
  const files = filesOf(options);
  return {
    names: tlsName,
    ...(domain !== undefined && { domain }),
    ...(enableClientCert && { clientCertificates: 'required' as const }),
    ...(tlsClient.length > 0 && { clients: Object.fromEntries(tlsClient.map(clientOf)) }),
    ...(files !== undefined && { files }),
  };
}

function filesOf({ caCert, serverCert, serverKey, clientCert, clientKey }: SecurityValues): TlsOptions['files'] {
  if ([caCert, serverCert, serverKey, clientCert, clientKey].every((path) => path === undefined)) return undefined;
  if (caCert === undefined || serverCert === undefined || serverKey === undefined) {
    throw new UsageError('certificates of your own need --ca-cert, --server-cert and --server-key');
  }
  if ((clientCert === undefined) !== (clientKey === undefined)) {
    throw new UsageError('--client-cert and --client-key go together');
  }
  const client = clientCert === undefined || clientKey === undefined ? {} : { clientCert, clientKey };
  return { ca: caCert, cert: serverCert, key: serverKey, ...client };
}

/** `alice:Reader,Writer`: a client and its roles. */
function clientOf(text: string): [string, string[]] {
  const [name = '', roles = ''] = text.split(/:(.*)/s);
  return [name, roles.split(',').filter((role) => role !== '')];
}
