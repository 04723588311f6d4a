/** The errors that this program raises itself. */
import type { ClientCodes } from '@fluvio-ts/client';
import type { ClusterCodes } from '@fluvio-ts/cluster';
import type { ProfileCodes } from '@fluvio-ts/profiles';
import { defineErrors, type ErrorFactory } from '@fluvio-ts/protocol';

/** An object that was not changed, and why. */
export interface Refused {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** Code → what its context carries. */
export interface CliCodes {
  /** The cluster has no such topic; the same as the client's. */
  'topic/not-found': ClientCodes['topic/not-found'];
  /** The cluster has no such SmartModule. */
  'smartmodule/not-found': { readonly module: string };
  /** There is no profile file; the same as the profile store's. */
  'profile/no-file': ProfileCodes['profile/no-file'];
  /** A file given on the command line does not exist. */
  'input/missing': { readonly path: string; readonly reason: string };
  /** This user may not read a file given on the command line. */
  'input/denied': { readonly path: string; readonly reason: string };
  /** A file given on the command line cannot be read, for another reason. */
  'input/unreadable': { readonly path: string; readonly reason: string };
  /** A file given on the command line holds something else than it should. */
  'input/invalid': { readonly path: string; readonly reason: string };
  /** The file of a TLS option holds something else than it should. */
  'tls/options': { readonly option: string; readonly path: string | undefined; readonly reason: string };
  /** A line has no separator between key and value. */
  'input/no-separator': { readonly source: string; readonly line: number; readonly separator: string };
  /** A line is larger than a record may be. */
  'input/line-too-long': {
    readonly source: string;
    readonly line: number;
    readonly sizeBytes: number;
    readonly limitBytes: number;
  };
  /** Nothing is stored for this consumer. */
  'consumer/not-found': {
    readonly consumerId: string;
    readonly topic: string | undefined;
    readonly partition: number | undefined;
  };
  /** A question would have to be asked, and nobody is there. */
  'confirm/needed': { readonly action: string };
  /** The user said no. */
  'confirm/declined': { readonly action: string };
  /** Some records were not acknowledged. */
  'produce/incomplete': {
    readonly topic: string;
    readonly acknowledged: number;
    readonly failed: number;
    readonly reason: string;
  };
  /** Some of several objects could not be changed. */
  'delete/incomplete': { readonly deleted: readonly string[]; readonly failed: readonly Refused[] };
  /** Another program has a port of the cluster that is to start; the same as the cluster's, with our option. */
  'cluster/port-taken': ClusterCodes['cluster/port-taken'];
  /** A cluster runs on the folder already; the same as the cluster's, with how many SPUs it has and how many were wanted. */
  'cluster/data-dir-in-use': ClusterCodes['cluster/data-dir-in-use'] & {
    readonly spus: number;
    readonly wanted: number;
  };
  /** The embedded cluster of a folder is not there. */
  'cluster/none': { readonly dataDir: string };
  /** The embedded cluster has no such process; the same as the cluster's. */
  'cluster/unknown-member': ClusterCodes['cluster/unknown-member'];
  /** The cluster is not as it should be. */
  'cluster/unhealthy': { readonly problems: readonly string[] };
}

/** Makes these errors. */
export const cliError: ErrorFactory<CliCodes> = defineErrors<CliCodes>({
  'smartmodule/not-found': { text: (c) => `the cluster has no SmartModule '${c.module}'` },
  'topic/not-found': { text: (c) => `topic '${c.topic}' does not exist on the cluster at ${c.endpoint}` },
  'profile/no-file': { text: (c) => `there is no profile file at ${c.path}` },
  'input/missing': { text: (c) => `cannot read ${c.path}: ${c.reason}` },
  'input/denied': { text: (c) => `cannot read ${c.path}: ${c.reason}` },
  'input/unreadable': { text: (c) => `cannot read ${c.path}: ${c.reason}` },
  'input/invalid': { text: (c) => `${c.path}: ${c.reason}` },
  'tls/options': {
    text: (c) => `${c.path === undefined ? c.option : `${c.option} ${c.path}`} cannot be used: ${c.reason}`,
  },
  'input/no-separator': { text: (c) => `line ${c.line} of ${c.source} has no '${c.separator}': it was left out` },
  'input/line-too-long': {
    text: (c) =>
      `line ${c.line} of ${c.source} has ${c.sizeBytes} bytes, over the limit of ${c.limitBytes}: it was left out`,
  },
  'consumer/not-found': {
    text: (c) => {
      const place = c.topic === undefined ? '' : ` in ${c.topic}${c.partition === undefined ? '' : `-${c.partition}`}`;
      return `nothing is stored for consumer '${c.consumerId}'${place}`;
    },
  },
  'confirm/needed': { text: (c) => `${c.action}, a yes is needed, and there is no terminal to ask on` },
  'confirm/declined': { text: () => `nothing was changed: the answer to the question was no` },
  'produce/incomplete': {
    text: (c) =>
      `${c.failed} of ${c.acknowledged + c.failed} records for topic '${c.topic}' were not acknowledged; the first: ${c.reason}`,
  },
  'delete/incomplete': {
    text: (c) => {
      const kept = `not deleted: ${c.failed.map(({ name }) => name).join(', ')}`;
      return c.deleted.length === 0 ? kept : `deleted: ${c.deleted.join(', ')}; ${kept}`;
    },
  },
  'cluster/port-taken': {
    text: (c) => `port ${c.port} on ${c.host} is taken by another program: choose another one with ${c.option}`,
  },
  'cluster/data-dir-in-use': {
    text: (c) =>
      `a cluster with ${c.spus} SPU${c.spus === 1 ? '' : 's'} is running on ${c.dataDir} (process ${c.pid}): use it, stop it first, or give another data folder`,
  },
  'cluster/none': { text: (c) => `no embedded cluster is in ${c.dataDir}` },
  'cluster/unknown-member': { text: (c) => `the embedded cluster has no process ${c.name}` },
  'cluster/unhealthy': { text: (c) => `the cluster is not healthy: ${c.problems.join('; ')}` },
});
