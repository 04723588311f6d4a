/**
 * Stored consumer offsets. Consumers commit at the SPU that they read from; the one that leads the topic of the offsets
 * keeps them, and alone lists and deletes them.
 */
import type {
  Address,
  ConsumerOffsetFilter,
  ErrorCode,
  FetchConsumerOffsetsResponse,
  ReplicaKey,
  Transport,
} from '@fluvio-ts/protocol';
import { isFluvioError, NO_ERROR } from '@fluvio-ts/protocol';
import type { Clock } from '../../clock.ts';
import { CONSUMER_OFFSET_PARTITION } from '../../consumer-offset-topic.ts';
import type { Logger } from '../../logger.ts';
import { reasonOf } from '../../logger.ts';
import type { StoreConsumerOffsetRequest } from '../../private/consumer-offsets.ts';
import { ReadConsumerOffset, StoreConsumerOffset } from '../../private/consumer-offsets.ts';
import type { CatalogNews, Peer } from '../../private/messages.ts';
import { pause } from '../pause.ts';
import type { Replica } from '../replica.ts';
import type { Replicas } from '../replicas.ts';
import { createCatalog } from './catalog.ts';
import type { OffsetKey, StoredOffset } from './changes.ts';
import { createLeaderLink } from './leader-link.ts';
import type { OffsetsTable } from './table.ts';
import { openOffsetsTable } from './table.ts';

/** What they need. */
export interface ConsumerOffsetsOptions {
  readonly spuId: number;
  readonly replicas: Replicas;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Logger;
}

/** See the file's head. */
export interface ConsumerOffsets {
  /** Stores how far a consumer is, here or at the SPU that leads. */
  store(request: StoreConsumerOffsetRequest): Promise<ErrorCode>;
  /** What is stored for a consumer, here or at the SPU that leads. */
  read(replica: ReplicaKey, consumerId: string): Promise<Found>;
  /** The same, if this SPU leads. */
  storeHere(request: StoreConsumerOffsetRequest): Promise<ErrorCode>;
  readHere(replica: ReplicaKey, consumerId: string): Found;
  list(filter: ConsumerOffsetFilter | undefined): FetchConsumerOffsetsResponse;
  /** Forgets one; there need not be any. */
  delete(replica: ReplicaKey, consumerId: string): Promise<ErrorCode>;
  /** Where the other SPUs are. */
  meet(peers: readonly Peer[]): void;
  /** Which partitions there are, and who leads the topic of the offsets. */
  hear(news: CatalogNews): void;
  stop(): void;
}

/** What is stored; nothing after an error. */
export interface Found {
  readonly errorCode: ErrorCode;
  readonly offset: bigint | undefined;
}

/** How long a commit waits for a leader, and for its replicas. */
const PATIENCE_MS = 5000;
const RETRY_MS = 25;
const NOT_LEADER: ErrorCode = { kind: 'PartitionNotLeader' };
const NOBODY = -1;

/** Makes them. */
export function createConsumerOffsets(options: ConsumerOffsetsOptions): ConsumerOffsets {
  const { spuId, replicas, clock, log } = options;
  const stopping = new AbortController();
  const catalog = createCatalog();
  const link = createLeaderLink(options);
  let peers = new Map<number, Address>();
  let toldLeader = NOBODY;
  let table: OffsetsTable | undefined;

  /** Whether a replica leads. One that cannot write any more is about to lead no more, where there are others. */
  const keeps = (replica: Replica): boolean =>
    replica.leads() && (replica.state !== 'failed' || replica.spec.replicas.length === 1);

  /** The table, if this SPU leads. @throws `storage/io`, `storage/corrupt` */
  const here = (): OffsetsTable | undefined => {
    const replica = replicas.get(CONSUMER_OFFSET_PARTITION);
    if (replica === undefined || !keeps(replica)) {
      table = undefined;
      return undefined;
    }
    if (table?.replica !== replica || table.epoch !== replica.leadership?.epoch) {
      table = openOffsetsTable(replica, log);
      prune(table);
    }
    return table;
  };

  const isThere = ({ key, incarnation }: StoredOffset): boolean => catalog.has(key, incarnation);

  /** Forgets what is stored for partitions that were deleted. */
  const prune = (of: OffsetsTable): void => {
    const gone = of.all().filter((stored) => !isThere(stored));
    if (gone.length === 0) return;
    try {
      of.delete(gone.map(({ key }) => key));
    } catch (error) {
      // They are not shown, and the next news of the catalog tries again.
      log('warn', 'offsets of deleted partitions are still stored', { reason: reasonOf(error) });
    }
  };

  const leader = (): number => replicas.get(CONSUMER_OFFSET_PARTITION)?.leadership?.leader ?? toldLeader;

  const refused = (error: unknown): ErrorCode => {
    const replica = replicas.get(CONSUMER_OFFSET_PARTITION);
    if (isFluvioError(error, 'cluster/deposed') || replica === undefined || !keeps(replica)) return NOT_LEADER;
    log('warn', 'a consumer offset could not be stored', { reason: reasonOf(error) });
    return { kind: 'StorageError' };
  };

  /** Waits until what was written is as safe as records that are produced with read committed. */
  const committed = async (of: OffsetsTable, end: number): Promise<ErrorCode> => {
    if (!of.replica.leads(of.epoch)) return NOT_LEADER;
    if ((await of.replica.committed(end, PATIENCE_MS)) ?? true) return NO_ERROR;
    return { kind: 'RequestTimedOut', timeoutMs: BigInt(PATIENCE_MS), request: 'Produce' };
  };

  const storeHere = async (request: StoreConsumerOffsetRequest): Promise<ErrorCode> => {
    const { replica, incarnation, consumerId, offset } = request;
    try {
      const mine = here();
      if (mine === undefined) return NOT_LEADER;
      catalog.meet(replica, incarnation);
      const modifiedTime = BigInt(Math.floor(clock.now() / 1000));
      const end = mine.update({ key: { ...replica, consumerId }, offset, modifiedTime, incarnation });
      return await committed(mine, end);
    } catch (error) {
      return refused(error);
    }
  };

  const readHere = (replica: ReplicaKey, consumerId: string): Found => {
    try {
      const mine = here();
      if (mine === undefined) return { errorCode: NOT_LEADER, offset: undefined };
      const stored = mine.get({ ...replica, consumerId });
      return { errorCode: NO_ERROR, offset: stored !== undefined && isThere(stored) ? stored.offset : undefined };
    } catch (error) {
      return { errorCode: refused(error), offset: undefined };
    }
  };

  /** Asks whoever leads, and asks again for as long as nobody does. */
  const atLeader = async <R extends { readonly errorCode: ErrorCode }>(
    ask: (leader: number, address: Address | undefined) => Promise<R>,
    otherwise: (errorCode: ErrorCode) => R,
  ): Promise<R> => {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const id = leader();
      const address = peers.get(id);
      try {
        if (id === spuId || address !== undefined) {
          const answer = await ask(id, id === spuId ? undefined : address);
          if (answer.errorCode.kind !== 'PartitionNotLeader') return answer;
        }
      } catch (error) {
        log('debug', 'the leader of the consumer offsets does not answer', { leader: id, reason: reasonOf(error) });
      }
      if (stopping.signal.aborted || performance.now() >= deadline) {
        return otherwise({ kind: id === NOBODY ? 'TopicNotFound' : 'SpuNotFound' });
      }
      await pause(RETRY_MS, stopping.signal);
    }
  };

  return {
    storeHere,
    readHere,
    async store(request) {
      const { errorCode } = await atLeader(
        async (id, address) =>
          address === undefined
            ? { errorCode: await storeHere(request) }
            : link.ask(id, address, StoreConsumerOffset, request),
        (errorCode) => ({ errorCode }),
      );
      return errorCode;
    },
    read: (replica, consumerId) =>
      atLeader<Found>(
        async (id, address) =>
          address === undefined
            ? readHere(replica, consumerId)
            : link.ask(id, address, ReadConsumerOffset, { replica, consumerId }),
        (errorCode) => ({ errorCode, offset: undefined }),
      ),
    list(filter) {
      const wanted = ({ key }: StoredOffset): boolean =>
        (filter?.consumerId === undefined || filter.consumerId === key.consumerId) &&
        (filter?.replicaId === undefined || isOf(key, filter.replicaId));
      try {
        const mine = here();
        if (mine === undefined) return { errorCode: NOT_LEADER, consumers: [] };
        const consumers = mine
          .all()
          .filter(wanted)
          .filter(isThere)
          .map(({ key: { topic, partition, consumerId }, offset, modifiedTime }) => ({
            consumerId,
            replicaId: { topic, partition },
            offset,
            modifiedTime,
          }));
        return { errorCode: NO_ERROR, consumers };
      } catch (error) {
        return { errorCode: refused(error), consumers: [] };
      }
    },
    async delete(replica, consumerId) {
      try {
        const mine = here();
        if (mine === undefined) return NOT_LEADER;
        return await committed(mine, mine.delete([{ ...replica, consumerId }]));
      } catch (error) {
        return refused(error);
      }
    },
    meet(all) {
      peers = new Map(all.filter(({ port }) => port > 0).map(({ id, host, port }) => [id, { host, port }]));
    },
    hear(news) {
      catalog.apply(news);
      if (news.offsetsLeader !== undefined) toldLeader = news.offsetsLeader;
      if (news.gone.length === 0 && !news.everything) return;
      try {
        // A table that is opened now prunes itself.
        const open = table;
        const mine = here();
        if (mine !== undefined && mine === open) prune(mine);
      } catch (error) {
        log('error', 'the consumer offsets cannot be read', { reason: reasonOf(error) });
      }
    },
    stop() {
      stopping.abort();
      link.close();
    },
  };
}

const isOf = (key: OffsetKey, { topic, partition }: ReplicaKey): boolean =>
  key.topic === topic && key.partition === partition;
