/** The codes that `@fluvio-ts/cluster` raises. */
import type { ErrorFactory } from '@fluvio-ts/protocol';
import { defineErrors } from '@fluvio-ts/protocol';

/** Code → what its context carries. */
export interface ClusterCodes {
  /** An option has a value that cannot be used. */
  'cluster/options': { readonly option: string; readonly reason: string };
  /** A policy, or the roles of clients, cannot be used; `line` and `column` where a file has them. */
  'cluster/authorization': {
    readonly what: 'policy' | 'scopes';
    readonly file: string | undefined;
    readonly line?: number;
    readonly column?: number;
    readonly reason: string;
    readonly fix: string;
  };
  /** Another program listens where a server of the cluster should. */
  'cluster/port-taken': { readonly host: string; readonly port: number; readonly option: string };
  /** A server cannot listen, for another reason than a taken port. */
  'cluster/listen': { readonly host: string; readonly port: number; readonly reason: string };
  /** Another cluster runs on this data folder. */
  'cluster/data-dir-in-use': { readonly dataDir: string; readonly pid: number };
  /** A folder that no cluster of this package made: it is left alone. */
  'cluster/not-a-data-dir': { readonly dataDir: string; readonly reason: string };
  /** A process of the cluster could not start. */
  'cluster/start-failed': { readonly process: string; readonly reason: string; readonly logFile: string | undefined };
  /** The cluster was not ready in time. */
  'cluster/start-timeout': { readonly waitedMs: number; readonly missing: string };
  /** A process did not end, although it was killed. */
  'cluster/stop-failed': { readonly pids: readonly number[] };
  /** The cluster has no such SPU, or no such process. */
  'cluster/unknown-member': { readonly name: string };
  /** The server has ended, so this cannot be done to it. */
  'cluster/not-running': { readonly name: string };
  /** A fault that a test has injected did not strike as often as the test waits for. */
  'cluster/fault-missed': {
    readonly api: string;
    readonly strikes: number;
    readonly expected: number;
    readonly waitedMs: number;
  };
  /** The SC has ended its connection to an SPU. */
  'cluster/link': { readonly id: number; readonly reason: string };
  /** This SPU does not lead the partition any more. What it took last may be at the new leader, or not. */
  'cluster/deposed': { readonly partition: string };
  /** An SPU has no connection to its SC at the moment. */
  'cluster/no-sc': Record<never, never>;
  /** The SC could not be asked for a SmartModule. */
  'cluster/smartmodule-unknown': { readonly module: string; readonly reason: string };
  /** A SmartModule looks back on more than a chain can be shown. */
  'cluster/look-back': { readonly partition: string; readonly limitBytes: number };
  /** A request that no official client sends; its connection was ended. */
  'cluster/request': { readonly reason: string };
  /** The cluster was stopped. */
  'cluster/stopped': Record<never, never>;
  /** The device that holds a partition has no room left. */
  'storage/full': { readonly path: string };
  /** The system refused to read or write a file. */
  'storage/io': { readonly path: string; readonly action: string; readonly reason: string };
  /** A file holds what no server writes. */
  'storage/corrupt': { readonly path: string; readonly position: number; readonly reason: string };
}

/** @internal Makes the errors of this package. */
export const clusterError: ErrorFactory<ClusterCodes> = defineErrors<ClusterCodes>({
  'cluster/options': { text: (c) => `${c.option}: ${c.reason}` },
  'cluster/authorization': {
    text: ({ what, file = `authorization.${what}`, line, column, reason, fix }) =>
      `${file}${line === undefined ? '' : `:${line}:${column}`}: ${reason}: ${fix}`,
  },
  'cluster/port-taken': {
    text: (c) =>
      `port ${c.port} on ${c.host} is taken by another program: stop it, choose another with ${c.option}, or let the system choose`,
  },
  'cluster/listen': { text: (c) => `cannot listen on ${c.host}:${c.port}: ${c.reason}` },
  'cluster/data-dir-in-use': {
    text: (c) =>
      `a cluster is running on ${c.dataDir} (process ${c.pid}): use it, stop it first, or give another data folder`,
  },
  'cluster/not-a-data-dir': {
    text: (c) => `${c.dataDir} is not the data folder of a cluster (${c.reason}), so it is left as it is`,
  },
  'cluster/start-failed': {
    text: (c) =>
      `${c.process} could not start: ${c.reason}${c.logFile === undefined ? '' : ` (its log is ${c.logFile})`}`,
  },
  'cluster/start-timeout': {
    text: (c) => `the cluster was not ready within ${c.waitedMs} ms: waiting for ${c.missing}`,
  },
  'cluster/stop-failed': { text: (c) => `processes ${c.pids.join(', ')} are still there after they were killed` },
  'cluster/unknown-member': { text: (c) => `the cluster has no ${c.name}` },
  'cluster/not-running': { text: (c) => `${c.name} does not run: start it again first` },
  'cluster/fault-missed': {
    text: (c) =>
      `the fault struck ${c.strikes} requests of ${c.api} within ${c.waitedMs} ms, not ${c.expected}: see whether the client sends any to where the fault is`,
  },
  'cluster/link': { text: (c) => `the connection to SPU ${c.id} was ended: ${c.reason}`, retryable: true },
  'cluster/deposed': { text: (c) => `this SPU does not lead ${c.partition} any more`, retryable: true },
  'cluster/no-sc': { text: () => 'the SPU has no connection to its SC at the moment: try again', retryable: true },
  'cluster/smartmodule-unknown': {
    text: (c) => `the SC could not be asked for SmartModule '${c.module}' (${c.reason}): try again`,
    retryable: true,
  },
  'cluster/look-back': {
    text: (c) =>
      `a SmartModule looks back on more than ${c.limitBytes} bytes of ${c.partition}: have it look back on fewer records`,
  },
  'cluster/request': { text: (c) => `the request was refused: ${c.reason}` },
  'cluster/stopped': { text: () => 'the cluster was stopped' },
  'storage/full': {
    text: (c) => `no room is left on the device of ${c.path}: free some, then write again`,
    retryable: true,
  },
  'storage/io': { text: (c) => `cannot ${c.action} ${c.path}: ${c.reason}` },
  'storage/corrupt': { text: (c) => `${c.path} is damaged at byte ${c.position}: ${c.reason}` },
});
