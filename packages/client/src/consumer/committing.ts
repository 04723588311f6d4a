/** When a consumer stores how far it is: by itself from time to time, when it is told to, and at its end. */
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import { deadline, orAborted } from '../connection/timer.ts';
import { clientError } from '../errors.ts';
import { reaches } from './arrivals.ts';
import type { ConsumerBatch } from './batch.ts';
import type { CommitPoint, CommitsParts } from './commits.ts';
import { commits } from './commits.ts';
import type { ConsumerSettings } from './options.ts';
import type { Progress } from './readers.ts';
import type { LiveStream } from './settings.ts';

/** See the file's head. Without a consumer id it does nothing. */
export interface Committing {
  /** Looks up the stored start of a partition, if there may be one. */
  startOf(topic: string, partition: number): ((signal: StopSignal) => Promise<bigint | undefined>) | undefined;
  live(topic: string, partition: number, stream: LiveStream | undefined): void;
  /** What a loop tells of itself. */
  progress(): Progress;
  /** A batch has been read to its end. */
  finished(batch: ConsumerBatch): void;
  /** Other records take the place of those from that offset on: they are not done, whatever was done there. */
  truncated(topic: string, partition: number, from: bigint): void;
  /** Stores up to this record, or all that is done. @throws `option/invalid`, codes of `ServerCodes`, `connect/timeout` */
  commit(point?: CommitPoint & { readonly topic: string }): Promise<void>;
  /** Stores what is done, within a few seconds, and stops. Never rejects. */
  close(): Promise<void>;
}

/** Milliseconds that the last commit may take. */
const LAST_COMMIT_MS = 5_000;

/** Makes the commits of one consumer. */
export function committing(parts: CommitsParts, settings: ConsumerSettings): Committing {
  const { cluster } = parts;
  const { consumerId, commit, commitIntervalMs, resume, onCommitError } = settings;
  const loops: Progress[] = [];
  const progress = (): Progress => {
    const loop: Progress = { batch: undefined, done: undefined, isVoid: false };
    loops.push(loop);
    return loop;
  };
  const voidFrom = (topic: string, partition: number, from: bigint): void => {
    for (const loop of loops) {
      if (loop.batch !== undefined && reaches(loop.batch, topic, partition, from)) loop.isVoid = true;
    }
  };
  if (consumerId === undefined) {
    return {
      startOf: () => undefined,
      live() {},
      progress,
      finished() {},
      truncated: voidFrom,
      async commit() {
        const reason = 'is needed to commit: the cluster stores offsets by the name of a consumer';
        throw clientError('option/invalid', { option: 'consumerId', reason });
      },
      close: async () => {},
    };
  }

  const store = commits(parts, consumerId);
  const isAuto = commit === 'auto';
  /** What loops have read to its end since offsets were last marked. */
  const done = new Map<string, CommitPoint & { readonly topic: string }>();
  const note = (topic: string, partition: number, offset: bigint): void =>
    void done.set(`${topic}-${partition}`, { topic, partition, offset });
  const markDone = (): void => {
    for (const loop of loops) {
      if (loop.batch !== undefined && loop.done !== undefined && !loop.isVoid) {
        note(loop.batch.topic, loop.batch.partition, loop.done.offset);
      }
    }
    for (const { topic, partition, offset } of done.values()) store.mark(topic, partition, offset);
    done.clear();
  };
  const flush = async (): Promise<void> => {
    markDone();
    await store.flush();
  };
  /** Nobody waits for these, so their failures are told; the next one tries again. */
  const flushQuietly = async (): Promise<void> => {
    try {
      await flush();
    } catch (error) {
      await onCommitError?.(error);
    }
  };
  const timer = isAuto ? setInterval(() => flushQuietly().catch(() => {}), commitIntervalMs) : undefined;
  // An open consumer has connections that keep a process alive; one that was never read has nothing to store.
  (timer as unknown as { readonly unref?: () => void } | undefined)?.unref?.();

  return {
    startOf: (topic, partition) => (resume ? (signal) => store.startOf(topic, partition, signal) : undefined),
    live: store.live,
    progress,
    finished(batch) {
      note(batch.topic, batch.partition, batch.nextOffset - 1n);
    },
    truncated(topic, partition, from) {
      voidFrom(topic, partition, from);
      const name = `${topic}-${partition}`;
      if ((done.get(name)?.offset ?? -1n) >= from) note(topic, partition, from - 1n);
      if (!isAuto) return;
      store.cutBack(topic, partition, from);
      flushQuietly().catch(() => {});
    },
    async commit(point) {
      if (point === undefined) return flush();
      const { topic, partition, offset } = point;
      if (typeof offset !== 'bigint' || offset < -1n) {
        const reason = `has offset ${offset}, which must be a bigint of at least -1`;
        throw clientError('option/invalid', { option: 'commit', reason });
      }
      return store.commit(topic, partition, offset);
    },
    async close() {
      clearInterval(timer);
      if (!isAuto || cluster.life.aborted) return;
      const limit = deadline(LAST_COMMIT_MS, cluster.life);
      const late = (): Error => clientError('client/closed', { what: 'the last commit' });
      await orAborted(flushQuietly(), limit.signal, late)
        .catch(() => {})
        .finally(() => limit.release());
    },
  };
}
