/** How clients reach a cluster, in the shape of a profile. */

/** What `addProfile` of `@fluvio-ts/profiles` takes, and what a client needs to connect. */
export interface ClusterProfile {
  /** Public address of the SC, `host:port`. */
  readonly endpoint: string;
  readonly installation: 'local';
  readonly tls: ClusterProfileTls;
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
    };
