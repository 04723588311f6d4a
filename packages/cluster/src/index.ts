/**
 * An embedded, wire-compatible Fluvio cluster for laptops, tests and demos.
 *
 * @packageDocumentation
 */
export type { ClusterCodes } from './errors.ts';
export { type Cluster, type StartClusterOptions, startCluster } from './in-process.ts';
export type { Logger, LogLevel } from './logger.ts';
export type { ClusterOptions, SpuInfo } from './options.ts';
export type { FsyncPolicy } from './storage/fsync.ts';
