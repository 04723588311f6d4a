/** A cluster in the calling process: one SC and some SPUs on loopback TCP. For tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Address } from '@fluvio-ts/protocol';
import { formatAddress } from '@fluvio-ts/protocol';
import { clusterError } from './errors.ts';
import type { Logger } from './logger.ts';
import { silent } from './logger.ts';
import { LOOPBACK } from './net/listener.ts';
import type { ClusterOptions, ClusterSettings, SpuInfo } from './options.ts';
import { replicationOf, settingsOf, spuId, spuName, whole } from './options.ts';
import { startSc } from './sc/sc.ts';
import type { ClusterTls } from './security/cluster-tls.ts';
import { prepareClusterTls } from './security/cluster-tls.ts';
import type { Spu } from './spu/spu.ts';
import { startSpu } from './spu/spu.ts';

/** How {@link startCluster} runs a cluster. */
export interface StartClusterOptions extends ClusterOptions {
  /** Folder of the data, which stays. Default: a temporary one, removed when the cluster stops. */
  readonly dataDir?: string;
  /** Port of the SC. Default 0: the system chooses. */
  readonly scPort?: number;
  /** Ports of the SPUs, in the order of their ids. Default: the system chooses. */
  readonly spuPorts?: readonly number[];
  /** Takes what the servers tell. Default: nobody does. */
  readonly log?: Logger;
  /** Ends the start, or later the cluster. */
  readonly signal?: AbortSignal;
}

/** A running cluster. */
export interface Cluster {
  /** Address of the SC, `host:port`: what clients connect to. */
  readonly endpoint: string;
  /** The SPUs that run now, by id. */
  readonly spus: readonly SpuInfo[];
  readonly dataDir: string;
  /** What clients need to connect; undefined without TLS. `tcp({ tls: cluster.tls })` takes it as it is. */
  readonly tls: ClusterTls | undefined;
  /** Stops one SPU; its data stays. Resolves when the metadata shows it as offline. Rejects with `cluster/unknown-member` if it does not run. */
  stopSpu(id: number): Promise<void>;
  /** Starts an SPU that was stopped, on the port that it had, or one more. Resolves when it serves. */
  startSpu(id: number): Promise<SpuInfo>;
  /** Stops everything, and removes a temporary data folder. Safe to call twice. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const PORT_OPTIONS = { public: 'scPort', private: 'scPort' };

/**
 * Starts a cluster, and resolves when all of its SPUs are online and topics can be created.
 *
 * ```ts
 * await using cluster = await startCluster({ spus: 3 });
 * const client = await connect(cluster.endpoint);
 * ```
 *
 * @throws FluvioError `cluster/options`, `cluster/port-taken`, `cluster/listen`, `cluster/data-dir-in-use`, and
 *   `cluster/stopped` when the signal is aborted; nothing is left running then
 */
export async function startCluster(options: StartClusterOptions = {}): Promise<Cluster> {
  const settings = settingsOf(options);
  const { scPort = 0, spuPorts = [], log = silent, signal } = options;
  for (const port of [scPort, ...spuPorts]) whole('a port', port, 0, 65_535);
  const aborted = (): boolean => signal?.aborted ?? false;
  if (aborted()) throw clusterError('cluster/stopped', {}, signal?.reason);

  const temporary = options.dataDir === undefined;
  const dataDir = temporary ? await mkdtemp(join(tmpdir(), 'fluvio-cluster-')) : resolve(options.dataDir);
  const stops: (() => Promise<void>)[] = [];
  const running = new Map<number, Spu>();
  const ports = new Map<number, number>();
  let stopping: Promise<void> | undefined;

  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      signal?.removeEventListener('abort', onAbort);
      for (const part of stops.splice(0).reverse()) await part();
    })();
    return stopping;
  };
  const onAbort = (): void => {
    // Whoever stops it by the signal hears of failures from `stop`.
    stop().catch(() => {});
  };
  if (temporary) stops.push(() => rm(dataDir, { recursive: true, force: true, maxRetries: 3 }));

  try {
    const tls = await prepareClusterTls(settings, dataDir);
    const sc = await startSc({
      ...settings,
      listen: { host: settings.host, port: scPort },
      listenPrivate: { host: LOOPBACK, port: 0 },
      portOptions: PORT_OPTIONS,
      dataDir,
      durable: !temporary,
      log,
    });
    stops.push(async () => {
      for (const spu of running.values()) await spu.stop();
    });
    stops.push(() => sc.stop());

    const start = async (id: number): Promise<SpuInfo> => {
      const spu = await startSpu({
        ...spuSettings(settings),
        id,
        name: spuName(id),
        listen: { host: settings.host, port: ports.get(id) ?? 0 },
        portOption: 'spuPorts',
        sc: sc.privateAddress,
        dataDir,
        log,
        signal,
      });
      running.set(id, spu);
      ports.set(id, spu.address.port);
      return spu;
    };
    for (const [index, port] of spuPorts.entries()) ports.set(spuId(index), port);
    await Promise.all(Array.from({ length: settings.spus }, (_, index) => start(spuId(index))));
    await sc.ready({ timeoutMs: settings.topicWaitMs });
    signal?.throwIfAborted();
    signal?.addEventListener('abort', onAbort, { once: true });

    return {
      endpoint: formatAddress(sc.address),
      dataDir,
      tls,
      get spus() {
        return [...running.values()].map(infoOf).sort((a, b) => a.id - b.id);
      },
      async stopSpu(id) {
        const spu = running.get(id);
        if (spu === undefined) throw clusterError('cluster/unknown-member', { name: `running SPU ${id}` });
        running.delete(id);
        await spu.stop();
        await sc.offline(id, { timeoutMs: settings.spuTimeoutMs });
      },
      async startSpu(id) {
        if (stopping !== undefined) throw clusterError('cluster/stopped', {});
        whole('id', id, 0);
        if (running.has(id)) throw clusterError('cluster/options', { option: 'id', reason: `SPU ${id} runs already` });
        return infoOf(await start(id));
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw aborted() ? clusterError('cluster/stopped', {}, signal?.reason) : error;
  }
}

const infoOf = ({ id, name, address }: { id: number; name: string; address: Address }): SpuInfo => ({
  id,
  name,
  address,
});

const spuSettings = (settings: ClusterSettings) => ({
  fsync: settings.fsync,
  heartbeatMs: settings.heartbeatMs,
  limits: settings.limits,
  tls: settings.tls,
  replication: replicationOf(settings),
});
