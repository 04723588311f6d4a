/** The public API of an SPU, for one connection: stream ids count from 1 on each. */
import type {
  ApiVersionKey,
  ErrorCode,
  StreamFetchRequest,
  StreamFetchResponse,
  UpdateConsumerOffsetResponse,
} from '@fluvio-ts/protocol';
import {
  DeleteConsumerOffset,
  Fetch,
  FetchConsumerOffsets,
  FetchOffsets,
  NO_ERROR,
  Produce,
  SpuApiVersions,
  StreamFetch,
  UpdateConsumerOffset,
  UpdateOffsets,
} from '@fluvio-ts/protocol';
import type { Handler, Route } from '@fluvio-ts/protocol/internal';
import { on } from '@fluvio-ts/protocol/internal';
import type { StoreConsumerOffsetRequest } from '../private/consumer-offsets.ts';
import type { ConsumerOffsets } from './consumer-offsets/consumer-offsets.ts';
import { errorData, fetch, fetchOffsets } from './fetch.ts';
import { produce } from './produce.ts';
import type { ProduceTransforms } from './produce-transform.ts';
import type { Replicas } from './replicas.ts';
import { sliceMemory } from './slice-memory.ts';
import type { SmartModules } from './smartmodules.ts';
import type { Stream } from './stream-fetch.ts';
import { startStream } from './stream-fetch.ts';
import { takeTurns } from './turns.ts';

/** What SPUs of Fluvio say that they serve: less than they do, at versions that leave some clients out. */
const apiKeys = (streamFetchMax: number): ApiVersionKey[] => [
  { apiKey: Produce.key, minVersion: 0, maxVersion: 25 },
  { apiKey: Fetch.key, minVersion: 0, maxVersion: 25 },
  { apiKey: FetchOffsets.key, minVersion: 25, maxVersion: 25 },
  { apiKey: StreamFetch.key, minVersion: 0, maxVersion: streamFetchMax },
  { apiKey: UpdateOffsets.key, minVersion: 0, maxVersion: 0 },
];

/** Open streams of one connection; a client that wants more opens another. */
const STREAM_LIMIT = 4096;

const noSession: ErrorCode = { kind: 'FetchSessionNotFoud' };

/** What the API works on. */
export interface SpuParts {
  readonly replicas: Replicas;
  readonly offsets: ConsumerOffsets;
  readonly smartModules: SmartModules;
  readonly transforms: ProduceTransforms;
}

/** The routes of one connection. */
export function spuRoutes({ replicas, offsets, smartModules, transforms }: SpuParts): Route[] {
  const streams = new Map<number, Stream>();
  /** Who reads what, of every stream that had a consumer's name, for as long as the connection lives. */
  const consumers = new Map<number, Omit<StoreConsumerOffsetRequest, 'offset'>>();
  const turns = takeTurns();
  const memory = sliceMemory();
  let lastStreamId = 0;

  const exists = (streamId: number): boolean => streamId >= 1 && streamId <= lastStreamId;

  const streamFetch: Handler<StreamFetchRequest, StreamFetchResponse> = (request, call) => {
    const { topic, partition } = request;
    const refuse = (errorCode: ErrorCode, streamId: number): StreamFetchResponse => ({
      topic,
      streamId,
      partition: errorData(partition, errorCode),
    });
    const replica = replicas.find(topic, partition);
    if (replica === undefined) return refuse({ kind: 'NotLeaderForPartition' }, 0);
    if (streams.size >= STREAM_LIMIT) {
      return refuse({ kind: 'Other', message: `a connection can have ${STREAM_LIMIT} streams: open another` }, 0);
    }
    const id = ++lastStreamId;
    const stream = startStream({ id, replica, request, call, smartModules, turns, memory });
    streams.set(id, stream);
    if (request.consumerId !== undefined) {
      consumers.set(id, { replica: replica.key, incarnation: replica.incarnation, consumerId: request.consumerId });
    }
    void stream.ended.then(() => streams.delete(id));
    return undefined;
  };

  return [
    on(SpuApiVersions, ({ clientVersion }) => ({
      errorCode: NO_ERROR,
      apiKeys: apiKeys(clientVersion === '' ? 15 : 25),
      platformVersion: '0.0.0',
    })),
    // What is produced is in the log, or in the memory of a module, once it is answered.
    on(Produce, produce(replicas, transforms), { borrows: true }),
    on(Fetch, fetch(replicas)),
    on(FetchOffsets, fetchOffsets(replicas, offsets)),
    on(StreamFetch, streamFetch),
    on(UpdateOffsets, ({ offsets }) => ({
      status: offsets.map(({ offset, sessionId }) => {
        streams.get(sessionId)?.acknowledge(offset);
        return { sessionId, error: exists(sessionId) ? NO_ERROR : noSession };
      }),
    })),
    on(UpdateConsumerOffset, async ({ offset, sessionId }) => {
      const refuse = (errorCode: ErrorCode): UpdateConsumerOffsetResponse => ({ offset: 0n, errorCode });
      if (!exists(sessionId)) return refuse(noSession);
      const consumer = consumers.get(sessionId);
      if (consumer === undefined) return refuse({ kind: 'Other', message: 'stream without consumer id' });
      const errorCode = await offsets.store({ ...consumer, offset });
      return errorCode.kind === 'None' ? { offset, errorCode } : refuse(errorCode);
    }),
    on(DeleteConsumerOffset, async ({ replicaId, consumerId }) => ({
      errorCode: await offsets.delete(replicaId, consumerId),
    })),
    on(FetchConsumerOffsets, ({ filter }) => offsets.list(filter)),
  ];
}
