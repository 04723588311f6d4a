/** How far named consumers are, as the cluster stores it: asked of the SPU that leads its topic `consumer-offset`. */
import type { ErrorCode } from '@fluvio-ts/protocol';
import { DeleteConsumerOffset, FetchConsumerOffsets, StreamFetch, UpdateConsumerOffset } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import type { Purpose } from '../connection/spu-pool.ts';
import { clientError, serverError } from '../errors.ts';
import { askOffsets } from './position.ts';
import type { LiveStream } from './settings.ts';

/** Where one consumer stands in one partition. */
export interface StoredOffset {
  readonly consumerId: string;
  readonly topic: string;
  readonly partition: number;
  /** The last record that is done: the consumer starts one after it. */
  readonly offset: bigint;
  /** When it was stored, Unix milliseconds, to the second. */
  readonly storedAtMs: number;
}

/** Which stored offsets are meant. */
export interface StoredOffsetFilter {
  readonly consumerId?: string | undefined;
  readonly topic?: string | undefined;
  /** Needs `topic`. */
  readonly partition?: number | undefined;
}

const TOPIC = 'consumer-offset';

/** Which stored offsets there are, sorted by consumer, topic and partition. @throws codes of `ServerCodes`, `connect/timeout` */
export function listStored(
  cluster: Cluster,
  { consumerId, topic, partition }: StoredOffsetFilter,
  signal: StopSignal | undefined,
): Promise<StoredOffset[]> {
  return atKeeper(cluster, 'listing the stored offsets', signal, async (session, stop) => {
    const replicaId = topic === undefined || partition === undefined ? undefined : { topic, partition };
    const filter = replicaId === undefined && consumerId === undefined ? undefined : { replicaId, consumerId };
    const { errorCode, consumers } = await session.call(FetchConsumerOffsets, { filter }, { signal: stop });
    check('listing the stored offsets', errorCode);
    return consumers
      .map(({ consumerId: id, replicaId: replica, offset, modifiedTime }) => ({
        consumerId: id,
        ...placeOf(replica),
        offset,
        storedAtMs: Number(modifiedTime) * 1000,
      }))
      .filter((each) => consumerId === undefined || each.consumerId === consumerId)
      .filter((each) => topic === undefined || each.topic === topic)
      .filter((each) => partition === undefined || each.partition === partition)
      .sort(byName);
  });
}

/** Forgets one. @throws codes of `ServerCodes`, `connect/timeout` */
export function deleteStored(
  cluster: Cluster,
  { consumerId, topic, partition }: Pick<StoredOffset, 'consumerId' | 'topic' | 'partition'>,
  signal: StopSignal | undefined,
): Promise<void> {
  const what = `deleting the offset of consumer '${consumerId}' in ${topic}-${partition}`;
  return atKeeper(cluster, what, signal, async (session, stop) => {
    const request = { replicaId: { topic, partition }, consumerId };
    check(what, (await session.call(DeleteConsumerOffset, request, { signal: stop })).errorCode);
  });
}

/** Stores one by the stream that reads the partition. @throws codes of `ServerCodes`, `connection/closed`, `request/timeout` */
export async function storeByStream(
  { session, id }: LiveStream,
  what: string,
  offset: bigint,
  timeoutMs: number,
): Promise<void> {
  check(what, (await session.call(UpdateConsumerOffset, { offset, sessionId: id }, { timeoutMs })).errorCode);
}

/**
 * Stores one without reading a record: by a stream that is opened for nothing else, on a connection of its own, where it
 * is the first and so has the id 1.
 *
 * @throws codes of `ServerCodes`, `connect/timeout`, `topic/not-found`
 */
export function storeAlone(
  cluster: Cluster,
  { consumerId, topic, partition, offset }: Pick<StoredOffset, 'consumerId' | 'topic' | 'partition' | 'offset'>,
  id: number,
  signal: StopSignal | undefined,
): Promise<void> {
  const what = `storing the offset of consumer '${consumerId}' in ${topic}-${partition}`;
  const purpose: Purpose = `store ${id}`;
  const done = (): void => cluster.release(purpose, clientError('client/closed', { what }));
  return cluster
    .retrying({ what, timeoutMs: cluster.requestTimeoutMs, signals: [signal] }, async (stop) => {
      const session = await cluster.leader(topic, partition, purpose, stop);
      try {
        const from = await firstOffset(session, topic, partition, cluster, stop);
        session.open(StreamFetch, streamForStoring(topic, partition, from, consumerId), { signal: stop }).close();
        await storeByStream({ session, id: 1 }, what, offset, cluster.requestTimeoutMs);
      } finally {
        session.close('its offset is stored');
      }
    })
    .finally(done);
}

const streamForStoring = (topic: string, partition: number, fetchOffset: bigint, consumerId: string) => ({
  topic,
  partition,
  fetchOffset,
  maxBytes: 1,
  isolation: 'read_uncommitted' as const,
  wasmModule: new Uint8Array(0),
  smartmodule: undefined,
  derivedStream: undefined,
  smartmodules: [],
  consumerId,
});

async function firstOffset(
  session: Session,
  topic: string,
  partition: number,
  cluster: Cluster,
  stop: StopSignal,
): Promise<bigint> {
  return (await askOffsets(session, cluster, topic, partition, stop)).highWatermark;
}

function atKeeper<T>(
  cluster: Cluster,
  what: string,
  signal: StopSignal | undefined,
  ask: (session: Session, stop: StopSignal) => Promise<T>,
): Promise<T> {
  return cluster.retrying({ what, timeoutMs: cluster.requestTimeoutMs, signals: [signal] }, async (stop) =>
    ask(await cluster.leader(TOPIC, 0, 'query', stop), stop),
  );
}

function check(what: string, error: ErrorCode): void {
  if (error.kind !== 'None') throw serverError(what, error);
}

const placeOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }) => ({
  topic,
  partition,
});

function byName(a: StoredOffset, b: StoredOffset): number {
  if (a.consumerId !== b.consumerId) return a.consumerId < b.consumerId ? -1 : 1;
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition;
}
