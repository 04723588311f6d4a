/** How clients reach a cluster, in the shape of a profile. */

import type { ClusterTls } from './security/cluster-tls.ts';

/** What `addProfile` of `@fluvio-ts/profiles` takes, and what a client needs to connect. */
export interface ClusterProfile {
  /** Public address of the SC, `host:port`. */
  readonly endpoint: string;
  readonly installation: 'local';
  readonly tls: ClusterProfileTls;
}

/** The profile of a cluster; `source` says whether it holds certificates, or names their files, which are renewed. */
export function profileOf(endpoint: string, tls: ClusterTls | undefined, source: 'inline' | 'files'): ClusterProfile {
  return { endpoint, installation: 'local', tls: tls === undefined ? { mode: 'disabled' } : tlsOf(tls, source) };
}

function tlsOf({ domain, ca, cert, key, paths }: ClusterTls, source: 'inline' | 'files'): ClusterProfileTls {
  // A profile can say no other than this where the client has no certificate.
  if (cert === undefined || key === undefined) return { mode: 'anonymous' };
  if (source === 'inline') return { mode: 'verified', source, domain, caCert: ca, cert, key };
  const { cert: certPath = '', key: keyPath = '' } = paths;
  return { mode: 'verified', source, domain, caCertPath: paths.ca, certPath, keyPath };
}

/** Whether connections are encrypted, and with what. */
export type ClusterProfileTls =
  | { readonly mode: 'disabled' }
  | {
      readonly mode: 'verified';
      readonly source: 'inline';
      /** Name that the servers' certificates are checked for. */
      readonly domain: string;
      /** Certificates and key as PEM. */
      readonly caCert: string;
      readonly cert: string;
      readonly key: string;
    }
  | {
      readonly mode: 'verified';
      readonly source: 'files';
      readonly domain: string;
      /** PEM files. */
      readonly caCertPath: string;
      readonly certPath: string;
      readonly keyPath: string;
    }
  /** Encrypted, and nobody is verified. */
  | { readonly mode: 'anonymous' };
