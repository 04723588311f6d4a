/** What `startCluster` takes. */
import { clusterError } from './errors.ts';
import type { Logger } from './logger.ts';
import { silent } from './logger.ts';
import type { ClusterOptions, ClusterSettings } from './options.ts';
import { settingsOf, whole } from './options.ts';
import type { Lifetime } from './processes/messages.ts';
import type { PortOptions } from './processes/ports.ts';

/** Where the servers of a cluster run. */
export type ClusterMode = 'inProcess' | 'processes';

/** How {@link startCluster} runs a cluster. */
export interface StartClusterOptions extends ClusterOptions, PortOptions {
  /**
   * `inProcess` (the default): inside of the calling process, ready in some tens of milliseconds. `processes`: the SC and
   * every SPU is a process of its own, so that `kill` is SIGKILL and they have processors of their own.
   */
  readonly mode?: ClusterMode;
  /** Folder of the data, which stays. Default: a temporary one, removed when the cluster stops. */
  readonly dataDir?: string;
  /**
   * `attached` (the default): the cluster ends with this process, however it ends. `detached`: it survives it, and needs the
   * mode `processes` and a `dataDir`, by which it is found again.
   */
  readonly lifetime?: Lifetime;
  /** Longest wait until the cluster is ready, in milliseconds, and default of the longest wait for a server. Default 30,000. */
  readonly startTimeoutMs?: number;
  /** Takes what servers in this process tell. Default: nobody does. Processes write to `logs` in the data folder. */
  readonly log?: Logger;
  /** Ends the start, or later the cluster unless that is detached. */
  readonly signal?: AbortSignal;
}

/** As {@link StartClusterOptions.startTimeoutMs}. */
export const DEFAULT_START_TIMEOUT_MS = 30_000;

/** The same, complete. */
export interface StartSettings {
  readonly settings: ClusterSettings;
  readonly mode: ClusterMode;
  /** Undefined: a temporary one. */
  readonly dataDir: string | undefined;
  readonly lifetime: Lifetime;
  readonly ports: PortOptions;
  readonly startTimeoutMs: number;
  readonly log: Logger;
  readonly signal: AbortSignal | undefined;
}

/** Options, complete and checked. @throws `cluster/options` */
export function startOptionsOf(options: StartClusterOptions): StartSettings {
  const { mode = 'inProcess', lifetime = 'attached', startTimeoutMs = DEFAULT_START_TIMEOUT_MS } = options;
  const refuse = (option: string, reason: string): never => {
    throw clusterError('cluster/options', { option, reason });
  };
  const settings = settingsOf(options);
  if (mode !== 'inProcess' && mode !== 'processes') refuse('mode', `'${mode}' is neither 'inProcess' nor 'processes'`);
  if (lifetime !== 'attached' && lifetime !== 'detached') {
    refuse('lifetime', `'${lifetime}' is neither 'attached' nor 'detached'`);
  }
  if (lifetime === 'detached') {
    if (mode !== 'processes') refuse('lifetime', "a detached cluster needs the mode 'processes'");
    if (options.dataDir === undefined) refuse('dataDir', 'a detached cluster needs one, to be found again');
  }
  whole('startTimeoutMs', startTimeoutMs, 1);
  const { dataDir, log = silent, signal } = options;
  return { settings, mode, dataDir, lifetime, ports: options, startTimeoutMs, log, signal };
}
