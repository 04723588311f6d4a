/** How a cluster is laid out and how it behaves, with defaults and checks. */
import type { Address } from '@fluvio-ts/protocol';
import { clusterError } from './errors.ts';
import type { ClusterLimits, LimitSettings } from './limits.ts';
import { limitSettings } from './limits.ts';
import type { AuthorizationOptions } from './security/authorization.ts';
import { authorizationSettings } from './security/authorization.ts';
import type { TlsOptions, TlsSettings } from './security/tls-options.ts';
import { tlsSettings } from './security/tls-options.ts';
import type { ReplicationSettings } from './spu/replica.ts';
import type { FsyncPolicy } from './storage/fsync.ts';

/** How a cluster is laid out and how it behaves. */
export interface ClusterOptions {
  /** Number of SPUs. Default 1. */
  readonly spus?: number;
  /** Address that every server listens on and is known by. Default `127.0.0.1`: this machine only. */
  readonly host?: string;
  /** When records are handed to the device. Default `never`, as Fluvio: a killed process loses nothing, a lost machine may. */
  readonly fsync?: FsyncPolicy;
  /** Longest wait of a topic's creation for its partitions, in milliseconds. Default 50,000: clients give up after 60,000. */
  readonly topicWaitMs?: number;
  /** How often an SPU reports to the SC at least, in milliseconds. Default 400. */
  readonly heartbeatMs?: number;
  /** Silence of an SPU, in milliseconds, after which the SC takes it for dead. A killed one is noticed at once. Default 3,000. */
  readonly spuTimeoutMs?: number;
  /**
   * How many replicas of a partition must be in sync for its records to be committed; a partition with fewer replicas needs
   * all of them. Default 1: the leader goes on alone when all others are gone.
   */
  readonly minInSyncReplicas?: number;
  /** How often old records are looked for, in milliseconds. Default 10,000, as Fluvio. */
  readonly retentionCheckMs?: number;
  /**
   * TLS on every port for clients: `true`, or how. Certificates come from a development authority in the data folder.
   * Default: plaintext. The links between the servers never leave this machine, and stay plaintext.
   */
  readonly tls?: boolean | TlsOptions;
  /** Who may do what, by the certificates of clients. Default: everyone may do everything. Needs `tls`. */
  readonly authorization?: AuthorizationOptions;
  /**
   * Refuses changes of the metadata, except of SPUs, as Fluvio's SC does in its read-only mode; records are produced and
   * consumed all the same. Default false.
   */
  readonly readOnly?: boolean;
  /** What the cluster gives to anyone who connects, at most. */
  readonly limits?: ClusterLimits;
}

/** The same, complete. It can be written as JSON. */
export interface ClusterSettings extends Required<Omit<ClusterOptions, 'tls' | 'limits' | 'authorization'>> {
  readonly tls?: TlsSettings | undefined;
  readonly authorization?: AuthorizationOptions | undefined;
  readonly limits: LimitSettings;
}

/** Ids of SPUs begin here, as in Fluvio's local clusters. */
const FIRST_SPU_ID = 5001;

const MOST_SPUS = 100;

/** Completes and checks options. @throws `cluster/options` */
export function settingsOf(options: ClusterOptions): ClusterSettings {
  const host = options.host ?? '127.0.0.1';
  const tls = tlsSettings(options.tls, { host, mustKnow: options.authorization !== undefined });
  const settings: ClusterSettings = {
    spus: options.spus ?? 1,
    host,
    fsync: options.fsync ?? 'never',
    topicWaitMs: options.topicWaitMs ?? 50_000,
    heartbeatMs: options.heartbeatMs ?? 400,
    spuTimeoutMs: options.spuTimeoutMs ?? 3_000,
    minInSyncReplicas: options.minInSyncReplicas ?? 1,
    retentionCheckMs: options.retentionCheckMs ?? 10_000,
    tls,
    authorization: authorizationSettings(options.authorization, { tls: tls !== undefined }),
    readOnly: options.readOnly ?? false,
    limits: limitSettings(options.limits),
  };
  whole('spus', settings.spus, 1, MOST_SPUS);
  whole('topicWaitMs', settings.topicWaitMs, 1);
  whole('heartbeatMs', settings.heartbeatMs, 1);
  whole('spuTimeoutMs', settings.spuTimeoutMs, settings.heartbeatMs + 1);
  whole('minInSyncReplicas', settings.minInSyncReplicas, 1, MOST_SPUS);
  whole('retentionCheckMs', settings.retentionCheckMs, 1);
  checkFsync(settings.fsync);
  return settings;
}

/** Checks what may have come as JSON, or from a program without types. */
function checkFsync(fsync: FsyncPolicy): void {
  if (fsync === 'never' || fsync === 'always') return;
  if (typeof fsync !== 'object' || fsync === null) {
    const reason = `'${String(fsync)}' is neither 'never', nor 'always', nor { intervalMs }`;
    throw clusterError('cluster/options', { option: 'fsync', reason });
  }
  whole('fsync.intervalMs', fsync.intervalMs, 1);
}

/** Checks a whole number. @throws `cluster/options` */
export function whole(option: string, value: number, min: number, max = 0x7fff_ffff): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw clusterError('cluster/options', { option, reason: `${value} is not a whole number from ${min} to ${max}` });
}

/** What the replication of an SPU takes from the settings. A follower lags when it is as late as an SPU that is taken for dead. */
export const replicationOf = ({ minInSyncReplicas, spuTimeoutMs }: ClusterSettings): ReplicationSettings => ({
  minInSyncReplicas,
  replicaLagMs: spuTimeoutMs,
});

/** Id, name and place of the `index`-th SPU. */
export const spuId = (index: number): number => FIRST_SPU_ID + index;
export const spuName = (id: number): string => `custom-spu-${id}`;

/** An SPU of a cluster. */
export interface SpuInfo {
  readonly id: number;
  readonly name: string;
  /** Where clients connect; the SC tells it to them. */
  readonly address: Address;
  /** One that has ended can be started again. */
  readonly state: 'running' | 'frozen' | 'ended';
}
