/** Messages as they are in life: a cluster of three SPUs and twenty topics of four partitions, and what is asked of it. */
import type {
  ApiVersionsResponse,
  FetchOffsetsResponse,
  ListResponse,
  ObjectOf,
  ProduceRequest,
  ProduceResponse,
  StreamFetchRequest,
  StreamFetchResponse,
  UpdateOffsetsRequest,
  WatchResponse,
} from '@fluvio-ts/protocol';
import { NO_ERROR } from '@fluvio-ts/protocol';

const TOPICS = Array.from({ length: 20 }, (_, i) => `topic-${i}`);
const PARTITIONS = [0, 1, 2, 3];
const SPUS = [5001, 5002, 5003];

const topics = TOPICS.map(
  (name): ObjectOf<'Topic'> => ({
    name,
    spec: {
      replicas: { kind: 'computed', partitions: 4, replicationFactor: 3, ignoreRackAssignment: false },
      cleanupPolicy: { kind: 'segment', timeInSeconds: 604_800 },
      storage: { segmentSize: 1_073_741_824, maxPartitionSize: undefined },
      compressionType: 'Any',
      deduplication: undefined,
      system: false,
    },
    status: {
      resolution: 'Provisioned',
      replicaMap: new Map(PARTITIONS.map((partition) => [partition, SPUS])),
      mirrorMap: new Map(),
      reason: '',
    },
  }),
);

const partitions = TOPICS.flatMap((topic) =>
  PARTITIONS.map(
    (partition): ObjectOf<'Partition'> => ({
      name: `${topic}-${partition}`,
      spec: {
        leader: SPUS[partition % 3] as number,
        replicas: SPUS,
        cleanupPolicy: { kind: 'segment', timeInSeconds: 604_800 },
        storage: undefined,
        compressionType: 'Any',
        deduplication: undefined,
        system: false,
        mirror: undefined,
      },
      status: {
        resolution: 'Online',
        leader: { spu: 5001, hw: 123_456n, leo: 123_460n },
        lsr: 2,
        replicas: [5002, 5003].map((spu) => ({ spu, hw: 123_456n, leo: 123_456n })),
        size: 1_234_567_890n,
        isBeingDeleted: false,
        baseOffset: 0n,
      },
    }),
  ),
);

export const topicList: ListResponse = { label: 'Topic', body: topics };
export const partitionWatch: WatchResponse = { label: 'Partition', body: { epoch: 7n, changes: [], all: partitions } };

export const apiVersions: ApiVersionsResponse = {
  errorCode: NO_ERROR,
  apiKeys: [0, 1, 1002, 1003, 1005].map((apiKey) => ({ apiKey, minVersion: 0, maxVersion: 25 })),
  platformVersion: '0.18.1',
};

export const streamFetch: StreamFetchRequest = {
  topic: 'topic-7',
  partition: 3,
  fetchOffset: 123_456n,
  maxBytes: 1_048_576,
  isolation: 'read_committed',
  wasmModule: new Uint8Array(0),
  smartmodule: undefined,
  derivedStream: undefined,
  smartmodules: [
    {
      wasm: { kind: 'predefined', name: 'my-filter' },
      kind: { kind: 'generic', context: { kind: 'none' } },
      params: { params: new Map([['regex', '^a']]), lookback: undefined },
      name: 'my-filter',
    },
  ],
  consumerId: 'reader-1',
};

/** An answer of a stream around a record set of 4 KB. */
export const streamAnswer: StreamFetchResponse = {
  topic: 'topic-7',
  streamId: 1,
  partition: {
    partitionIndex: 3,
    errorCode: NO_ERROR,
    highWatermark: 123_500n,
    nextFilterOffset: 0n,
    logStartOffset: 0n,
    aborted: undefined,
    records: new Uint8Array(4000),
  },
};

export const acknowledgement: UpdateOffsetsRequest = { offsets: [{ offset: 123_500n, sessionId: 1 }] };

/** A request around a record set of 4 KB. */
export const produce: ProduceRequest = {
  transactionalId: undefined,
  isolation: 'read_uncommitted',
  timeoutMs: 1500,
  topics: [{ name: 'topic-7', partitions: [{ partitionIndex: 3, records: new Uint8Array(4000) }] }],
  smartmodules: [],
};

export const produced: ProduceResponse = {
  responses: [
    {
      name: 'topic-7',
      partitions: [{ partitionIndex: 3, errorCode: NO_ERROR, baseOffset: 9n, logAppendTimeMs: 0n, logStartOffset: 0n }],
    },
  ],
  throttleTimeMs: 0,
};

export const offsets: FetchOffsetsResponse = {
  topics: [
    {
      name: 'topic-7',
      partitions: PARTITIONS.map((partitionIndex) => ({
        errorCode: NO_ERROR,
        partitionIndex,
        startOffset: 0n,
        lastStableOffset: 123_456n,
      })),
    },
  ],
};
