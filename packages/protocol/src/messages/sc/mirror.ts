/** Mirrors: the other clusters that topics are copied from or to. */
import type { Infer } from '../../wire/schema.ts';
import { choice, newerSince, option, string, struct, u64, union, variant } from '../../wire/schema.ts';

/** Certificates as PEM; a text over 32,767 bytes cannot be sent. Rust: `ClientTls`, fluvio-controlplane-metadata/src/mirror/spec.rs. */
export const ClientTls = struct({ domain: string, caCert: string, clientCert: string, clientKey: string });
/** The value type of {@link ClientTls}. */
export interface ClientTls extends Infer<typeof ClientTls> {}

/** What the other cluster is to this one. Rust: `MirrorType`, fluvio-controlplane-metadata/src/mirror/spec.rs. */
export const MirrorType = union({
  /** It sends its topics here, or takes them from here. */
  remote: variant(0, { id: string }),
  /** It is the home that this cluster reports to. */
  home: variant(1, {
    id: string,
    /** Name of this cluster there. */
    remoteId: string,
    /** Address of its SC, `host:port`. */
    publicEndpoint: string,
    clientTls: option(ClientTls),
  }),
});
/** The value type of {@link MirrorType}. */
export type MirrorType = Infer<typeof MirrorType>;

/** Another cluster. Rust: `MirrorSpec`, fluvio-controlplane-metadata/src/mirror/spec.rs. */
export const MirrorSpec = struct({ mirrorType: MirrorType });
/** The value type of {@link MirrorSpec}. */
export interface MirrorSpec extends Infer<typeof MirrorSpec> {}

/** Whether the other cluster is connected. Rust: `ConnectionStatus`, fluvio-controlplane-metadata/src/mirror/status.rs. */
export const MirrorConnectionStatus = choice({ Offline: 0, Online: 1 });
/** The value type of {@link MirrorConnectionStatus}. */
export type MirrorConnectionStatus = Infer<typeof MirrorConnectionStatus>;

/** How pairing with the other side went. Rust: `MirrorPairStatus`, fluvio-controlplane-metadata/src/mirror/status.rs. */
export const MirrorPairStatus = newerSince(
  17,
  union({
    Waiting: variant(0),
    Successful: variant(1),
    Failed: variant(2),
    Disabled: variant(3),
    Unauthorized: variant(4),
    /** Readers below version 17 cannot decode it: they are told `Failed`. */
    DetailFailure: variant(5, { message: string }),
  }),
  (status) => (status.kind === 'DetailFailure' ? ({ kind: 'Failed' } as const) : status),
);
/** The value type of {@link MirrorPairStatus}. */
export type MirrorPairStatus = Infer<typeof MirrorPairStatus>;

/** Rust: `ConnectionStat`, fluvio-controlplane-metadata/src/mirror/status.rs. */
export const MirrorConnectionStat = struct({
  /** Milliseconds since 1970; 0: never. */
  lastSeen: u64,
});
/** The value type of {@link MirrorConnectionStat}. */
export interface MirrorConnectionStat extends Infer<typeof MirrorConnectionStat> {}

/** State of the connection to another cluster. Rust: `MirrorStatus`, fluvio-controlplane-metadata/src/mirror/status.rs. */
export const MirrorStatus = struct({
  connectionStatus: MirrorConnectionStatus,
  /** Of the SCs. */
  pairingSc: MirrorPairStatus,
  /** Of the SPUs. */
  pairingSpu: MirrorPairStatus,
  connectionStat: MirrorConnectionStat,
});
/** The value type of {@link MirrorStatus}. */
export interface MirrorStatus extends Infer<typeof MirrorStatus> {}
