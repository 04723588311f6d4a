/**
 * An embedded, wire-compatible Fluvio cluster for laptops, tests and demos.
 *
 * @packageDocumentation
 */
export { type Cluster, startCluster } from './cluster.ts';
export type { ClusterMode, StartClusterOptions } from './cluster-options.ts';
export type { ClusterCodes } from './errors.ts';
export type { ClusterFaults, Fault, FaultAim } from './faults/cluster-faults.ts';
export type { FaultApi, ScFaultApi, SpuFaultApi } from './faults/fault.ts';
export type { ClusterLimits, LimitSettings } from './limits.ts';
export type { Logger, LogLevel } from './logger.ts';
export type { MemberId, MemberRecord } from './members/member.ts';
export type { ClusterOptions, ClusterSettings, SpuInfo } from './options.ts';
export type { ProcessMark } from './processes/identity.ts';
export type { Lifetime } from './processes/messages.ts';
export type { PortOptions } from './processes/ports.ts';
export { type ResumeOptions, resumeCluster } from './processes/resume.ts';
export type { ClusterStatus, MemberStatus } from './processes/status.ts';
export { clusterStatus, deleteClusterData, killMember, stopCluster } from './processes/status.ts';
export type { ClusterProfile, ClusterProfileTls } from './profile.ts';
export type { AuthorizationOptions } from './security/authorization.ts';
export type { ClientTls, ClusterTls } from './security/cluster-tls.ts';
export type { AuthorizationPolicy, AuthorizationScopes, ObjectType } from './security/policy.ts';
export type { TlsFiles, TlsOptions, TlsSettings } from './security/tls-options.ts';
export type { FsyncPolicy } from './storage/fsync.ts';
