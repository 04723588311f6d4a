/** A streaming controller: the cluster's metadata, a public port for clients and a private one for SPUs. */
import { join } from 'node:path';
import { tcp } from '@fluvio-ts/adapter-tcp';
import type { Address } from '@fluvio-ts/protocol';
import { serve } from '@fluvio-ts/protocol/internal';
import { CONSUMER_OFFSET_PARTITION } from '../consumer-offset-topic.ts';
import type { FaultBoard } from '../faults/board.ts';
import { noFaults } from '../faults/board.ts';
import { serveWithFaults } from '../faults/serve.ts';
import type { LimitSettings } from '../limits.ts';
import { lockFolder } from '../locks.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { ManagedSpus } from '../members/member.ts';
import type { Gate } from '../net/gate.ts';
import { noGate } from '../net/gate.ts';
import { listen } from '../net/listener.ts';
import { servingUnder } from '../net/serving.ts';
import type { Access, AuthorizationOptions } from '../security/authorization.ts';
import { authorizer, readOnly } from '../security/authorization.ts';
import type { PeerIdentity } from '../security/peer.ts';
import { openServerTls } from '../security/server-tls.ts';
import type { TlsSettings } from '../security/tls-options.ts';
import { isGone } from './absent.ts';
import { askSpu } from './ask-spu.ts';
import { createElections } from './elections.ts';
import { guardSc } from './guard.ts';
import { openMetadata } from './metadata.ts';
import type { LeaderMove } from './move-leader.ts';
import { moveLeader } from './move-leader.ts';
import { privateRoutes } from './private-api.ts';
import { scRoutes } from './public-api.ts';
import { createSmartModules } from './smartmodules.ts';
import { createSpuGroups } from './spu-groups.ts';
import { createSpus } from './spus.ts';
import { createTopics } from './topics.ts';
import { createUnable } from './unable.ts';
import { waitFor } from './wait.ts';

/** How an SC runs. */
export interface ScOptions {
  /** Where clients connect; port 0 lets the system choose. */
  readonly listen: Address;
  /** Where SPUs connect. */
  readonly listenPrivate: Address;
  /** What errors call the options that hold the ports. */
  readonly portOptions: { readonly public: string; readonly private: string };
  /** Folder of the cluster; the SC's own is `metadata` in it. */
  readonly dataDir: string;
  /** Whether metadata is flushed to the device. */
  readonly durable: boolean;
  /** SPUs that the cluster is started with: the system topic waits for them. */
  readonly spus: number;
  /** How long a topic's creation may wait for its partitions. */
  readonly topicWaitMs: number;
  /** Silence after which an SPU is taken for dead. */
  readonly spuTimeoutMs: number;
  readonly limits: LimitSettings;
  /** TLS on the port for clients. */
  readonly tls?: TlsSettings | undefined;
  /** Who may do what; without it everyone may do everything. */
  readonly authorization?: AuthorizationOptions | undefined;
  /** Whether clients may change nothing but SPUs. */
  readonly readOnly: boolean;
  /** What everything that it hears and says goes through. Default: nothing is in the way. */
  readonly gate?: Pick<Gate, 'through' | 'admit'>;
  /** The faults that its clients meet. Default: none. */
  readonly faults?: FaultBoard;
  /** Runs the SPUs of SPU groups. Default: nobody does. */
  readonly managedSpus?: ManagedSpus;
  readonly log: Logger;
}

/** A running SC. */
export interface Sc {
  readonly address: Address;
  readonly privateAddress: Address;
  /** Waits until the system topic is online, so that no kind of objects is empty: official clients wait for ever on those. */
  ready(options: { readonly timeoutMs: number }): Promise<boolean>;
  /** Waits until the metadata shows an SPU as offline, or not at all. */
  offline(id: number, options: { readonly timeoutMs: number }): Promise<boolean>;
  /** Has another replica lead a partition. Resolves when it does. Rejects with `cluster/request` where it cannot. */
  moveLeader(move: LeaderMove): Promise<void>;
  stop(): Promise<void>;
  /** Ends it as its process may be ended. What it was writing to the disk is finished: it cannot be taken back. */
  kill(): Promise<void>;
}

/** Requests to the SC are small; the largest is a SmartModule. */
const FRAME_LIMIT_BYTES = 33_554_432;
/** How often the system topic is looked for, in case someone deleted it. */
const SETTLE_INTERVAL_MS = 15_000;

/** Starts an SC. @throws `cluster/port-taken`, `cluster/listen`, `cluster/data-dir-in-use` */
export async function startSc(options: ScOptions): Promise<Sc> {
  const { log, limits, gate = noGate, faults = noFaults } = options;
  const dir = join(options.dataDir, 'metadata');
  const lock = lockFolder(dir);
  const stopping = new AbortController();
  const stops: (() => void | Promise<void>)[] = [() => lock.release()];
  const stop = async (): Promise<void> => {
    stopping.abort();
    for (const part of stops.splice(0).reverse()) await part();
  };
  try {
    const metadata = openMetadata(dir, options.durable, log);
    // Whatever is under way on the disk is finished before the folder is given away.
    stops.push(() => metadata.exclusive(async () => {}));
    const transport = gate.through(tcp());
    const unable = createUnable();
    const elections = createElections({
      metadata,
      unable,
      ask: (spu, replicas) => askSpu(transport, spu, replicas),
      log,
    });
    stops.push(() => elections.stop());
    const smartModules = createSmartModules({ metadata, dir, durable: options.durable, log });
    const spuGroups = createSpuGroups({
      metadata,
      managedSpus: options.managedSpus,
      forget: (id) => spus.forget(id),
      log,
    });
    const topics = createTopics({
      metadata,
      spus: options.spus,
      topicWaitMs: options.topicWaitMs,
      onPlaced: elections.review,
      smartModuleExists: smartModules.exists,
      limits,
    });
    const spus = createSpus({
      metadata,
      spuTimeoutMs: options.spuTimeoutMs,
      isGone: (spu) => isGone(transport, spu),
      onOnline: async () => {
        await elections.review();
        await topics.settle('soon');
      },
      unable,
      onUnable: elections.review,
      onOffline: elections.review,
      isManaged: (id) => spuGroups.groupOf(id) !== undefined,
      log,
    });
    await topics.repair();
    const settling = setInterval(() => {
      topics.settle('late').catch((error) => log('error', 'topics could not be placed', { reason: reasonOf(error) }));
    }, SETTLE_INTERVAL_MS);
    settling.unref();
    stops.push(() => clearInterval(settling));

    const tls = options.tls && (await openServerTls(options.tls, options.dataDir, { kind: 'sc' }, log));
    const server = { maxConnections: limits.connections, handshakeTimeoutMs: limits.handshakeMs, log };
    const serving = servingUnder(limits, FRAME_LIMIT_BYTES);
    const authorize = authorizer(options.authorization);
    const accessOf = (client: PeerIdentity | undefined): Access | undefined => {
      const access = authorize(client);
      return options.readOnly ? readOnly(access) : access;
    };
    const privatePort = await listen({
      ...server,
      ...options.listenPrivate,
      option: options.portOptions.private,
      serve: (accepted) => {
        const pipe = gate.admit(accepted);
        return serve(pipe, privateRoutes({ metadata, spus, smartModules, log }, pipe), {
          frameLimitBytes: FRAME_LIMIT_BYTES,
        });
      },
    });
    stops.push(() => privatePort.close());
    const publicPort = await listen({
      ...server,
      ...options.listen,
      tls,
      option: options.portOptions.public,
      serve(pipe, client) {
        const routes = scRoutes({ metadata, topics, spus, smartModules, spuGroups });
        return serveWithFaults(gate.admit(pipe), guardSc(routes, accessOf(client)), faults, serving);
      },
    });
    stops.push(() => publicPort.close());
    spus.begin();
    spuGroups.begin();
    stops.push(() => spus.stop());
    log('info', 'the SC serves', { port: publicPort.address.port, privatePort: privatePort.address.port });
    const { signal } = stopping;
    const offsets = (): true | undefined =>
      metadata.stores.Partition.get(CONSUMER_OFFSET_PARTITION)?.status.resolution === 'Online' || undefined;
    return {
      address: publicPort.address,
      privateAddress: privatePort.address,
      async ready({ timeoutMs }) {
        return (await waitFor([metadata.stores.Partition], offsets, { timeoutMs, signal })) ?? false;
      },
      async offline(id, { timeoutMs }) {
        const { SPU } = metadata.stores;
        const gone = (): true | undefined =>
          !SPU.all().some(({ spec, status }) => spec.id === id && status.resolution === 'Online') || undefined;
        return (await waitFor([SPU], gone, { timeoutMs, signal })) ?? false;
      },
      moveLeader: (move) => moveLeader(metadata, move, signal),
      stop,
      kill: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
