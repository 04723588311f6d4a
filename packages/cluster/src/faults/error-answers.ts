/** The answer of each API that has an error and nothing else. */
import type {
  CreateRequest,
  DeleteRequest,
  ErrorCode,
  FetchOffsetsRequest,
  FetchRequest,
  ProduceRequest,
  StreamFetchRequest,
  UpdateOffsetsRequest,
  UpdateRequest,
} from '@fluvio-ts/protocol';
import { NO_ERROR } from '@fluvio-ts/protocol';
import { errorData } from '../spu/fetch.ts';
import type { FaultApi } from './fault.ts';

type Answer = (request: never, errorCode: ErrorCode) => unknown;

const status = (name: string, errorCode: ErrorCode): unknown => ({
  name,
  errorCode,
  errorMessage: 'this fault was injected',
});

const answers: Partial<Record<FaultApi, Answer>> = {
  Produce: ({ topics }: ProduceRequest, errorCode) => ({
    throttleTimeMs: 0,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode,
        baseOffset: 0n,
        logAppendTimeMs: 0n,
        logStartOffset: 0n,
      })),
    })),
  }),
  Fetch: ({ topics }: FetchRequest, errorCode) => ({
    throttleTimeMs: 0,
    errorCode: NO_ERROR,
    sessionId: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => errorData(partitionIndex, errorCode)),
    })),
  }),
  FetchOffsets: ({ topics }: FetchOffsetsRequest, errorCode) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        errorCode,
        partitionIndex,
        startOffset: 0n,
        lastStableOffset: 0n,
      })),
    })),
  }),
  StreamFetch: ({ topic, partition }: StreamFetchRequest, errorCode) => ({
    topic,
    streamId: 0,
    partition: errorData(partition, errorCode),
  }),
  UpdateOffsets: ({ offsets }: UpdateOffsetsRequest, error) => ({
    status: offsets.map(({ sessionId }) => ({ sessionId, error })),
  }),
  UpdateConsumerOffset: (_, errorCode) => ({ offset: 0n, errorCode }),
  DeleteConsumerOffset: (_, errorCode) => ({ errorCode }),
  FetchConsumerOffsets: (_, errorCode) => ({ errorCode, consumers: [] }),
  Create: (request: CreateRequest, errorCode) =>
    status(request.label === 'Unknown' ? request.name : request.body.name, errorCode),
  Delete: (request: DeleteRequest, errorCode) => status(keyOf(request), errorCode),
  Update: (request: UpdateRequest, errorCode) => status(keyOf(request), errorCode),
};

function keyOf(request: DeleteRequest | UpdateRequest): string {
  if (request.label === 'Unknown') return request.name;
  const { key } = request.body;
  if (typeof key === 'string') return key;
  return key.kind === 'name' ? key.name : `spu-${key.id}`;
}

/** Whether answers of an API can say that something went wrong. */
export const canFail = (api: FaultApi): boolean => answers[api] !== undefined;

/** Makes such an answer. */
export const errorAnswer = (api: FaultApi, request: unknown, errorCode: ErrorCode): unknown =>
  answers[api]?.(request as never, errorCode);
