/** A streaming processing unit: the replicas in a folder, served on a port, under the direction of an SC. */
import { join } from 'node:path';
import { tcp } from '@fluvio-ts/adapter-tcp';
import type { Address } from '@fluvio-ts/protocol';
import { serve } from '@fluvio-ts/protocol/internal';
import type { AdjustableClock } from '../clock.ts';
import { adjustableClock } from '../clock.ts';
import { clusterError } from '../errors.ts';
import type { FaultBoard } from '../faults/board.ts';
import { noFaults } from '../faults/board.ts';
import { serveWithFaults } from '../faults/serve.ts';
import type { LimitSettings } from '../limits.ts';
import { lockFolder } from '../locks.ts';
import type { Logger } from '../logger.ts';
import type { Evicted } from '../members/member.ts';
import type { Gate } from '../net/gate.ts';
import { noGate } from '../net/gate.ts';
import { LOOPBACK, listen } from '../net/listener.ts';
import { servingUnder } from '../net/serving.ts';
import { FindSmartModule } from '../private/smartmodules.ts';
import type { AuthorizationOptions } from '../security/authorization.ts';
import { authorizer } from '../security/authorization.ts';
import { openServerTls } from '../security/server-tls.ts';
import type { TlsSettings } from '../security/tls-options.ts';
import type { FsyncPolicy } from '../storage/fsync.ts';
import { spuRoutes } from './connection.ts';
import { createConsumerOffsets } from './consumer-offsets/consumer-offsets.ts';
import { createDeduplicator } from './deduplication.ts';
import { evict } from './evict.ts';
import { createFeed } from './feed.ts';
import { startFollowing } from './follower.ts';
import { guardSpu } from './guard.ts';
import { spuPrivateRoutes } from './private-api.ts';
import { produceTransforms } from './produce-transform.ts';
import type { ReplicationSettings } from './replica.ts';
import { openReplicas } from './replicas.ts';
import type { ScLink } from './sc-link.ts';
import { startScLink } from './sc-link.ts';
import { smartModuleSource } from './smartmodule-source.ts';
import { createSmartModules } from './smartmodules.ts';

/** How an SPU runs. */
export interface SpuOptions {
  readonly id: number;
  readonly name: string;
  /** Where clients connect; port 0 lets the system choose. */
  readonly listen: Address;
  /** What an error calls the option that holds the port. */
  readonly portOption: string;
  /** The SC's private port. */
  readonly sc: Address;
  /** Folder of the cluster; the SPU's own is `spu-logs-<id>` in it, as in Fluvio. */
  readonly dataDir: string;
  readonly fsync: FsyncPolicy;
  readonly replication: ReplicationSettings;
  /** How often retention is looked after. */
  readonly retentionCheckMs: number;
  /** How far its clock is ahead of the system's. Default 0. */
  readonly clockAheadMs?: number;
  /** How often the SC hears from the SPU, at least. */
  readonly heartbeatMs: number;
  readonly limits: LimitSettings;
  /** TLS on the port for clients. */
  readonly tls?: TlsSettings | undefined;
  /** Who may do what; without it everyone may do everything. */
  readonly authorization?: AuthorizationOptions | undefined;
  /** What everything that it hears and says goes through. Default: nothing is in the way. */
  readonly gate?: Pick<Gate, 'through' | 'admit'>;
  /** The faults that its clients meet. Default: none. */
  readonly faults?: FaultBoard;
  readonly log: Logger;
  readonly signal?: AbortSignal | undefined;
}

/** Which records shall go. */
export interface Eviction {
  readonly topic: string;
  readonly partition: number;
  readonly upTo: bigint;
}

/** A running SPU. */
export interface Spu {
  readonly id: number;
  readonly name: string;
  readonly address: Address;
  /** Sets its clock ahead by so many milliseconds more, and looks after retention at once. */
  advanceClock(byMs: number): void;
  /** Removes the oldest records of a partition; undefined where it has no replica of it. @throws `storage/io`, `storage/full` */
  evict(what: Eviction): Evicted | undefined;
  stop(): Promise<void>;
  /** Ends it as its process may be ended: nothing is flushed, and no high watermark written down. */
  kill(): Promise<void>;
}

/**
 * Starts an SPU, and waits until the SC has told it what it holds.
 *
 * @throws `cluster/port-taken`, `cluster/listen`, `cluster/data-dir-in-use`, `cluster/stopped` when aborted
 */
export async function startSpu(options: SpuOptions): Promise<Spu> {
  const { id, name, limits, log, signal, gate = noGate, faults = noFaults } = options;
  const dir = join(options.dataDir, `spu-logs-${id}`);
  const lock = lockFolder(dir);
  const clock: AdjustableClock = adjustableClock(options.clockAheadMs);
  const replicas = openReplicas({
    spuId: id,
    dir,
    fsync: options.fsync,
    replication: options.replication,
    retention: { clock, checkMs: options.retentionCheckMs },
    log,
  });
  const transport = gate.through(tcp());
  const source = smartModuleSource((request) => {
    if (link === undefined) throw clusterError('cluster/no-sc', {});
    return link.call(FindSmartModule, request);
  }, log);
  const smartModules = createSmartModules(source, limits);
  const transforms = produceTransforms(smartModules, createDeduplicator(smartModules));
  let link: ScLink | undefined;
  const offsets = createConsumerOffsets({ spuId: id, replicas, transport, clock, log });
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const part of stops.splice(0).reverse()) await part();
  };
  stops.push(async () => lock.release());
  let how: 'flush' | 'abandon' = 'flush';
  stops.push(() => replicas.close(how));
  stops.push(() => smartModules.close());
  stops.push(async () => offsets.stop());
  try {
    const tls = options.tls && (await openServerTls(options.tls, options.dataDir, { kind: 'spu', id, name }, log));
    const server = {
      option: options.portOption,
      maxConnections: limits.connections,
      handshakeTimeoutMs: limits.handshakeMs,
      log,
    };
    const serving = servingUnder(limits);
    const authorize = authorizer(options.authorization);
    const listener = await listen({
      ...server,
      ...options.listen,
      tls,
      serve(pipe, client) {
        const routes = spuRoutes({ replicas, offsets, smartModules, transforms });
        return serveWithFaults(gate.admit(pipe), guardSpu(routes, authorize(client)), faults, serving);
      },
    });
    stops.push(() => listener.close());
    const privatePort = await listen({
      ...server,
      host: LOOPBACK,
      port: 0,
      serve: async (pipe) => {
        const feed = createFeed(replicas, log);
        try {
          return await serve(gate.admit(pipe), spuPrivateRoutes(replicas, feed, offsets));
        } finally {
          feed.close();
        }
      },
    });
    stops.push(() => privatePort.close());
    const following = startFollowing({ spuId: id, replicas, transport, log });
    stops.push(async () => following.stop());
    const started = startScLink({
      transport,
      address: options.sc,
      registration: {
        id,
        name,
        publicEndpoint: { ...listener.address, encryption: tls === undefined ? 'PLAINTEXT' : 'SSL' },
        privateEndpoint: { ...privatePort.address, encryption: 'PLAINTEXT' },
        rack: undefined,
        create: true,
      },
      replicas,
      onPeers: (peers) => {
        following.meet(peers);
        offsets.meet(peers);
      },
      onCatalog: offsets.hear,
      heartbeatMs: options.heartbeatMs,
      log,
    });
    link = started;
    stops.push(() => started.stop());
    await untilReady(started.ready, signal);
    log('info', 'the SPU serves', { id, address: `${listener.address.host}:${listener.address.port}` });
    return {
      id,
      name,
      address: listener.address,
      advanceClock(byMs) {
        clock.advance(byMs);
        replicas.retain();
      },
      evict({ topic, partition, upTo }) {
        const replica = replicas.get(`${topic}-${partition}`);
        if (replica === undefined) return undefined;
        const startOffset = BigInt(evict(replica, Number(upTo)));
        return { leads: replica.leads(), startOffset };
      },
      stop,
      kill() {
        how = 'abandon';
        return stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function untilReady(ready: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return ready;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(clusterError('cluster/stopped', {}, signal.reason));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void ready.then(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
