/** One cluster as producers, consumers and admin see it: its metadata, its controller, its leaders. */
import type { Address, Api, FluvioError, MetadataUpdate, WatchQuery } from '@fluvio-ts/protocol';
import { formatAddress, listOf, watchOf } from '@fluvio-ts/protocol';
import type { Answers, CallOptions, OpenOptions, Session, StopSignal } from '@fluvio-ts/protocol/internal';
import { stopper } from '@fluvio-ts/protocol/internal';
import { pause } from './connection/backoff.ts';
import type { Lease } from './connection/fan-out.ts';
import { fanOut } from './connection/fan-out.ts';
import type { DialOptions } from './connection/open-session.ts';
import type { RetryOptions } from './connection/retrying.ts';
import { retrying } from './connection/retrying.ts';
import type { ScState } from './connection/sc-link.ts';
import { scLink } from './connection/sc-link.ts';
import type { Purpose, SpuAddress } from './connection/spu-pool.ts';
import { addressOf, isMisplaced, spuPool } from './connection/spu-pool.ts';
import { orAborted } from './connection/timer.ts';
import { clientError, reasonOf } from './errors.ts';
import type { Metadata, ObjectStore, SpuObject, TopicObject } from './metadata/metadata.ts';
import { metadata, partitionCount, partitionName } from './metadata/metadata.ts';
import type { Reign } from './metadata/reign.ts';
import { reignOf } from './metadata/reign.ts';
import type { Counters } from './observe/counters.ts';
import type { Observer } from './observe/observer.ts';
import type { Waits } from './observe/waits.ts';
import { waits } from './observe/waits.ts';

/** What a cluster connection needs, with every default resolved. */
export interface ClusterOptions extends DialOptions {
  readonly endpoints: readonly Address[];
  readonly requestTimeoutMs: number;
  readonly spuAddress: SpuAddress;
  readonly counters: Counters;
  readonly observer: Observer;
}

/** See the file's head. */
export interface Cluster {
  readonly metadata: Metadata;
  /** Where the cluster was asked to be, for error texts. */
  readonly endpoint: string;
  /** The controller's own version. */
  readonly platformVersion: string;
  readonly requestTimeoutMs: number;
  /** Milliseconds of silence after which a server is asked for a sign of life; 0 for never. */
  readonly probeIntervalMs: number;
  /** Who hears of what happens. */
  readonly observer: Observer;
  /** Who waits for which partition. */
  readonly waits: Waits;
  /** How the connection to the controller is, and for how many milliseconds. */
  controller(): { readonly state: ScState['at']; readonly forMs: number };
  /** Calls the controller on the live connection, waiting for it if it is down. */
  callSc<Q, R>(api: Api<Q, R>, request: Q, options?: CallOptions): Promise<R>;
  /**
   * Calls the controller on a connection of its own: for what it may take long to answer, since it answers nothing else
   * on that connection meanwhile. An abort closes the connection.
   */
  callScApart<Q, R>(api: Api<Q, R>, request: Q, options?: CallOptions): Promise<R>;
  /** Opens a stream at the controller; it ends with its connection. */
  openSc<Q, R>(api: Api<Q, R>, request: Q, options?: OpenOptions): Promise<Answers<R>>;
  /** A topic by name; one created a moment ago is waited for. @throws `topic/not-found`, `connect/timeout` */
  topic(name: string, signal?: StopSignal): Promise<TopicObject>;
  /** The live connection to the partition's leader, if there is one: the way of every request but the first. */
  liveLeader(topic: string, partition: number, purpose: Purpose): Session | undefined;
  /** A connection to the partition's leader as the metadata has it now. @throws `partition/unavailable` and the transport's errors */
  leader(topic: string, partition: number, purpose: Purpose, signal: StopSignal): Promise<Session>;
  /**
   * Waits before attempt `attempt` at a partition: for a time that grows, or until the metadata names another leader or
   * shows that the leader is back, or until the signal is aborted; never for more than `mostMs`.
   */
  pause(attempt: number, topic: string, partition: number, signal: StopSignal, mostMs?: number): Promise<void>;
  /** The time of the partition's leader, from now until the metadata names another one. */
  reign(topic: string, partition: number, signal: StopSignal): Reign;
  /** Closes the connections of one purpose. */
  release(purpose: Purpose, why: FluvioError): void;
  /** A share in a caller's signal, whose listeners are one however many waits there are. */
  lend(signal: StopSignal): Lease;
  /** Retries `attempt` until the deadline, for as long as the client lives. */
  retrying<T>(options: RetryOptions, attempt: (signal: StopSignal) => Promise<T>): Promise<T>;
  /** Aborted with `client/closed` when the client is closed. */
  readonly life: StopSignal;
  close(): void;
}

/** Connects and waits until topics, partitions and SPUs are known. @throws `connect/failed`, `request/aborted` */
export async function openCluster(options: ClusterOptions, signal?: AbortSignal): Promise<Cluster> {
  const view = metadata();
  const life = stopper();
  const endpoint = options.endpoints.map(formatAddress).join(', ');
  const pool = spuPool(options);
  /** Callers have one signal for all that they ask, often for as long as their program runs. */
  const lent = fanOut();
  let platformVersion = '';

  const warned = new Set<string>();
  const warnOfAddresses = (): void => {
    if (options.spuAddress !== 'public') return;
    for (const spu of view.spus.values()) {
      const address = addressOf(spu, 'public');
      const text = formatAddress(address);
      if (warned.has(text) || !isMisplaced(address, options.endpoints)) continue;
      warned.add(text);
      const message = `SPU ${spu.spec.id} is registered at ${text}, which means this machine, while the controller is at ${endpoint}: translate it with spuAddress, or register it under an address that clients can reach`;
      options.observer.tell({ type: 'warning', message });
    }
  };

  const spuById = (id: number | undefined): SpuObject | undefined =>
    find(view.spus.values(), (candidate) => candidate.spec.id === id);
  const isOffline = (spu: SpuObject | undefined): boolean => spu?.status.resolution === 'Offline';

  /** SPUs that were down when they were last looked at; the first who finds one back lets it be dialled at once. */
  const down = new Set<number>();
  view.onChange(() => {
    for (const { spec, status } of view.spus.values()) {
      if (status.resolution === 'Offline') down.add(spec.id);
      else if (down.delete(spec.id)) pool.forgive(spec.id);
    }
  });

  const link = await scLink(
    {
      ...options,
      async onSession(session) {
        platformVersion = session.server.platformVersion;
        await Promise.all([
          follow(session, watchOf.SPU, view.spus),
          follow(session, watchOf.Partition, view.partitions),
          follow(session, watchOf.Topic, view.topics),
        ]);
        const { topics, partitions, spus } = view;
        options.observer.tell({ type: 'metadata', topics: topics.size, partitions: partitions.size, spus: spus.size });
        warnOfAddresses();
      },
    },
    signal,
  );

  const callSc = async <Q, R>(api: Api<Q, R>, request: Q, call: CallOptions = {}): Promise<R> => {
    const timeoutMs = call.timeoutMs ?? options.requestTimeoutMs;
    const until = performance.now() + timeoutMs;
    const lease = call.signal && lent(call.signal);
    try {
      const session = await link.session(timeoutMs, lease?.signal);
      const leftMs = Math.max(1, until - performance.now());
      return await session.call(api, request, { ...call, signal: lease?.signal, timeoutMs: leftMs });
    } finally {
      lease?.release();
    }
  };

  const isKnownToController = async (name: string, stop: StopSignal): Promise<boolean> => {
    for (const system of [false, true]) {
      const query = { nameFilters: [name], summary: false, system };
      const topics = await callSc(listOf.Topic, query, { signal: stop });
      if (topics.some((topic) => topic.name === name)) return true;
    }
    return false;
  };

  const leaderId = (topic: string, partition: number): number | undefined =>
    view.partitions.get(partitionName(topic, partition))?.spec.leader;

  /** Who leads, and whether that SPU is there: changes when there is something to try again for. */
  const standing = (topic: string, partition: number): string => {
    const leader = leaderId(topic, partition);
    return `${leader} ${spuById(leader)?.status.resolution}`;
  };

  const cluster: Cluster = {
    metadata: view,
    endpoint,
    get platformVersion() {
      return platformVersion;
    },
    requestTimeoutMs: options.requestTimeoutMs,
    probeIntervalMs: options.probeIntervalMs,
    life: life.signal,
    observer: options.observer,
    waits: waits(),
    controller: () => ({ state: link.state.at, forMs: Math.round(performance.now() - link.sinceMs) }),
    callSc,
    async callScApart(api, request, call = {}) {
      const timeoutMs = call.timeoutMs ?? options.requestTimeoutMs;
      const until = performance.now() + timeoutMs;
      const session = await cluster.retrying(
        { what: 'reaching the streaming controller', timeoutMs, signals: [call.signal] },
        (wait) => link.apart(timeoutMs, wait),
      );
      const over = (): void => session.close(reasonOf(life.signal.reason));
      life.signal.addEventListener('abort', over, { once: true });
      try {
        return await session.call(api, request, { ...call, timeoutMs: Math.max(1, until - performance.now()) });
      } finally {
        life.signal.removeEventListener('abort', over);
        session.close('its request is over');
      }
    },
    async openSc(api, request, open = {}) {
      const session = await link.session(options.requestTimeoutMs, open.signal);
      return session.open(api, request, open);
    },
    topic: (name, stop) =>
      cluster.retrying(
        { what: `looking up topic '${name}'`, timeoutMs: options.requestTimeoutMs, signals: [stop] },
        async (wait) => {
          const found = view.topics.get(name);
          if (found !== undefined) return found;
          // The watch may be a moment behind; the controller's own list is not.
          if (!(await isKnownToController(name, wait))) throw clientError('topic/not-found', { topic: name, endpoint });
          for (;;) {
            const arrived = view.topics.get(name);
            if (arrived !== undefined) return arrived;
            await orAborted(view.changed(), wait, () => new Error(`topic '${name}' did not arrive`));
          }
        },
      ),
    reign: (topic, partition, signal) => reignOf(view, topic, partition, signal),
    liveLeader(topic, partition, purpose) {
      const leader = leaderId(topic, partition);
      return leader === undefined ? undefined : pool.live(leader, purpose);
    },
    async pause(attempt, topic, partition, signal, mostMs) {
      const early = stopper();
      const wake = (): void => early.stop(undefined);
      const before = standing(topic, partition);
      const unsubscribe = view.onChange(() => {
        if (standing(topic, partition) !== before) wake();
      });
      signal.addEventListener('abort', wake, { once: true });
      if (signal.aborted) wake();
      try {
        await pause(attempt, early.signal, mostMs);
      } finally {
        unsubscribe();
        signal.removeEventListener('abort', wake);
      }
    },
    async leader(topic, partition, purpose, stop) {
      const unavailable = (reason: string): FluvioError =>
        clientError('partition/unavailable', { topic, partition, reason });
      const object = view.partitions.get(partitionName(topic, partition));
      if (object === undefined) {
        const known = view.topics.get(topic);
        if (known === undefined) throw clientError('topic/not-found', { topic, endpoint });
        const partitions = partitionCount(known);
        const isIndex = Number.isInteger(partition) && partition >= 0 && partition < partitions;
        if (!isIndex) throw clientError('partition/not-found', { topic, partition, partitions });
        throw unavailable('it has not been placed yet');
      }
      const { leader } = object.spec;
      const spu = spuById(leader);
      if (spu === undefined) throw unavailable(`its leader, SPU ${leader}, is not registered`);
      if (isOffline(spu)) {
        const { resolution } = object.status;
        throw unavailable(
          `its leader, SPU ${leader}, is offline (the partition is ${resolution}): waiting for it, or for another leader`,
        );
      }
      return pool.session(spu, purpose, stop);
    },
    release: (purpose, why) => pool.release(purpose, why),
    lend: lent,
    async retrying(retry, attempt) {
      const leases = retry.signals.filter((signal) => signal !== undefined).map(lent);
      try {
        const signals = [...leases.map((lease) => lease.signal), life.signal];
        return await retrying({ ...retry, signals }, attempt);
      } finally {
        for (const lease of leases) lease.release();
      }
    },
    close() {
      if (life.signal.aborted) return;
      const why = clientError('client/closed', { what: 'the call' });
      life.stop(why);
      link.close(why);
      pool.close(why);
    },
  };
  return cluster;
}

/** Opens one watch, resolves when its first answer is applied, and applies the others until the connection ends. */
async function follow<T extends { readonly name: string }>(
  session: Session,
  watch: Api<WatchQuery, MetadataUpdate<T>>,
  store: ObjectStore<T>,
): Promise<void> {
  const answers = session.open(watch, { epoch: 0n, summary: false });
  const take = async (first: boolean): Promise<boolean> => {
    const update = await answers.next();
    if (update !== undefined) store.apply(update, first);
    return update !== undefined;
  };
  await take(true);
  const rest = async (): Promise<void> => {
    while (await take(false));
  };
  // When a watch ends, the link hears of it from the session and dials again; one that cannot be read ends the session.
  rest().catch((error: unknown) => session.close(error instanceof Error ? error.message : String(error)));
}

function find<T>(items: Iterable<T>, test: (item: T) => boolean): T | undefined {
  for (const item of items) if (test(item)) return item;
  return undefined;
}
