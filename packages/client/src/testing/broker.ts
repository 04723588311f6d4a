/**
 * A scripted cluster behind in-memory pipes: the real protocol over the real codec, with faults on demand. Tests use it to
 * do what a well-behaved cluster never does.
 */
import type {
  BytePipe,
  Endpoint,
  ErrorCode,
  FetchOffsetsRequest,
  ObjectOf,
  PartitionData,
  ProduceRequest,
  StreamFetchRequest,
  StreamFetchResponse,
  Transport,
} from '@fluvio-ts/protocol';
import {
  DeleteConsumerOffset,
  Fetch,
  FetchConsumerOffsets,
  FetchOffsets,
  List,
  NO_ERROR,
  Produce,
  readBatches,
  readBatchHeader,
  rewriteBatch,
  ScApiVersions,
  SpuApiVersions,
  StreamFetch,
  UpdateConsumerOffset,
  UpdateOffsets,
  Watch,
} from '@fluvio-ts/protocol';
import type { Call, Route } from '@fluvio-ts/protocol/internal';
import { memoryPipe, on, serve } from '@fluvio-ts/protocol/internal';

/** The log of one partition. */
export interface PartitionLog {
  readonly batches: Uint8Array[];
  /** Offset of the first record that is still there. */
  start: bigint;
  /** Offset behind the last record. */
  end: bigint;
  /** What the SPU says is committed, where that is not everything. */
  highWatermark?: bigint | undefined;
}

/** What a test can make an SPU do instead of what it should. Returning undefined lets it do what it should. */
export interface Faults {
  produce?: (
    spu: number,
    request: ProduceRequest,
  ) => ErrorCode | 'cut' | 'store and cut' | 'store and time out' | 'silent' | undefined;
  /** What one batch of a request is answered, by its place there. */
  batch?: (spu: number, index: number) => ErrorCode | undefined;
  handshake?: (spu: number) => 'silent' | undefined;
  stream?: (spu: number, request: StreamFetchRequest) => ErrorCode | undefined;
  /** Changes the record bytes of an answer. */
  slice?: (records: Uint8Array, request: StreamFetchRequest) => Uint8Array;
  connect?: (to: Endpoint) => Error | undefined;
  /** Changes what is answered, as SmartModules do: undefined for no answer at all, the SPU going on behind it. */
  answer?: (answer: PartitionData, request: StreamFetchRequest) => PartitionData | undefined;
  /** Awaited before stored offsets are listed. */
  listing?: () => Promise<void>;
  /** What storing an offset is answered. */
  store?: (consumerId: string) => ErrorCode | undefined;
}

/** What a topic is made with. */
export interface TopicOptions {
  readonly segmentSize?: number;
  /** Parts of the specification that are otherwise as usual. */
  readonly spec?: Partial<ObjectOf<'Topic'>['spec']>;
}

/** See the file's head. */
export interface Broker {
  readonly transport: Transport;
  readonly faults: Faults;
  /** Names of the SmartModules that the controller lists. */
  readonly smartModules: Set<string>;
  addTopic(name: string, partitions: number, options?: TopicOptions): void;
  addPartition(name: string): void;
  deleteTopic(name: string): void;
  log(topic: string, partition: number): PartitionLog;
  /** Moves a partition and tells the watchers. */
  moveLeader(topic: string, partition: number, spu: number, options?: { readonly quietly?: boolean }): void;
  /** Shows an SPU as online or not, and tells the watchers. */
  setOnline(spu: number, online: boolean): void;
  /** Tells the watchers everything. */
  announce(): void;
  /** Cuts all connections of the SC (0) or of an SPU. */
  cut(server: number): void;
  /** Lets the live connections of the SC (0) or of an SPU stand and say nothing any more, as when the machine is gone. */
  freeze(server: number): void;
  /** Forgets the streams of an SPU, as when its replica is replaced; it answers credits for them with an error. */
  forgetStreams(spu: number): void;
  /** Live connections of the SC (0) or of an SPU. */
  connections(server: number): number;
  /** Requests in the order in which they were handled. */
  readonly produced: ProduceRequest[];
  readonly streams: StreamFetchRequest[];
  readonly credits: bigint[];
  /** Stored offsets of named consumers, by `consumer topic-partition`, and every one that was ever stored. */
  readonly stored: ReadonlyMap<string, bigint>;
  readonly stores: bigint[];
}

interface Stream {
  readonly spu: number;
  readonly request: StreamFetchRequest;
  readonly call: Call<StreamFetchResponse>;
  readonly id: number;
  /** Next offset to send; undefined while an answer is not acknowledged. */
  wanted: bigint | undefined;
}

/** Loses what arrives once the connection is frozen. */
async function* unlessFrozen(incoming: AsyncIterable<Uint8Array>, isFrozen: () => boolean): AsyncGenerator<Uint8Array> {
  for await (const chunk of incoming) if (!isFrozen()) yield chunk;
}

function joined(batches: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(batches.reduce((sum, batch) => sum + batch.length, 0));
  let at = 0;
  for (const batch of batches) {
    bytes.set(batch, at);
    at += batch.length;
  }
  return bytes;
}

/** Makes a cluster of an SC and the SPUs 1 to `spus`. */
export function broker(spus = 1): Broker {
  const topics = new Map<string, ObjectOf<'Topic'>>();
  const leaders = new Map<string, number>();
  const logs = new Map<string, PartitionLog>();
  const watchers = new Set<() => void>();
  const pipes = new Map<number, Set<BytePipe>>();
  const streams = new Map<string, Set<Stream>>();
  const sessions = new Map<number, Set<Map<number, Stream>>>();
  const frozen = new Set<BytePipe>();
  const offline = new Set<number>();
  const faults: Faults = {};
  const smartModules = new Set<string>();
  const produced: ProduceRequest[] = [];
  const streamed: StreamFetchRequest[] = [];
  const credits: bigint[] = [];
  const stored = new Map<string, bigint>();
  const stores: bigint[] = [];
  let epoch = 1n;

  const key = (topic: string, partition: number): string => `${topic}-${partition}`;

  const spuObjects = (): ObjectOf<'SPU'>[] =>
    Array.from({ length: spus }, (_, i) => ({
      name: `spu-${i + 1}`,
      spec: {
        id: i + 1,
        spuType: 'Custom' as const,
        publicEndpoint: {
          port: 9010 + i,
          ingress: [{ hostname: 'localhost', ip: undefined }],
          encryption: 'PLAINTEXT' as const,
        },
        privateEndpoint: { port: 9110 + i, host: 'localhost', encryption: 'PLAINTEXT' as const },
        rack: undefined,
        publicEndpointLocal: undefined,
      },
      status: { resolution: offline.has(i + 1) ? ('Offline' as const) : ('Online' as const) },
    }));

  const partitionObjects = (): ObjectOf<'Partition'>[] =>
    [...leaders].map(([name, leader]) => ({
      name,
      spec: {
        leader,
        replicas: [leader],
        cleanupPolicy: undefined,
        storage: undefined,
        compressionType: 'Any' as const,
        deduplication: undefined,
        system: false,
        mirror: undefined,
      },
      status: {
        resolution: offline.has(leader) ? ('LeaderOffline' as const) : ('Online' as const),
        leader: { spu: leader, hw: 0n, leo: 0n },
        lsr: 0,
        replicas: [],
        size: 0n,
        isBeingDeleted: false,
        baseOffset: 0n,
      },
    }));

  const announce = (): void => {
    epoch++;
    for (const watcher of watchers) watcher();
  };

  const sc: Route[] = [
    on(ScApiVersions, () => ({
      errorCode: NO_ERROR,
      apiKeys: [1001, 1002, 1003, 1004, 1006].map((apiKey) => ({ apiKey, minVersion: 11, maxVersion: 19 })),
      platformVersion: '0.18.1',
    })),
    on(List, ({ label, body }) => {
      if (label === 'SmartModule') {
        const wasm = { format: 'BINARY', payload: new Uint8Array(0) } as const;
        const spec = { meta: undefined, summary: { wasmLength: 1 }, wasm };
        return { label, body: [...smartModules].map((name) => ({ name, spec, status: {} })) };
      }
      if (label !== 'Topic') throw new Error(`no list of ${label}`);
      return { label, body: body.system ? [] : [...topics.values()] };
    }),
    on(Watch, ({ label }, call) => {
      const push = (): void => {
        const all =
          label === 'Topic' ? [...topics.values()] : label === 'Partition' ? partitionObjects() : spuObjects();
        void call.push({ label, body: { epoch, changes: [], all } } as never).catch(() => watchers.delete(push));
      };
      watchers.add(push);
      push();
      return undefined;
    }),
  ];

  const store = (topic: string, partition: number, records: Uint8Array): bigint => {
    const log = logOf(topic, partition);
    const base = log.end;
    for (const batch of readBatches(records.slice()).batches) {
      const bytes = batch.bytes.slice();
      rewriteBatch(bytes, { baseOffset: log.end });
      log.batches.push(bytes);
      log.end += BigInt(batch.lastOffsetDelta + 1);
    }
    for (const stream of streams.get(key(topic, partition)) ?? []) advance(stream);
    return base;
  };

  const logOf = (topic: string, partition: number): PartitionLog => {
    const found = logs.get(key(topic, partition));
    if (found === undefined) throw new Error(`no log of ${key(topic, partition)}`);
    return found;
  };

  const answer = (stream: Stream, errorCode: ErrorCode, records: Uint8Array): StreamFetchResponse => ({
    topic: stream.request.topic,
    streamId: stream.id,
    partition: {
      partitionIndex: stream.request.partition,
      errorCode,
      highWatermark: watermark(logs.get(key(stream.request.topic, stream.request.partition))),
      nextFilterOffset: 0n,
      logStartOffset: 0n,
      aborted: undefined,
      records,
    },
  });

  /** The error for an offset that the log does not reach, or not any more. */
  const outOfRange = (log: PartitionLog, offset: bigint): ErrorCode | undefined => {
    if (offset < log.start) return { kind: 'OffsetEvicted', offset, nextAvailable: log.start };
    if (offset <= log.end) return undefined;
    return { kind: 'Other', message: `start offset: ${offset} is greater than leo: ${log.end}` };
  };
  const watermark = (log: PartitionLog | undefined): bigint => log?.highWatermark ?? log?.end ?? 0n;

  /** Credit of one: sends from the wanted offset what fits, then waits. */
  const advance = (stream: Stream): void => {
    const { request, wanted } = stream;
    // As a deposed leader does: its log does not grow any more, and nobody tells the reader.
    if (wanted === undefined || leaders.get(key(request.topic, request.partition)) !== stream.spu) return;
    const log = logOf(request.topic, request.partition);
    if (wanted >= log.end) return;
    const chosen: Uint8Array[] = [];
    let bytes = 0;
    for (const batch of log.batches) {
      const header = readBatchHeader(batch);
      if (header === undefined || header.baseOffset + BigInt(header.lastOffsetDelta) < wanted) continue;
      if (bytes > 0 && bytes + batch.length > request.maxBytes) break;
      chosen.push(batch);
      bytes += batch.length;
    }
    stream.wanted = undefined;
    const records = joined(chosen);
    const plain = answer(stream, NO_ERROR, faults.slice?.(records, request) ?? records);
    const changed = faults.answer === undefined ? plain.partition : faults.answer(plain.partition, request);
    if (changed === undefined) stream.wanted = log.end;
    else void stream.call.push({ ...plain, partition: changed }).catch(() => {});
  };

  const offsetsOf = (request: FetchOffsetsRequest, spu: number) =>
    request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        const leads = leaders.get(key(name, partitionIndex)) === spu;
        const log = leads ? logOf(name, partitionIndex) : undefined;
        return {
          errorCode: leads ? NO_ERROR : ({ kind: 'PartitionNotLeader' } as const),
          partitionIndex,
          startOffset: log?.start ?? 0n,
          lastStableOffset: watermark(log),
        };
      }),
    }));

  const spuRoutes = (spu: number): Route[] => {
    const own = new Map<number, Stream>();
    sessions.set(spu, (sessions.get(spu) ?? new Set()).add(own));
    const mine = new Set<Stream>();
    let isWatched = false;
    let ids = 0;
    return [
      on(SpuApiVersions, () => {
        if (faults.handshake?.(spu) === 'silent') return new Promise(() => {});
        return { errorCode: NO_ERROR, apiKeys: [], platformVersion: '0.0.0' };
      }),
      on(Produce, (request) => {
        produced.push(request);
        const fault = faults.produce?.(spu, request);
        if (fault === 'silent') return new Promise(() => {});
        if (fault === 'cut') throw new Error('cut');
        const responses = request.topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex, records }, index) => {
            const leads = leaders.get(key(name, partitionIndex)) === spu;
            const errorCode: ErrorCode =
              faults.batch?.(spu, index) ??
              (typeof fault === 'object' ? fault : leads ? NO_ERROR : { kind: 'NotLeaderForPartition' });
            const baseOffset = errorCode.kind === 'None' ? store(name, partitionIndex, records) : 0n;
            if (fault === 'store and time out') {
              const late = { kind: 'RequestTimedOut', timeoutMs: 1n, request: 'Produce' } as const;
              return { partitionIndex, errorCode: late, baseOffset, logAppendTimeMs: 0n, logStartOffset: 0n };
            }
            return { partitionIndex, errorCode, baseOffset, logAppendTimeMs: 0n, logStartOffset: 0n };
          }),
        }));
        if (fault === 'store and cut') throw new Error('cut');
        return { responses, throttleTimeMs: 0 };
      }),
      on(FetchOffsets, (request) => ({ topics: offsetsOf(request, spu) })),
      on(Fetch, ({ topics: wanted, maxBytes }) => ({
        throttleTimeMs: 0,
        errorCode: NO_ERROR,
        sessionId: 0,
        topics: wanted.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex, fetchOffset }) => {
            const log = logOf(name, partitionIndex);
            const leads = leaders.get(key(name, partitionIndex)) === spu;
            const from = log.batches.filter((batch) => (readBatchHeader(batch)?.nextOffset ?? 0n) > fetchOffset);
            return {
              partitionIndex,
              errorCode: leads
                ? (outOfRange(log, fetchOffset) ?? NO_ERROR)
                : { kind: 'NotLeaderForPartition' as const },
              highWatermark: watermark(log),
              nextFilterOffset: 0n,
              logStartOffset: log.start,
              aborted: undefined,
              // Cut at the byte, as real ones do.
              records: joined(from).slice(0, maxBytes),
            };
          }),
        })),
      })),
      on(UpdateConsumerOffset, ({ offset, sessionId }) => {
        const stream = own.get(sessionId);
        if (stream === undefined) return { offset: 0n, errorCode: { kind: 'FetchSessionNotFoud' } };
        const { consumerId, topic, partition } = stream.request;
        if (consumerId === undefined) return { offset: 0n, errorCode: { kind: 'Other', message: 'no consumer id' } };
        const refused = faults.store?.(consumerId);
        if (refused !== undefined) return { offset: 0n, errorCode: refused };
        stored.set(`${consumerId} ${key(topic, partition)}`, offset);
        stores.push(offset);
        return { offset, errorCode: NO_ERROR };
      }),
      on(DeleteConsumerOffset, ({ replicaId, consumerId }) => {
        stored.delete(`${consumerId} ${key(replicaId.topic, replicaId.partition)}`);
        return { errorCode: NO_ERROR };
      }),
      on(FetchConsumerOffsets, async ({ filter }) => {
        await faults.listing?.();
        if (leaders.get('consumer-offset-0') !== spu) {
          return { errorCode: { kind: 'PartitionNotLeader' as const }, consumers: [] };
        }
        const consumers = [...stored].map(([name, offset]) => {
          const [consumerId = '', place = ''] = name.split(' ');
          const at = place.lastIndexOf('-');
          const replicaId = { topic: place.slice(0, at), partition: Number(place.slice(at + 1)) };
          return { consumerId, replicaId, offset, modifiedTime: 1_700_000_000n };
        });
        const wanted = filter?.consumerId;
        return {
          errorCode: NO_ERROR,
          consumers: consumers.filter(({ consumerId }) => wanted === undefined || consumerId === wanted),
        };
      }),
      on(StreamFetch, (request, call) => {
        streamed.push(request);
        const name = key(request.topic, request.partition);
        const refused: ErrorCode | undefined =
          faults.stream?.(spu, request) ??
          (leaders.get(name) !== spu
            ? { kind: 'NotLeaderForPartition' }
            : outOfRange(logOf(request.topic, request.partition), request.fetchOffset));
        const stream: Stream = {
          spu,
          request,
          call,
          id: refused === undefined ? ++ids : 0,
          wanted: request.fetchOffset,
        };
        if (refused !== undefined) return answer(stream, refused, new Uint8Array(0));
        own.set(stream.id, stream);
        const open = streams.get(name) ?? new Set();
        streams.set(name, open.add(stream));
        if (!isWatched) {
          isWatched = true;
          call.signal.addEventListener('abort', () => {
            for (const each of mine) streams.get(key(each.request.topic, each.request.partition))?.delete(each);
          });
        }
        mine.add(stream);
        advance(stream);
        return undefined;
      }),
      on(UpdateOffsets, ({ offsets }) => {
        for (const { offset, sessionId } of offsets) {
          credits.push(offset);
          const stream = own.get(sessionId);
          if (stream === undefined) continue;
          stream.wanted = offset;
          advance(stream);
        }
        return {
          status: offsets.map(({ sessionId }) => ({
            sessionId,
            error: own.has(sessionId) ? NO_ERROR : ({ kind: 'FetchSessionNotFoud' } as const),
          })),
        };
      }),
    ];
  };

  const place = (topic: string, partition: number): void => {
    leaders.set(key(topic, partition), (partition % spus) + 1);
    logs.set(key(topic, partition), { batches: [], start: 0n, end: 0n });
  };

  const topicObject = (
    name: string,
    partitions: number,
    { segmentSize, spec }: TopicOptions = {},
  ): ObjectOf<'Topic'> => ({
    name,
    spec: {
      replicas: { kind: 'computed', partitions, replicationFactor: 1, ignoreRackAssignment: false },
      cleanupPolicy: undefined,
      storage: segmentSize === undefined ? undefined : { segmentSize, maxPartitionSize: undefined },
      compressionType: 'Any',
      deduplication: undefined,
      system: false,
      ...spec,
    },
    status: {
      resolution: 'Provisioned',
      replicaMap: new Map(Array.from({ length: partitions }, (_, i) => [i, [(i % spus) + 1]])),
      mirrorMap: new Map(),
      reason: '',
    },
  });

  return {
    faults,
    smartModules,
    produced,
    streams: streamed,
    credits,
    stored,
    stores,
    announce,
    log: logOf,
    transport: {
      async connect(to) {
        const refused = faults.connect?.(to);
        if (refused !== undefined) throw refused;
        const server = to.kind === 'sc' ? 0 : to.id;
        const [ours, theirs] = memoryPipe(to.kind === 'sc' ? 'sc' : `spu ${to.id}`);
        const live = pipes.get(server) ?? new Set();
        pipes.set(server, live.add(theirs));
        void theirs.closed.then(() => live.delete(theirs));
        void serve(theirs, server === 0 ? sc : spuRoutes(server));
        return { ...ours, incoming: unlessFrozen(ours.incoming, () => frozen.has(theirs)) };
      },
    },
    addTopic(name, partitions, options = {}) {
      topics.set(name, topicObject(name, partitions, options));
      for (let i = 0; i < partitions; i++) place(name, i);
      announce();
    },
    addPartition(name) {
      const count = [...leaders.keys()].filter((each) => each.startsWith(`${name}-`)).length;
      topics.set(name, topicObject(name, count + 1));
      place(name, count);
      announce();
    },
    deleteTopic(name) {
      topics.delete(name);
      for (const each of [...leaders.keys()]) if (each.startsWith(`${name}-`)) leaders.delete(each);
      announce();
    },
    setOnline(spu, online) {
      if (online) offline.delete(spu);
      else offline.add(spu);
      announce();
    },
    moveLeader(topic, partition, spu, options = {}) {
      leaders.set(key(topic, partition), spu);
      if (options.quietly !== true) announce();
    },
    cut(server) {
      for (const pipe of pipes.get(server) ?? []) pipe.close(new Error('cut by the test'));
    },
    freeze(server) {
      for (const pipe of pipes.get(server) ?? []) frozen.add(pipe);
    },
    forgetStreams(spu) {
      for (const own of sessions.get(spu) ?? []) own.clear();
      for (const open of streams.values()) for (const each of open) if (each.spu === spu) open.delete(each);
    },
    connections: (server) => pipes.get(server)?.size ?? 0,
  };
}
