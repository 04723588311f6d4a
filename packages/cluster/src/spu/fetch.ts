/** Fetch and FetchOffsets: one read of stored batches, and where partitions begin and end. */
import type {
  ErrorCode,
  FetchOffsetsPartition,
  FetchOffsetsRequest,
  FetchOffsetsResponse,
  FetchPartition,
  FetchRequest,
  FetchResponse,
  Isolation,
  PartitionData,
} from '@fluvio-ts/protocol';
import { NO_ERROR } from '@fluvio-ts/protocol';
import type { Handler } from '@fluvio-ts/protocol/internal';
import { reasonOf } from '../logger.ts';
import type { ReadMemory } from '../storage/log-file.ts';
import type { ReadCursor } from '../storage/read-batches.ts';
import type { ConsumerOffsets } from './consumer-offsets/consumer-offsets.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';

/** More than this is never read at once, whatever a client asks for. A batch that is larger comes alone. */
export const LARGEST_SLICE_BYTES = 33_554_432;

const NOTHING: Uint8Array = new Uint8Array(0);

/** Serves Fetch. The limit holds for each partition; all of them together stay under {@link LARGEST_SLICE_BYTES}, or one batch. */
export const fetch =
  (replicas: Replicas): Handler<FetchRequest, FetchResponse> =>
  (request) => {
    let room = LARGEST_SLICE_BYTES;
    const answer = (topic: string, wanted: FetchPartition): PartitionData => {
      const replica = replicas.find(topic, wanted.partitionIndex);
      if (replica === undefined) return errorData(wanted.partitionIndex, { kind: 'NotLeaderForPartition' });
      // max_bytes is a u32 in disguise; without one (versions before 3) there are no records.
      const maxBytes = Math.min(request.maxBytes >>> 0, room);
      const data = slice(replica, {
        from: wanted.fetchOffset,
        isolation: request.isolation,
        maxBytes: request.maxBytes === 0 || room <= 0 ? 0 : maxBytes,
      });
      room -= data.records.length;
      return data;
    };
    return {
      throttleTimeMs: 0,
      errorCode: NO_ERROR,
      sessionId: 0,
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((wanted) => answer(name, wanted)),
      })),
    };
  };

/** Serves FetchOffsets. A client that names a consumer, as those of one old version do, is told where that one goes on. */
export const fetchOffsets =
  (replicas: Replicas, offsets: Pick<ConsumerOffsets, 'read'>): Handler<FetchOffsetsRequest, FetchOffsetsResponse> =>
  ({ topics, consumerId }) => {
    const partitionOf = (topic: string, partitionIndex: number): FetchOffsetsPartition => {
      const replica = replicas.find(topic, partitionIndex);
      return {
        errorCode: replica === undefined ? { kind: 'PartitionNotLeader' } : NO_ERROR,
        partitionIndex,
        startOffset: BigInt(replica?.startOffset ?? 0),
        lastStableOffset: BigInt(replica?.highWatermark ?? 0),
      };
    };
    const answer = topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => partitionOf(name, partitionIndex)),
    }));
    if (consumerId === undefined) return { topics: answer };
    const resumed = async (topic: string, of: FetchOffsetsPartition): Promise<FetchOffsetsPartition> => {
      if (of.errorCode.kind !== 'None') return of;
      const { errorCode, offset } = await offsets.read({ topic, partition: of.partitionIndex }, consumerId);
      if (errorCode.kind !== 'None') return { ...of, errorCode };
      return offset === undefined ? of : { ...of, startOffset: offset + 1n };
    };
    return Promise.all(
      answer.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(partitions.map((of) => resumed(name, of))),
      })),
    ).then((topics) => ({ topics }));
  };

/** What to read of a replica. */
export interface SliceQuery {
  readonly from: bigint;
  readonly isolation: Isolation;
  /** 0 for no records at all. */
  readonly maxBytes: number;
  readonly cursor?: ReadCursor;
  /** As {@link ReadRange.memory}. */
  readonly memory?: ReadMemory | undefined;
}

/** The answer about an offset at which there is nothing to read, now or ever; undefined for one that is in reach. */
export function rangeProblem(replica: Replica, from: bigint): PartitionData | undefined {
  const { partition } = replica.key;
  const offset = Number(from);
  if (offset < replica.startOffset) {
    return errorData(partition, {
      kind: 'OffsetEvicted',
      offset: from,
      nextAvailable: BigInt(replica.startOffset),
    });
  }
  if (offset > replica.endOffset) {
    return errorData(partition, {
      kind: 'Other',
      message: `start offset: ${from} is greater than leo: ${replica.endOffset}`,
    });
  }
  return undefined;
}

/** Reads whole batches, at least one where there is one, from the one that contains the offset. Errors are in the answer. */
export function slice(replica: Replica, { from, isolation, maxBytes, cursor, memory }: SliceQuery): PartitionData {
  const problem = rangeProblem(replica, from);
  if (problem !== undefined) return problem;
  const { partition } = replica.key;
  const offset = Number(from);
  const end = replica.limit(isolation);
  let records = NOTHING;
  if (offset < end && maxBytes > 0) {
    try {
      records = replica.read({ from: offset, end, maxBytes: Math.min(maxBytes, LARGEST_SLICE_BYTES), cursor, memory });
    } catch (error) {
      return errorData(partition, { kind: 'Other', message: reasonOf(error) });
    }
  }
  return {
    partitionIndex: partition,
    errorCode: NO_ERROR,
    highWatermark: BigInt(replica.highWatermark),
    nextFilterOffset: 0n,
    logStartOffset: BigInt(replica.startOffset),
    aborted: undefined,
    records,
  };
}

/** An answer that has an error and nothing else. */
export function errorData(partitionIndex: number, errorCode: ErrorCode): PartitionData {
  return {
    partitionIndex,
    errorCode,
    highWatermark: 0n,
    nextFilterOffset: 0n,
    logStartOffset: 0n,
    aborted: undefined,
    records: NOTHING,
  };
}
