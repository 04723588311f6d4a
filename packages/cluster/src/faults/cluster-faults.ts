/** Faults on purpose, for tests of programs that use a cluster: what a client meets is what it would meet in production. */
import type { ErrorCode } from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import type { Evicted, MemberId, MemberOrder } from '../members/member.ts';
import { whole } from '../options.ts';
import { canFail } from './error-answers.ts';
import type { FaultApi, FaultEffect, FaultOrder } from './fault.ts';
import { isScApi } from './fault.ts';

/** Which requests a fault strikes. */
export interface FaultAim {
  /** The server that it is at. Default: the SC for its APIs, else every SPU, those that start later too. */
  readonly at?: MemberId;
  /** Only requests that have to do with this topic. */
  readonly topic?: string;
  /** Only requests that have to do with a partition of this number. */
  readonly partition?: number;
  /** How many requests it strikes, at each server that it is at; `Infinity`: all, until it is cleared. Default 1. */
  readonly count?: number;
}

/** A fault that was injected. */
export interface Fault extends AsyncDisposable {
  /** How many requests it has struck. */
  readonly strikes: number;
  /**
   * Resolves when it has struck `count` requests in all. Default 1. Rejects with `cluster/fault-missed` after `timeoutMs`
   * (default 30,000), and with the signal's reason.
   */
  struck(count?: number, options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<void>;
  /** Ends it. Resolves when every server has heard of it. */
  clear(): Promise<void>;
}

/**
 * Injects faults into a running cluster, in both modes. Each resolves when every server that it is at has heard of it. A fault
 * outlives the restart of a server.
 */
export interface ClusterFaults {
  /**
   * Loses requests before they are carried out (`request`, the default), or their answers after that (`answer`: a produce is
   * stored and never acknowledged). The connection stays, so that only a client's deadline helps.
   */
  drop(api: FaultApi, aim?: FaultAim & { readonly what?: 'request' | 'answer' }): Promise<Fault>;
  /** Has every answer of the requests come later. */
  delay(api: FaultApi, delayMs: number, aim?: FaultAim): Promise<Fault>;
  /** Carries requests out, and breaks the connection in the middle of the first answer. */
  cutMidFrame(api: FaultApi, aim?: FaultAim): Promise<Fault>;
  /**
   * Answers requests with an error instead of carrying them out; a request for several partitions fails for each of them. `List`,
   * `Watch` and `ApiVersions` cannot say that something went wrong.
   */
  error(api: FaultApi, errorCode: ErrorCode, aim?: FaultAim): Promise<Fault>;
  /** Has servers say that they speak no newer version of an API, on connections that begin from now on. */
  versionCap(
    api: FaultApi,
    versions: { readonly max: number; readonly min?: number },
    aim?: Pick<FaultAim, 'at'>,
  ): Promise<Fault>;
  /**
   * Cuts the records of answers at the size that was asked for, through the middle of a batch, as Fluvio's SPUs do. Default
   * count: all.
   */
  truncateAtMaxBytes(api: 'Fetch' | 'StreamFetch', aim?: FaultAim): Promise<Fault>;
  /**
   * Has another replica lead a partition. Resolves when it does. Rejects with `cluster/request` where that SPU is not in sync.
   * Records that were not committed may be lost with the old leader.
   */
  moveLeader(topic: string, partition: number, spu: number): Promise<void>;
  /**
   * Removes the oldest records of a partition from every SPU that runs, as retention does: committed batches that end at or
   * before `upTo`. Resolves with the first offset that is left. Rejects with `cluster/request` where nobody leads it.
   */
  evict(topic: string, partition: number, upTo: bigint): Promise<bigint>;
  /** Ends every fault. */
  clear(): Promise<void>;
}

/** What faults need of a cluster. */
export interface FaultsOptions {
  /** Every server that runs. */
  readonly running: () => readonly MemberId[];
  readonly ask: (id: MemberId, order: MemberOrder) => Promise<unknown>;
}

/** The faults of a cluster, and the side of them that its servers see. */
export interface FaultControl {
  readonly faults: ClusterFaults;
  /** The faults that a server begins with. */
  at(id: MemberId): readonly FaultOrder[];
  /** A fault has struck at a server. */
  struck(id: MemberId, fault: number): void;
}

interface Injected {
  readonly order: FaultOrder;
  readonly at: MemberId | 'spus';
  readonly strikesAt: Map<MemberId, number>;
  readonly listeners: Set<() => void>;
}

const DEFAULT_STRUCK_TIMEOUT_MS = 30_000;

/** Makes them. */
export function controlFaults({ running, ask }: FaultsOptions): FaultControl {
  const injected = new Map<number, Injected>();
  let lastId = 0;

  const isAt = ({ at }: Injected, id: MemberId): boolean => at === id || (at === 'spus' && id !== 'sc');
  const tell = async (fault: Injected, order: MemberOrder): Promise<void> => {
    await Promise.all(
      running()
        .filter((id) => isAt(fault, id))
        .map((id) => ask(id, order)),
    );
  };
  const clear = async (fault: Injected): Promise<void> => {
    const { id } = fault.order;
    if (!injected.delete(id)) return;
    await tell(fault, { order: 'clear-fault', id });
  };
  const total = ({ strikesAt }: Injected): number => [...strikesAt.values()].reduce((sum, n) => sum + n, 0);

  const handle = (fault: Injected): Fault => ({
    get strikes() {
      return total(fault);
    },
    struck: (count = 1, { timeoutMs = DEFAULT_STRUCK_TIMEOUT_MS, signal } = {}) =>
      new Promise((resolve, reject) => {
        const end = (settle: () => void): void => {
          clearTimeout(timer);
          fault.listeners.delete(look);
          signal?.removeEventListener('abort', onAbort);
          settle();
        };
        const look = (): void => {
          if (total(fault) >= count) end(resolve);
        };
        const onAbort = (): void => end(() => reject(signal?.reason));
        const timer = setTimeout(() => {
          const context = { api: fault.order.api, strikes: total(fault), expected: count, waitedMs: timeoutMs };
          end(() => reject(clusterError('cluster/fault-missed', context)));
        }, timeoutMs);
        fault.listeners.add(look);
        signal?.addEventListener('abort', onAbort, { once: true });
        if (signal?.aborted === true) onAbort();
        look();
      }),
    clear: () => clear(fault),
    [Symbol.asyncDispose]: () => clear(fault),
  });

  const inject = async (api: FaultApi, effect: FaultEffect, aim: FaultAim = {}): Promise<Fault> => {
    const { topic, partition, count = 1 } = aim;
    if (count !== Number.POSITIVE_INFINITY) whole('count', count, 1);
    if (partition !== undefined) whole('partition', partition, 0);
    const at = aim.at ?? (isScApi(api) ? 'sc' : 'spus');
    if (at !== 'spus' && api !== 'ApiVersions' && isScApi(api) !== (at === 'sc')) {
      const server = isScApi(api) ? 'the SC' : 'an SPU';
      throw clusterError('cluster/options', { option: 'at', reason: `${api} is a request to ${server}` });
    }
    const order = { id: ++lastId, api, topic, partition, count: Number.isFinite(count) ? count : undefined, effect };
    const fault: Injected = { order, at, strikesAt: new Map(), listeners: new Set() };
    injected.set(order.id, fault);
    await tell(fault, { order: 'fault', fault: order });
    return handle(fault);
  };

  const faults: ClusterFaults = {
    drop: (api, { what = 'request', ...aim } = {}) => inject(api, { kind: 'drop', what }, aim),
    delay: async (api, delayMs, aim) => {
      whole('delayMs', delayMs, 1);
      return inject(api, { kind: 'delay', delayMs }, aim);
    },
    cutMidFrame: (api, aim) => inject(api, { kind: 'cut' }, aim),
    error: async (api, errorCode, aim) => {
      if (!canFail(api)) {
        throw clusterError('cluster/options', { option: 'api', reason: `an answer to ${api} cannot say an error` });
      }
      return inject(api, { kind: 'error', errorCode }, aim);
    },
    versionCap: async (api, { max, min }, aim) => {
      whole('max', max, 0, 0x7fff);
      if (min !== undefined) whole('min', min, 0, 0x7fff);
      return inject(api, { kind: 'versions', min, max }, { ...aim, count: Number.POSITIVE_INFINITY });
    },
    truncateAtMaxBytes: (api, aim) => inject(api, { kind: 'truncate' }, { count: Number.POSITIVE_INFINITY, ...aim }),
    async moveLeader(topic, partition, spu) {
      await ask('sc', { order: 'move-leader', topic, partition, spu });
    },
    async evict(topic, partition, upTo) {
      const spus = running().filter((id) => id !== 'sc');
      const answers = await Promise.all(spus.map((id) => ask(id, { order: 'evict', topic, partition, upTo })));
      const leader = (answers as (Evicted | undefined)[]).find((answer) => answer?.leads === true);
      if (leader === undefined) {
        throw clusterError('cluster/request', { reason: `no SPU that runs leads ${topic}-${partition}` });
      }
      return leader.startOffset;
    },
    async clear() {
      await Promise.all([...injected.values()].map(clear));
    },
  };

  return {
    faults,
    at: (id) =>
      [...injected.values()]
        .filter((fault) => isAt(fault, id))
        .map(({ order, strikesAt }) => ({
          ...order,
          count: order.count === undefined ? undefined : order.count - (strikesAt.get(id) ?? 0),
        })),
    struck(id, number) {
      const fault = injected.get(number);
      if (fault === undefined) return;
      fault.strikesAt.set(id, (fault.strikesAt.get(id) ?? 0) + 1);
      for (const listener of [...fault.listeners]) listener();
    },
  };
}
