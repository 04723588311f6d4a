/** What a stream with SmartModules sends: slices of the partition, after they went through a chain. */
import type { Isolation, PartitionData, SmartModuleInvocation } from '@fluvio-ts/protocol';
import { NO_ERROR } from '@fluvio-ts/protocol';
import { transformStream } from '@fluvio-ts/smartmodule';
import { errorData, LARGEST_SLICE_BYTES, rangeProblem } from './fetch.ts';
import { batchesOf } from './log-batches.ts';
import { lookBackOn } from './look-back.ts';
import type { Replica } from './replica.ts';
import type { SmartModules } from './smartmodules.ts';
import { codecs, codeOf } from './smartmodules.ts';

/** What to stream. */
export interface TransformQuery {
  readonly smartModules: SmartModules;
  readonly invocations: readonly SmartModuleInvocation[];
  readonly replica: Replica;
  readonly isolation: Isolation;
  readonly maxBytes: number;
  /** API version of the client. */
  readonly version: number;
  /** Ends the chain, in the middle of a call too. */
  readonly signal: AbortSignal;
}

/** A slice; undefined when there is nothing to tell. After one that is `last` the chain is over. */
export type TransformedSlice = { readonly data: PartitionData; readonly last: boolean } | undefined;

/** A stream through a chain. */
export interface TransformedStream {
  /** What comes from an offset on. */
  next(from: bigint): Promise<TransformedSlice>;
  close(): Promise<void>;
}

/** Bytes that go through a chain before it is looked whether the client is still there. */
const INPUT_BYTES = 4 << 20;

const NOTHING: Uint8Array = new Uint8Array(0);

/** Starts the chain of a stream. @throws what `codeOf` has an answer for */
export async function startTransform(query: TransformQuery): Promise<TransformedStream> {
  const { replica, isolation, signal } = query;
  // What comes while the modules start is not the past.
  const past = replica.highWatermark;
  const chain = await query.smartModules.start(query.invocations, { version: query.version, signal });
  const cursor = { segment: -1, offset: -1, position: -1 };
  const maxBytes = Math.min(query.maxBytes, LARGEST_SLICE_BYTES);

  const answer = (
    records: Uint8Array,
    nextFilterOffset: bigint,
    errorCode: PartitionData['errorCode'],
  ): PartitionData => ({
    partitionIndex: replica.key.partition,
    errorCode,
    highWatermark: BigInt(replica.highWatermark),
    nextFilterOffset,
    logStartOffset: BigInt(replica.startOffset),
    aborted: undefined,
    records,
  });

  const transformed = async (from: bigint): Promise<TransformedSlice> => {
    let at = from;
    for (;;) {
      const end = replica.limit(isolation);
      const batches = batchesOf(replica, { from: Number(at), end, maxBytes: INPUT_BYTES, cursor });
      const { records, nextOffset, error } = await transformStream(chain, batches, {
        fromOffset: at,
        maxBytes,
        codecs,
        signal,
      });
      const stuck = nextOffset <= at;
      at = nextOffset;
      if (error !== undefined) {
        // After a refused record the chain goes on behind it, when the client asks for that.
        const last = error.code !== 'smartmodule/record-failed';
        return { data: answer(records, at, codeOf(error, 'consume')), last };
      }
      if (records.length > 0) return { data: answer(records, at, NO_ERROR), last: false };
      signal.throwIfAborted();
      if (!stuck && at < replica.limit(isolation) && replica.state !== 'gone') continue;
      // Where everything was dropped the client hears how far that is, which it would else not know: where the end is
      // that it may have been asked to stop at, and from where to go on after a lost connection.
      return at > from ? { data: answer(NOTHING, at, NO_ERROR), last: false } : undefined;
    }
  };

  try {
    await lookBackOn(chain, replica, past, signal);
  } catch (error) {
    await chain.close();
    throw error;
  }
  return {
    async next(from) {
      const problem = rangeProblem(replica, from);
      if (problem !== undefined) return { data: problem, last: true };
      try {
        return await transformed(from);
      } catch (error) {
        return { data: errorData(replica.key.partition, codeOf(error, 'consume')), last: true };
      }
    },
    close: () => chain.close(),
  };
}
