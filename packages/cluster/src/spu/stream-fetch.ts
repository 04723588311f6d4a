/**
 * StreamFetch: slices of one partition, pushed one at a time.
 *
 * A stream has a credit of one: after each slice it waits for the client to say which offset it wants next. An earlier one
 * rewinds, a later one parks the stream until the log is there. Nothing is sent while there is nothing new, so an idle
 * stream is silent.
 */
import { setMaxListeners } from 'node:events';
import type { ErrorCode, PartitionData, StreamFetchRequest, StreamFetchResponse } from '@fluvio-ts/protocol';
import type { Call } from '@fluvio-ts/protocol/internal';
import { errorData, slice } from './fetch.ts';
import type { Replica } from './replica.ts';
import type { SliceMemory } from './slice-memory.ts';
import type { SmartModules } from './smartmodules.ts';
import { codeOf } from './smartmodules.ts';
import type { TransformedStream } from './stream-transform.ts';
import { startTransform } from './stream-transform.ts';
import type { Turns } from './turns.ts';

/** What a stream is made of. */
export interface StreamParts {
  readonly id: number;
  readonly replica: Replica;
  readonly request: StreamFetchRequest;
  readonly call: Call<StreamFetchResponse>;
  /** Runs the SmartModules that the request names. */
  readonly smartModules: SmartModules;
  /** Lets one stream of the connection at a time read and send, so that a slow client holds one slice in memory, not one for each. */
  readonly turns: Turns;
  /** Shared by the streams of the connection, which take turns. */
  readonly memory: SliceMemory;
}

/** A running stream. */
export interface Stream {
  /** The client wants `offset` next. Only the latest counts. */
  acknowledge(offset: bigint): void;
  /** Resolves when the stream is over; never rejects. */
  readonly ended: Promise<void>;
}

/** Fluvio's SPUs take this acknowledgement for "the topic was deleted", and ignore that one. */
const DELETED = -2n;
const IGNORED = -1n;

/** Starts to send. */
export function startStream({ id, replica, request, call, smartModules, turns, memory }: StreamParts): Stream {
  const { topic, isolation } = request;
  // max_bytes is a u32 in disguise.
  const maxBytes = Math.max(1, request.maxBytes >>> 0);
  const cursor = { segment: -1, offset: -1, position: -1 };
  const epoch = replica.leadership?.epoch;
  let acknowledged: bigint | undefined;
  let news = false;
  let resume: (() => void) | undefined;

  const wake = (): void => {
    news = true;
    resume?.();
  };
  const nextNews = async (): Promise<void> => {
    if (!news) {
      await new Promise<void>((resolve) => {
        resume = resolve;
      });
    }
    resume = undefined;
    news = false;
  };
  const send = (partition: PartitionData): Promise<void> => call.push({ topic, streamId: id, partition });
  const fail = (errorCode: ErrorCode): Promise<void> => send(errorData(request.partition, errorCode));

  /** Sends what there is from `from` on, if anything; false when that ended the stream. */
  const sendSlice = async (from: bigint): Promise<'sent' | 'nothing' | 'ended'> => {
    // The turn may have come after the end of the connection, or of the topic.
    call.signal.throwIfAborted();
    if (replica.state === 'gone' || !replica.leads(epoch)) return 'nothing';
    const data = slice(replica, { from, isolation, maxBytes, cursor, memory: memory.when(call.allSent()) });
    const failed = data.errorCode.kind !== 'None';
    if (!failed && data.records.length === 0) return 'nothing';
    if (cursor.offset >= replica.limit(isolation)) memory.release();
    await send(data);
    return failed ? 'ended' : 'sent';
  };

  /** The same through SmartModules, which may take their time: the other streams go on meanwhile. */
  const sendTransformed = async (transform: TransformedStream, from: bigint): Promise<'sent' | 'nothing' | 'ended'> => {
    const slice = await transform.next(from);
    if (slice === undefined || replica.state === 'gone' || !replica.leads(epoch)) return 'nothing';
    await turns.take(() => send(slice.data));
    return slice.last ? 'ended' : 'sent';
  };

  const run = async (transform: TransformedStream | undefined): Promise<void> => {
    let from = request.fetchOffset;
    let credit = true;
    let begun = false;
    for (;;) {
      if (call.signal.aborted) return;
      if (replica.state === 'gone') return fail({ kind: 'TopicDeleted' });
      // What was read from this log may be cut off it: only the new leader knows what follows.
      if (!replica.leads(epoch)) return fail({ kind: 'NotLeaderForPartition' });
      if (acknowledged !== undefined) {
        if (acknowledged === DELETED) return fail({ kind: 'TopicDeleted' });
        if (acknowledged !== IGNORED) {
          from = acknowledged;
          credit = true;
        }
        acknowledged = undefined;
      }
      // The first offset is checked even where there is nothing to send; a later one beyond the end only parks.
      if (credit && (!begun || from < replica.limit(isolation))) {
        begun = true;
        const outcome =
          transform === undefined ? await turns.take(() => sendSlice(from)) : await sendTransformed(transform, from);
        if (outcome === 'ended') return;
        if (outcome === 'sent') credit = false;
        // A topic may have been deleted, or an acknowledgement come, while this stream waited for its turn.
        if (outcome === 'nothing' && news) continue;
      }
      await nextNews();
    }
  };

  /** Starts the SmartModules, where there are some, and streams. */
  const runThrough = async (): Promise<void> => {
    const { smartmodules: invocations } = request;
    if (invocations.length === 0) return run(undefined);
    let transform: TransformedStream;
    try {
      const { version, signal } = call;
      transform = await startTransform({
        smartModules,
        invocations,
        replica,
        isolation,
        maxBytes,
        version,
        signal,
      });
    } catch (error) {
      return fail(codeOf(error, 'consume'));
    }
    try {
      await run(transform);
    } finally {
      await transform.close();
    }
  };

  // A connection has many streams, and each listens for its end.
  setMaxListeners(0, call.signal);
  const unsubscribe = replica.subscribe(wake);
  call.signal.addEventListener('abort', wake, { once: true });
  const ended = runThrough()
    // The connection is over: there is nobody to tell.
    .catch(() => {})
    .finally(() => {
      unsubscribe();
      call.signal.removeEventListener('abort', wake);
    });
  return {
    ended,
    acknowledge(offset) {
      acknowledged = offset;
      wake();
    },
  };
}
