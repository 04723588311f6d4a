/** The offsets that a cluster stores for named consumers: to be looked at, moved and forgotten. */
import { stopper } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { clientError } from '../errors.ts';
import { partitionCount } from '../metadata/metadata.ts';
import { fetchOffsets } from './position.ts';
import type { StoredOffset, StoredOffsetFilter } from './stored-offsets.ts';
import { deleteStored, listStored, storeAlone } from './stored-offsets.ts';

/** How far a named consumer lags behind in one partition. */
export interface ConsumerLag {
  readonly topic: string;
  readonly partition: number;
  /** The last record that is done; undefined if nothing is stored. */
  readonly stored: bigint | undefined;
  /** Offset behind the last committed record. */
  readonly highWatermark: bigint;
  /** Stored records that the consumer has not done; all of them if nothing is stored for it. */
  readonly lag: bigint;
}

/** See the file's head. */
export interface ConsumerOffsets {
  /** What is stored, sorted by consumer, topic and partition. @throws codes of `ServerCodes`, `connect/timeout` */
  list(filter?: StoredOffsetFilter, options?: { readonly signal?: AbortSignal }): Promise<readonly StoredOffset[]>;
  /**
   * Forgets what is stored for a consumer: in one partition, in one topic, or everywhere. Answers what was forgotten.
   *
   * @throws codes of `ServerCodes`, `connect/timeout`
   */
  delete(
    which: StoredOffsetFilter & { readonly consumerId: string },
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly StoredOffset[]>;
  /**
   * Stores an offset, so that the consumer starts one after it: -1 is in front of the first record ever. A consumer of this
   * name that is running overwrites it.
   *
   * @throws `option/invalid`, `topic/not-found`, codes of `ServerCodes`, `connect/timeout`
   */
  set(
    place: Pick<StoredOffset, 'consumerId' | 'topic' | 'partition' | 'offset'>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<void>;
  /** How far a consumer lags behind in each partition of a topic. @throws `topic/not-found`, codes of `ServerCodes`, `connect/timeout` */
  lag(
    consumer: { readonly consumerId: string; readonly topic: string },
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly ConsumerLag[]>;
}

/** @internal Makes the access of one client. */
export function consumerOffsets(cluster: Cluster, nextId: () => number): ConsumerOffsets {
  return {
    list: (filter = {}, { signal } = {}) => listStored(cluster, filter, signal),
    async delete(which, { signal } = {}) {
      const found = await listStored(cluster, which, signal);
      for (const each of found) await deleteStored(cluster, each, signal);
      return found;
    },
    async set(place, { signal } = {}) {
      if (place.offset < -1n) {
        throw clientError('option/invalid', { option: 'offset', reason: `is ${place.offset}: it must be at least -1` });
      }
      await cluster.topic(place.topic, signal);
      await storeAlone(cluster, place, nextId(), signal);
    },
    async lag({ consumerId, topic }, { signal } = {}) {
      const count = partitionCount(await cluster.topic(topic, signal));
      const stored = await listStored(cluster, { consumerId, topic }, signal);
      const stop = signal ?? stopper().signal;
      const lagIn = async (partition: number): Promise<ConsumerLag> => {
        const { start, highWatermark } = await cluster.retrying(
          {
            what: `reading the offsets of ${topic}-${partition}`,
            timeoutMs: cluster.requestTimeoutMs,
            signals: [stop],
          },
          (wait) => fetchOffsets(cluster, topic, partition, 'query', wait),
        );
        const offset = stored.find((each) => each.partition === partition)?.offset;
        const next = offset === undefined || offset + 1n < start ? start : offset + 1n;
        return {
          topic,
          partition,
          stored: offset,
          highWatermark,
          lag: next > highWatermark ? 0n : highWatermark - next,
        };
      };
      return Promise.all(Array.from({ length: count }, (_, partition) => lagIn(partition)));
    },
  };
}
