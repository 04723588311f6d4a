/**
 * An embedded, wire-compatible Fluvio cluster for laptops, tests and demos.
 *
 * @packageDocumentation
 */
export type { ClusterCodes } from './errors.ts';
export { type Cluster, type StartClusterOptions, startCluster } from './in-process.ts';
export type { ClusterLimits } from './limits.ts';
export type { Logger, LogLevel } from './logger.ts';
export type { ClusterOptions, ClusterSettings, SpuInfo } from './options.ts';
export type { ClusterProcesses, ClusterProcessesOptions, MemberId } from './processes/cluster-processes.ts';
export { startClusterProcesses } from './processes/cluster-processes.ts';
export type { ProcessMark } from './processes/identity.ts';
export type { Lifetime } from './processes/messages.ts';
export type { PortOptions } from './processes/ports.ts';
export type { MemberRecord } from './processes/record.ts';
export type { ClusterStatus, MemberStatus } from './processes/status.ts';
export { clusterStatus, deleteClusterData, stopClusterProcesses } from './processes/status.ts';
export type { ClientTls, ClusterTls } from './security/cluster-tls.ts';
export type { TlsFiles, TlsOptions } from './security/tls-options.ts';
export type { FsyncPolicy } from './storage/fsync.ts';
