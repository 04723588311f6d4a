/** A cluster on this machine: an SC and some SPUs, inside of this process or as processes of their own. */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { formatAddress } from '@fluvio-ts/protocol';
import type { StartClusterOptions, StartSettings } from './cluster-options.ts';
import { startOptionsOf } from './cluster-options.ts';
import { clusterError } from './errors.ts';
import type { ClusterFaults } from './faults/cluster-faults.ts';
import { controlFaults } from './faults/cluster-faults.ts';
import { inProcess } from './in-process/host.ts';
import { lockFolder } from './locks.ts';
import { manageSpus } from './members/managed.ts';
import type { MemberId, MemberRecord, RunningMember } from './members/member.ts';
import { memberName } from './members/member.ts';
import { openRoster } from './members/roster.ts';
import type { SpuInfo } from './options.ts';
import { spuId, spuName, whole } from './options.ts';
import { launch } from './processes/launch.ts';
import { choosePorts } from './processes/ports.ts';
import { aliveMembers, forgetManaged, readRecord, writeRecord } from './processes/record.ts';
import type { ClusterProfile } from './profile.ts';
import { profileOf } from './profile.ts';
import type { ClusterTls } from './security/cluster-tls.ts';
import { prepareClusterTls } from './security/cluster-tls.ts';

/** A running cluster. */
export interface Cluster {
  /** Address of the SC, `host:port`: what clients connect to. */
  readonly endpoint: string;
  /** How clients reach it, TLS included: what `addProfile` of `@fluvio-ts/profiles` takes. */
  readonly profile: ClusterProfile;
  /** What clients need for TLS, as `tcp({ tls: cluster.tls })` takes it; undefined for a plaintext cluster. */
  readonly tls: ClusterTls | undefined;
  /** The SPUs, by id; those that have ended too, because they may come back. */
  readonly spus: readonly SpuInfo[];
  readonly dataDir: string;
  /** Every server: name, address, process number, and in mode `processes` its log file. */
  readonly members: readonly MemberRecord[];
  /**
   * Ends a server at once, flushing and saying nothing: SIGKILL, or the same without a process of its own. Resolves when it
   * has ended. Rejects with `cluster/unknown-member` where there is none.
   */
  kill(id: MemberId): Promise<void>;
  /** Ends a server in good order. Resolves when it has ended, and the SC shows it as offline. Rejects as {@link Cluster.kill}. */
  shutdown(id: MemberId): Promise<void>;
  /**
   * Stops a server in its tracks: connections stay and are taken, and nothing moves on them. By SIGSTOP; in mode `inProcess`
   * at its connections, while its timers go on. Rejects with `cluster/unknown-member`, and `cluster/not-running`.
   */
  freeze(id: MemberId): Promise<void>;
  /** Lets a frozen server go on. Rejects as {@link Cluster.freeze}. */
  thaw(id: MemberId): Promise<void>;
  /**
   * Starts a server that has ended, on the port that it had. Resolves when it serves: an SPU needs the SC for that. Rejects
   * with `cluster/start-timeout` after `timeoutMs` (default: the `startTimeoutMs` of the cluster); nothing runs then.
   */
  restart(id: MemberId, options?: { readonly timeoutMs?: number }): Promise<MemberRecord>;
  /** Starts one more SPU. Default id: the next. Resolves when it serves. Rejects as {@link Cluster.restart}. */
  addSpu(id?: number): Promise<SpuInfo>;
  /**
   * Sets the clocks of the SPUs ahead, by so many milliseconds more, and has them look after retention: resolves when the
   * leaders have removed what is too old by then, or too much. For tests of consumers that come late. Rejects with
   * `cluster/options` for a detached cluster, which this process cannot ask.
   */
  advanceClock(byMs: number): Promise<void>;
  /** Faults on purpose. A detached cluster takes none: they reject with `cluster/options`. */
  readonly faults: ClusterFaults;
  /** Ends everything, and removes a temporary data folder. Safe to call twice. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a cluster, and resolves when all of its SPUs are online and topics can be created.
 *
 * ```ts
 * await using cluster = await startCluster({ spus: 3 });
 * const client = await connect({ endpoint: cluster.endpoint, transport: tcp() });
 * ```
 *
 * In mode `inProcess`, the default, it is ready in some tens of milliseconds. In mode `processes` each server is a process of
 * its own, as in production; they end with this one, however it ends, unless `lifetime` is `detached`.
 *
 * @throws FluvioError `cluster/options`, `cluster/data-dir-in-use`, `cluster/not-a-data-dir`, `cluster/port-taken`,
 *   `cluster/listen`, `cluster/start-failed`, `cluster/start-timeout`, `cluster/stopped` when aborted; nothing is left running
 */
export async function startCluster(options: StartClusterOptions = {}): Promise<Cluster> {
  return runCluster(startOptionsOf(options));
}

/** Starts one with settings that are complete. */
export async function runCluster(start: StartSettings): Promise<Cluster> {
  const { settings, mode, lifetime, startTimeoutMs, log, signal } = start;
  if (signal?.aborted === true) throw clusterError('cluster/stopped', {}, signal.reason);
  const processes = mode === 'processes';
  const temporary = start.dataDir === undefined;
  const dataDir = temporary ? await mkdtemp(join(tmpdir(), 'fluvio-cluster-')) : resolve(start.dataDir);
  mkdirSync(dataDir, { recursive: true });

  /** Aborted with the error that ends the start, or with the end of the cluster. */
  const living = new AbortController();
  let stopping: Promise<void> | undefined;
  let lock: { release(): void } | undefined;

  const prepare = () => {
    if (!processes) return undefined;
    lock = lockFolder(dataDir);
    const before = readRecord(dataDir);
    const [alive] = aliveMembers(before);
    if (alive !== undefined) throw clusterError('cluster/data-dir-in-use', { dataDir, pid: alive.pid });
    if (lifetime === 'attached') forgetManaged(dataDir);
    return before;
  };
  const cleanUp = async (): Promise<void> => {
    lock?.release();
    if (temporary) await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
  };

  let tls: ClusterTls | undefined;
  let before: ReturnType<typeof prepare>;
  try {
    before = prepare();
  } catch (error) {
    await cleanUp();
    throw error;
  }
  const ids = Array.from({ length: settings.spus }, (_, index) => spuId(index));
  const ports = choosePorts(start.ports, before);
  const roster = openRoster({
    start: processes ? (task, context) => launch(task, lifetime, context) : inProcess(log),
    before: before?.members.filter(({ id }) => id === undefined || ids.includes(id)) ?? [],
    onChange: (members) => {
      if (processes) writeRecord(dataDir, { lifetime, settings, members });
    },
    onStruck: (id, fault) => control.struck(id, fault),
    managedSpus: { start: (spus) => managedSpus.start(spus), stop: (spus) => managedSpus.stop(spus) },
  });
  const names = new Map<number, string>(ids.map((id) => [id, spuName(id)]));
  let clockAheadMs = 0;
  const control = controlFaults({
    running: () =>
      roster
        .all()
        .filter(({ state }) => state !== 'ended')
        .map(({ record }) => record.id ?? 'sc'),
    ask: async (id, order) => {
      if (lifetime === 'detached') {
        throw clusterError('cluster/options', { option: 'lifetime', reason: 'a detached cluster takes no faults' });
      }
      return roster.get(id).ask(order);
    },
  });
  const common = (id: MemberId) => ({ dataDir, settings, faults: control.at(id) });

  const runSc = (port: number, privatePort: number, signal: AbortSignal): Promise<RunningMember> =>
    roster.run(
      {
        ...common('sc'),
        member: 'sc',
        port,
        privatePort,
        durable: processes || !temporary,
        managedSpus: lifetime === 'detached' ? 'self' : 'launcher',
      },
      signal,
    );
  const runSpu = (id: number, port: number, signal: AbortSignal): Promise<RunningMember> =>
    roster.run(
      {
        ...common(id),
        member: 'spu',
        id,
        name: names.get(id) ?? spuName(id),
        port,
        sc: roster.scPrivate(),
        clockAheadMs,
      },
      signal,
    );

  /** Starts something after the cluster itself, and gives up in time. */
  const later = async (
    name: string,
    start: (signal: AbortSignal) => Promise<RunningMember>,
    timeoutMs = startTimeoutMs,
  ): Promise<RunningMember> => {
    if (stopping !== undefined) throw clusterError('cluster/stopped', {});
    whole('timeoutMs', timeoutMs, 1);
    const deadline = new AbortController();
    const onEnd = (): void => deadline.abort(living.signal.reason);
    living.signal.addEventListener('abort', onEnd, { once: true });
    const timer = setTimeout(
      () => deadline.abort(clusterError('cluster/start-timeout', { waitedMs: timeoutMs, missing: name })),
      timeoutMs,
    );
    try {
      const member = await start(deadline.signal);
      if (lifetime === 'detached') member.release();
      return member;
    } finally {
      clearTimeout(timer);
      living.signal.removeEventListener('abort', onEnd);
    }
  };

  /** Resolves when there is an SC that SPUs can be told of. */
  let scServes: () => void = () => {};
  const scReady = new Promise<void>((resolve) => {
    scServes = resolve;
  });
  const managedSpus = manageSpus({
    isRunning: ({ id }) => roster.all().some(({ record, state }) => record.id === id && state !== 'ended'),
    async start({ id, name }) {
      await scReady;
      names.set(id, name);
      await later(name, (signal) => ports.any(memberName(id), (port) => runSpu(id, port, signal)));
    },
    async stop({ id }) {
      const member = roster.all().find(({ record }) => record.id === id);
      if (member === undefined) return;
      await member.shutdown();
      roster.forget(id);
    },
  });

  const startAll = async (signal: AbortSignal): Promise<void> => {
    tls = await prepareClusterTls(settings, dataDir);
    const sc = await ports.sc((port) => ports.scPrivate((privatePort) => runSc(port, privatePort, signal)));
    scServes();
    await Promise.all(
      ids.map(async (id, index) => {
        try {
          await ports.spu(index, memberName(id), (port) => runSpu(id, port, signal));
        } catch (error) {
          // The others are not worth waiting for.
          living.abort(error);
        }
      }),
    );
    signal.throwIfAborted();
    if (!(await Promise.race([sc.settled(), aborted(signal)]))) {
      throw clusterError('cluster/start-failed', {
        process: 'sc',
        reason: 'its system topic did not come online',
        logFile: sc.record.logFile,
      });
    }
  };

  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      signal?.removeEventListener('abort', onAbort);
      living.abort(clusterError('cluster/stopped', {}));
      await Promise.all(roster.all().map((member) => member.shutdown()));
      await cleanUp();
    })();
    return stopping;
  };

  const onAbort = (): void => {
    living.abort(clusterError('cluster/stopped', {}, signal?.reason));
    // Whoever ends it by the signal hears of failures from `stop`.
    if (started) stop().catch(() => {});
  };
  let started = false;
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => {
    const missing = roster.all().length === 0 ? 'the SC' : 'the SPUs and the system topic';
    living.abort(clusterError('cluster/start-timeout', { waitedMs: startTimeoutMs, missing }));
  }, startTimeoutMs);
  try {
    await startAll(living.signal);
    if (lifetime === 'detached') {
      for (const member of roster.all()) member.release();
      // It is not this process that ends it.
      signal?.removeEventListener('abort', onAbort);
    }
    started = true;
  } catch (error) {
    const reason = living.signal.aborted ? living.signal.reason : error;
    await stop();
    throw reason;
  } finally {
    clearTimeout(timer);
    lock?.release();
    lock = undefined;
  }

  const running = (id: MemberId): RunningMember => {
    const member = roster.get(id);
    if (member.state === 'ended') throw clusterError('cluster/not-running', { name: member.record.name });
    return member;
  };
  const again = async (id: MemberId, port: number, timeoutMs?: number): Promise<MemberRecord> => {
    const run = (signal: AbortSignal): Promise<RunningMember> =>
      id === 'sc' ? runSc(port, roster.scPrivate().port, signal) : runSpu(id, port, signal);
    return (await later(memberName(id), run, timeoutMs)).record;
  };

  const endpoint = formatAddress(roster.get('sc').record.address);
  return {
    endpoint,
    profile: profileOf(endpoint, tls, temporary ? 'inline' : 'files'),
    tls,
    dataDir,
    get members() {
      return roster.records;
    },
    get spus() {
      return roster.records.flatMap(({ id, address }) =>
        id === undefined ? [] : [{ id, name: names.get(id) ?? spuName(id), address, state: roster.get(id).state }],
      );
    },
    kill: async (id) => roster.get(id).kill(),
    async shutdown(id) {
      await roster.get(id).shutdown();
      const sc = roster.get('sc');
      if (id === 'sc' || sc.state !== 'running') return;
      await sc.ask({ order: 'until-offline', id, timeoutMs: settings.spuTimeoutMs });
    },
    freeze: async (id) => running(id).freeze(),
    thaw: async (id) => running(id).thaw(),
    async restart(id, { timeoutMs } = {}) {
      const { state, record } = roster.get(id);
      if (state !== 'ended')
        throw clusterError('cluster/options', { option: 'id', reason: `${record.name} runs already` });
      return again(id, record.address.port, timeoutMs);
    },
    async addSpu(id = 1 + Math.max(spuId(0) - 1, ...roster.records.map((record) => record.id ?? 0))) {
      whole('id', id, 0);
      if (roster.records.some((record) => record.id === id)) {
        throw clusterError('cluster/options', { option: 'id', reason: `there is an SPU ${id} already` });
      }
      const { address } = await again(id, 0);
      return { id, name: spuName(id), address, state: 'running' };
    },
    async advanceClock(byMs) {
      whole('byMs', byMs, 0, Number.MAX_SAFE_INTEGER);
      if (lifetime === 'detached') {
        throw clusterError('cluster/options', { option: 'lifetime', reason: 'a detached cluster has its own clock' });
      }
      clockAheadMs += byMs;
      const spus = roster.all().filter(({ record, state }) => record.id !== undefined && state !== 'ended');
      await Promise.all(
        spus.map(async (spu) => {
          const done = spu.ask({ order: 'advance-clock', byMs }).catch((error) => {
            // One that has ended meanwhile starts with the new time.
            if (spu.state !== 'ended') throw error;
          });
          // A frozen one does it when it goes on.
          if (spu.state === 'running') await done;
          else done.catch(() => {});
        }),
      );
    },
    faults: control.faults,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
