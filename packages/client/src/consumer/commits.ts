/** What a consumer has done and what of it is stored: marked record by record, sent to the cluster from time to time. */
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { abortedError, orAborted } from '../connection/timer.ts';
import type { ClientEventOf } from '../observe/events.ts';
import type { LiveStream } from './settings.ts';
import { listStored, storeAlone, storeByStream } from './stored-offsets.ts';

/** A place in a partition; a record is one. */
export interface CommitPoint {
  /** Default: the consumer's topic, where it has one only. */
  readonly topic?: string;
  readonly partition: number;
  /** The last record that is done. */
  readonly offset: bigint;
}

/** See the file's head. */
export interface Commits {
  /** The stored offset of a partition when the consumer started; undefined for none. */
  startOf(topic: string, partition: number, signal: StopSignal): Promise<bigint | undefined>;
  /** Everything up to this record is done. */
  mark(topic: string, partition: number, offset: bigint): void;
  /** What is marked or stored from this offset on is not done any more. */
  cutBack(topic: string, partition: number, from: bigint): void;
  /** The stream by which a partition's offsets can be stored. */
  live(topic: string, partition: number, stream: LiveStream | undefined): void;
  /** Stores this offset, and no other. @throws as {@link Commits.flush}, and `partition/not-found`, `topic/not-found` */
  commit(topic: string, partition: number, offset: bigint): Promise<void>;
  /** Stores what is marked. @throws codes of `ServerCodes`, `connect/timeout`, … */
  flush(): Promise<void>;
}

interface Mark {
  readonly topic: string;
  readonly partition: number;
  /** What is to be stored, if that is not stored. */
  pending: bigint | undefined;
  stored: bigint | undefined;
  stream: LiveStream | undefined;
  storing: Promise<void> | undefined;
}

/** An offset that was stored, or could not be, as it is told. */
export type Committed = Omit<ClientEventOf<'commit'>, 'type'>;

/** What commits are made with. */
export interface CommitsParts {
  readonly cluster: Cluster;
  readonly nextId: () => number;
  /** Hears of each attempt. */
  readonly onCommitted: (commit: Committed) => void;
}

/** Makes the commits of one consumer. */
export function commits({ cluster, nextId, onCommitted }: CommitsParts, consumerId: string): Commits {
  const marks = new Map<string, Mark>();
  let listed: Promise<ReadonlyMap<string, bigint>> | undefined;
  const key = (topic: string, partition: number): string => `${topic}-${partition}`;

  const markOf = (topic: string, partition: number): Mark => {
    const name = key(topic, partition);
    const found = marks.get(name);
    if (found !== undefined) return found;
    const mark: Mark = {
      topic,
      partition,
      pending: undefined,
      stored: undefined,
      stream: undefined,
      storing: undefined,
    };
    marks.set(name, mark);
    return mark;
  };

  const send = async (mark: Mark, offset: bigint): Promise<void> => {
    const { topic, partition } = mark;
    const what = `storing the offset of consumer '${consumerId}' in ${topic}-${partition}`;
    const { stream } = mark;
    if (stream !== undefined && !stream.session.isClosed) {
      try {
        return await storeByStream(stream, what, offset, cluster.requestTimeoutMs);
      } catch (error) {
        // The stream may have moved meanwhile; any other way does as well.
        if (mark.stream === stream && !stream.session.isClosed) throw error;
      }
    }
    await storeAlone(cluster, { consumerId, topic, partition, offset }, nextId(), undefined);
  };

  /** One at a time for each partition, so that an older offset never overtakes a newer one. */
  const store = async (mark: Mark): Promise<void> => {
    while (mark.storing !== undefined) await mark.storing.catch(() => {});
    const { pending } = mark;
    if (pending === undefined) return;
    mark.storing = send(mark, pending);
    const began = performance.now();
    const { topic, partition } = mark;
    const committed = (): Committed => {
      return { consumerId, topic, partition, offset: pending, durationMs: performance.now() - began };
    };
    try {
      await mark.storing;
      mark.stored = pending;
      if (mark.pending === pending) mark.pending = undefined;
      onCommitted(committed());
    } catch (error) {
      onCommitted({ ...committed(), error });
      throw error;
    } finally {
      mark.storing = undefined;
    }
  };

  const setMark = (mark: Mark, offset: bigint): void => {
    const isStored = offset === mark.stored && mark.storing === undefined;
    mark.pending = isStored ? undefined : offset;
  };

  return {
    async startOf(topic, partition, signal) {
      listed ??= listStored(cluster, { consumerId }, undefined).then(
        (all) => new Map(all.map((each) => [key(each.topic, each.partition), each.offset])),
      );
      const asked = listed;
      asked.catch(() => {
        if (listed === asked) listed = undefined;
      });
      const found = await orAborted(asked, signal, () => abortedError('looking up stored offsets', signal));
      const offset = found.get(key(topic, partition));
      markOf(topic, partition).stored = offset;
      return offset;
    },
    mark: (topic, partition, offset) => setMark(markOf(topic, partition), offset),
    async commit(topic, partition, offset) {
      const mark = markOf(topic, partition);
      setMark(mark, offset);
      try {
        await store(mark);
      } catch (error) {
        // Its caller knows, so that no later commit is to fail for it.
        if (mark.pending === offset) mark.pending = undefined;
        throw error;
      }
    },
    cutBack(topic, partition, from) {
      const mark = markOf(topic, partition);
      if ((mark.pending ?? mark.stored ?? -1n) >= from) mark.pending = from - 1n;
    },
    live(topic, partition, stream) {
      markOf(topic, partition).stream = stream;
    },
    async flush() {
      await Promise.all([...marks.values()].map(store));
    },
  };
}
