/** A cluster of OS processes: one for the SC and one for each SPU. They can be killed for real. */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Address } from '@fluvio-ts/protocol';
import { formatAddress } from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import { lockFolder } from '../locks.ts';
import type { ClusterOptions, SpuInfo } from '../options.ts';
import { settingsOf, spuId, spuName } from '../options.ts';
import type { ClusterTls } from '../security/cluster-tls.ts';
import { prepareClusterTls } from '../security/cluster-tls.ts';
import { endProcesses } from './end.ts';
import type { LaunchedMember } from './launch.ts';
import { launch } from './launch.ts';
import type { Lifetime, MemberTask } from './messages.ts';
import type { PortOptions } from './ports.ts';
import { choosePorts } from './ports.ts';
import type { ClusterRecord, MemberRecord } from './record.ts';
import { aliveMembers, readRecord, writeRecord } from './record.ts';

/** How {@link startClusterProcesses} runs a cluster. */
export interface ClusterProcessesOptions extends ClusterOptions, PortOptions {
  /** Folder of the data, which stays. Default for an attached cluster: a temporary one, removed when it stops. */
  readonly dataDir?: string;
  /**
   * `attached` (the default): the processes end with this one, however it ends. `detached`: they survive it, and need a
   * `dataDir`, by which they are found again.
   */
  readonly lifetime?: Lifetime;
  /** Longest wait until the cluster is ready, in milliseconds. Default 30,000. */
  readonly startTimeoutMs?: number;
  /** Gives the start up; what was started is ended. */
  readonly signal?: AbortSignal;
}

/** A process of the cluster: the SC, or an SPU by its id. */
export type MemberId = 'sc' | number;

/** A running cluster of processes. */
export interface ClusterProcesses {
  /** Address of the SC, `host:port`: what clients connect to. */
  readonly endpoint: string;
  readonly spus: readonly SpuInfo[];
  readonly dataDir: string;
  /** What clients need to connect; undefined without TLS. `tcp({ tls: cluster.tls })` takes it as it is. */
  readonly tls: ClusterTls | undefined;
  /** Every process: name, number, address and log file. */
  readonly members: readonly MemberRecord[];
  /** Sends a signal, SIGKILL by default. Resolves when it is sent, and for those that end a process, when it has ended. */
  kill(id: MemberId, signal?: NodeJS.Signals): Promise<void>;
  /** Stops a process in its tracks, by SIGSTOP: it keeps its connections and says nothing. */
  freeze(id: MemberId): Promise<void>;
  /** Lets a frozen process go on. */
  thaw(id: MemberId): Promise<void>;
  /** Starts a process that has ended, on the port that it had. Resolves when it serves. */
  restart(id: MemberId): Promise<MemberRecord>;
  /** Ends every process, and removes a temporary data folder. Safe to call twice. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const DEFAULT_START_TIMEOUT_MS = 30_000;
const ENDING: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>([
  'SIGKILL',
  'SIGTERM',
  'SIGABRT',
  'SIGQUIT',
  'SIGSEGV',
]);

/**
 * Starts a cluster of processes, and resolves when all of its SPUs are online and topics can be created.
 *
 * Ports: those that are asked for, else those that the folder's cluster had before, else 9003 for the SC and 9010, 9020, …
 * for the SPUs, as Fluvio's local clusters; `ports: 'any'` lets the system choose where that fails.
 *
 * @throws FluvioError `cluster/options`, `cluster/data-dir-in-use`, `cluster/not-a-data-dir`, `cluster/port-taken`,
 *   `cluster/listen`, `cluster/start-failed`, `cluster/start-timeout`, `cluster/stopped` when aborted; nothing is left running
 */
export async function startClusterProcesses(options: ClusterProcessesOptions = {}): Promise<ClusterProcesses> {
  const settings = settingsOf(options);
  const { lifetime = 'attached', startTimeoutMs = DEFAULT_START_TIMEOUT_MS, signal } = options;
  if (options.dataDir === undefined && lifetime === 'detached') {
    throw clusterError('cluster/options', {
      option: 'dataDir',
      reason: 'a detached cluster needs one, to be found again',
    });
  }
  if (signal?.aborted === true) throw clusterError('cluster/stopped', {}, signal.reason);
  const temporary = options.dataDir === undefined;
  const dataDir = temporary ? await mkdtemp(join(tmpdir(), 'fluvio-cluster-')) : resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });

  /** Aborted with the error that ends the start; kills what has been launched so far. */
  const starting = new AbortController();
  const launched = new Map<MemberId, LaunchedMember>();
  let members: readonly MemberRecord[] = [];
  const record = (): ClusterRecord => ({ lifetime, settings, members });
  const find = (id: MemberId): MemberRecord => {
    const found = members.find((member) => member.name === nameOf(id));
    if (found === undefined) throw clusterError('cluster/unknown-member', { name: nameOf(id) });
    return found;
  };
  const run = async (id: MemberId, task: MemberTask): Promise<LaunchedMember> => {
    const name = nameOf(id);
    const logFile = join(dataDir, 'logs', `${name}.log`);
    const member = await launch({ name, task, lifetime, logFile, signal: starting.signal });
    launched.set(id, member);
    const others = members.filter((other) => other.name !== name);
    members = [...others, member.record].sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
    writeRecord(dataDir, record());
    return member;
  };
  const common = { dataDir, settings };
  const scPrivate = (): Address => find('sc').privateAddress ?? find('sc').address;
  const runSc = (port: number, privatePort: number) => run('sc', { ...common, member: 'sc', port, privatePort });
  const runSpu = (id: number, port: number) => run(id, { ...common, member: 'spu', id, port, sc: scPrivate() });

  let tls: ClusterTls | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      await endProcesses(members);
      if (temporary) await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
    })();
    return stopping;
  };

  const start = async (): Promise<void> => {
    const before = readRecord(dataDir);
    const [alive] = aliveMembers(before);
    if (alive !== undefined) throw clusterError('cluster/data-dir-in-use', { dataDir, pid: alive.pid });
    tls = await prepareClusterTls(settings, dataDir);
    const ports = choosePorts(options, before);
    const ids = Array.from({ length: settings.spus }, (_, index) => spuId(index));
    // What is known of the ports outlives a start that fails half-way.
    members = before?.members.filter(({ id }) => id === undefined || ids.includes(id)) ?? [];
    const sc = await ports.sc((port) => ports.scPrivate((privatePort) => runSc(port, privatePort)));
    await Promise.allSettled(
      ids.map((id, index) => ports.spu(index, (port) => runSpu(id, port)).catch((error) => starting.abort(error))),
    );
    starting.signal.throwIfAborted();
    if (!(await sc.heard('settled'))) {
      throw clusterError('cluster/start-failed', {
        process: 'sc',
        reason: 'its system topic did not come online',
        logFile: sc.record.logFile,
      });
    }
  };

  const onAbort = (): void => starting.abort(clusterError('cluster/stopped', {}, signal?.reason));
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => {
    const missing = launched.size === 0 ? 'the SC' : 'the SPUs and the system topic';
    starting.abort(clusterError('cluster/start-timeout', { waitedMs: startTimeoutMs, missing }));
  }, startTimeoutMs);
  try {
    const lock = lockFolder(dataDir);
    try {
      await start();
      starting.signal.throwIfAborted();
      if (lifetime === 'detached') for (const member of launched.values()) member.release();
    } finally {
      lock.release();
    }
  } catch (error) {
    await stop();
    throw starting.signal.aborted ? starting.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }

  const kill = async (id: MemberId, killSignal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    const member = find(id);
    if (ENDING.has(killSignal)) await endProcesses([member], killSignal);
    else process.kill(member.pid, killSignal);
  };

  return {
    endpoint: formatAddress(find('sc').address),
    dataDir,
    tls,
    get members() {
      return members;
    },
    get spus() {
      return members.flatMap(({ id, address }) => (id === undefined ? [] : [{ id, name: spuName(id), address }]));
    },
    kill,
    freeze: (id) => kill(id, 'SIGSTOP'),
    thaw: (id) => kill(id, 'SIGCONT'),
    async restart(id) {
      if (stopping !== undefined) throw clusterError('cluster/stopped', {});
      const member = find(id);
      const [alive] = aliveMembers({ ...record(), members: [member] });
      if (alive !== undefined)
        throw clusterError('cluster/options', { option: 'id', reason: `${member.name} runs already` });
      const again =
        id === 'sc' ? await runSc(member.address.port, scPrivate().port) : await runSpu(id, member.address.port);
      if (lifetime === 'detached') again.release();
      return again.record;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const nameOf = (id: MemberId): string => (id === 'sc' ? 'sc' : `spu-${id}`);
