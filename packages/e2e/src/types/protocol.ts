/** A program that uses `@fluvio-ts/protocol` as its readers do. It is compiled by every TypeScript that we support. */
import type {
  Api,
  BytePipe,
  Bytes,
  Codec,
  Codecs,
  CreateRequest,
  Endpoint,
  ErrorCode,
  ErrorKind,
  FrameSplitter,
  Hash64,
  Infer,
  Isolation,
  ListResponse,
  Metadata,
  MetadataUpdate,
  ObjectOf,
  ProduceRequest,
  ProduceResponse,
  ProtocolCodes,
  ReplicaSpec,
  SmartModuleSpec,
  SpuSpec,
  SpuStatus,
  StreamFetchRequest,
  TopicSpec,
  TopicStatus,
  Transport,
  Type,
  UpdateRequest,
  WatchRequest,
} from '@fluvio-ts/protocol';
import {
  type Batch,
  BatchBuilder,
  crc32c,
  decodeHeader,
  decodeResponse,
  defineErrors,
  encodeRequest,
  encodeResponse,
  errorNumber,
  errorText,
  Fetch,
  FluvioError,
  frameSplitter,
  hashKey,
  int64FromJson,
  int64ToJson,
  isFluvioError,
  List,
  type listOf,
  negotiate,
  Produce,
  parseAddress,
  partitionForKey,
  Reader,
  type RecordBlock,
  type ReplicaKey,
  readBatches,
  type scApis,
  schema,
  type spuApis,
  type WireRecord,
  Writer,
  type watchOf,
} from '@fluvio-ts/protocol';
import type { FrameDescription, Json } from '@fluvio-ts/protocol/describe';
import { conversation, framesInText } from '@fluvio-ts/protocol/describe';
import type { Same } from './same.ts';
import { holds } from './same.ts';

/** Messages: the types of the schemas' values. */
export function messages(): void {
  holds<Same<Infer<typeof ReplicaKey>, { readonly topic: string; readonly partition: number }>>();
  holds<Same<ReplicaKey['partition'], number>>();
  holds<Same<TopicSpec['system'], boolean>>();
  holds<Same<TopicSpec['compressionType'], 'None' | 'Gzip' | 'Snappy' | 'Lz4' | 'Any' | 'Zstd'>>();
  holds<Same<TopicStatus['replicaMap'], ReadonlyMap<number, readonly number[]>>>();
  holds<Same<ReplicaSpec['kind'], 'assigned' | 'computed' | 'mirror'>>();
  holds<Same<SmartModuleSpec['wasm']['payload'], Bytes>>();
  holds<Same<StreamFetchRequest['fetchOffset'], bigint>>();
  holds<Same<StreamFetchRequest['isolation'], Isolation>>();
  holds<Same<StreamFetchRequest['consumerId'], string | undefined>>();
  holds<Same<ProduceRequest['topics'][number]['partitions'][number]['records'], Bytes>>();
  holds<Same<ObjectOf<'SPU'>, Metadata<SpuSpec, SpuStatus>>>();
  holds<Same<typeof Produce, Api<ProduceRequest, ProduceResponse>>>();
  holds<Same<typeof listOf.SPU extends Api<infer _, infer R> ? R : never, readonly ObjectOf<'SPU'>[]>>();
  holds<Same<typeof watchOf.Topic extends Api<infer _, infer R> ? R : never, MetadataUpdate<ObjectOf<'Topic'>>>>();
  holds<Same<UpdateRequest['label'], 'Topic' | 'CustomSpu' | 'SpuGroup' | 'SmartModule' | 'TableFormat' | 'Unknown'>>();
  holds<Same<WatchRequest['label'], 'Topic' | 'Partition' | 'SPU' | 'SpuGroup' | 'SmartModule' | 'TableFormat'>>();
  holds<Same<keyof typeof scApis & keyof typeof spuApis, 'ApiVersions'>>();

  const spec: TopicSpec = {
    replicas: { kind: 'computed', partitions: 1, replicationFactor: 1, ignoreRackAssignment: false },
    cleanupPolicy: { kind: 'segment', timeInSeconds: 60 },
    storage: undefined,
    compressionType: 'Any',
    deduplication: undefined,
    system: false,
  };
  const create: CreateRequest = { label: 'Topic', body: { name: 'a', dryRun: false, timeout: undefined, spec } };
  if (create.label === 'Topic') holds<Same<typeof create.body.spec, TopicSpec>>();
  // @ts-expect-error a topic's spec is not an SPU's
  const wrong: CreateRequest = { label: 'CustomSpu', body: { name: 'a', dryRun: false, timeout: undefined, spec } };
  // @ts-expect-error fields are read-only
  spec.system = true;
  // @ts-expect-error there is no such algorithm
  const compression: TopicSpec['compressionType'] = 'Brotli';
  void [wrong, compression];
}

/** Bytes are `Uint8Array`s in both directions. */
export function bytesOf(bytes: Bytes, array: Uint8Array): readonly [Uint8Array, Bytes] {
  return [bytes, array];
}

/** Frames: requests and responses of one API belong together. */
export function frames(answer: Uint8Array): void {
  const frame: Uint8Array = encodeRequest(List, 19, 1, 'me', {
    label: 'Topic',
    body: { nameFilters: [], summary: false, system: false },
  });
  const listed = decodeResponse(List, 19, answer);
  holds<Same<typeof listed, ListResponse>>();
  for (const topic of listed.label === 'Topic' ? listed.body : []) holds<Same<typeof topic.spec, TopicSpec>>();
  // @ts-expect-error a response of another API
  encodeResponse(Fetch, 25, 1, listed);
  const { header, body } = decodeHeader(frame.subarray(4));
  holds<Same<typeof body, Reader>>();
  holds<Same<typeof header.clientId, string>>();

  const splitter: FrameSplitter = frameSplitter(1024);
  splitter.push(answer, (whole) => holds<Same<typeof whole, Uint8Array>>());
  const version: number = negotiate(Produce as Api<unknown, unknown>, [], 'SPU');
  void version;
}

/** Errors: a code narrows the context, a kind narrows the data. */
export function errors(error: unknown, code: ErrorCode): string {
  if (isFluvioError(error, 'wire/truncated')) holds<Same<typeof error.code, 'wire/truncated'>>();
  if (isFluvioError(error)) holds<Same<typeof error.retryable, boolean>>();
  if (error instanceof FluvioError) void error.cause;
  holds<Same<ProtocolCodes['wire/truncated']['at'], number>>();

  interface Codes {
    'file/missing': { readonly path: string };
  }
  const fail = defineErrors<Codes>({ 'file/missing': { text: ({ path }) => path, retryable: true } });
  const made = fail('file/missing', { path: 'a' });
  holds<Same<typeof made.context, { readonly path: string }>>();
  // @ts-expect-error the context of another code
  fail('file/missing', { name: 'a' });
  // @ts-expect-error a code without a text
  defineErrors<Codes>({});

  const kind: ErrorKind = code.kind;
  if (code.kind === 'OffsetEvicted') holds<Same<typeof code.nextAvailable, bigint>>();
  if (code.kind === 'Unknown') holds<Same<typeof code.tag, number>>();
  return `${errorNumber(code)} ${kind} ${errorText(code)}`;
}

/** Schemas of one's own. */
export function schemas(): void {
  const { bool, bytes, choice, i64, list, map, option, since, string, struct, u8, union, variant } = schema;
  const Own = struct({
    id: i64,
    names: list(string),
    level: choice({ Low: 0, High: 1 }),
    what: union({ None: variant(0), Some: variant(1, { data: bytes }) }),
    flags: map(u8, bool),
    note: since(3, option(string), undefined),
  });
  type Own = Infer<typeof Own>;
  holds<Same<typeof Own extends Type<infer T> ? T : never, Own>>();
  holds<Same<Own['level'], 'Low' | 'High'>>();
  holds<Same<Own['names'], readonly string[]>>();
  holds<Same<Own['note'], string | undefined>>();
  const own: Own = {
    id: 1n,
    names: ['a'],
    level: 'Low',
    what: { kind: 'Some', data: new Uint8Array(1) },
    flags: new Map([[1, true]]),
    note: undefined,
  };
  const writer = new Writer();
  Own.at(3).write(writer, own);
  const back: Own = Own.at(3).read(new Reader(writer.finish()));
  // @ts-expect-error an offset is a bigint
  Own.at(3).write(writer, { ...back, id: 1 });
  // @ts-expect-error the absent value is of the field's type
  since(3, string, 5);
}

/** Records. */
export async function records(codec: Codec, codecs: Codecs): Promise<void> {
  const builder = new BatchBuilder({ firstTimestampMs: 0, capacityBytes: 100 });
  const index: number = builder.add('key', new Uint8Array(3), 0);
  const plain = builder.finish();
  holds<Same<typeof plain, Uint8Array>>();
  const packed = builder.finish(codec);
  holds<Same<typeof packed, Uint8Array | Promise<Uint8Array>>>();
  for (const batch of readBatches(await packed).batches) {
    holds<Same<typeof batch, Batch>>();
    holds<Same<typeof batch.baseOffset, bigint>>();
    const block = await batch.open(codecs, { maxPayloadBytes: 1 });
    holds<Same<typeof block, RecordBlock>>();
    for (const record of block) {
      holds<Same<typeof record, WireRecord>>();
      holds<Same<typeof record.key, Uint8Array | null>>();
      holds<Same<typeof record.offset, bigint>>();
    }
  }
  const hash: Hash64 = hashKey(plain);
  holds<Same<typeof hash.hi, number>>();
  void [index, crc32c(plain), partitionForKey(plain, 3)];
  const json: number | string = int64ToJson(int64FromJson('5'));
  void json;
}

/** Frames for people. */
export function descriptions(text: string): string {
  const talk = conversation('spu', { maxBytes: 10 });
  for (const { frame, direction } of framesInText(text)) {
    const description = direction === 'response' ? talk.response(frame) : talk.request(frame);
    holds<Same<typeof description, FrameDescription>>();
    const json: Json | undefined = description.message;
    for (const { from, to } of description.parts) holds<Same<typeof from | typeof to, number>>();
    void json;
  }
  return text;
}

/** A transport of one's own. */
export const loopback: Transport = {
  async connect(endpoint: Endpoint, options): Promise<BytePipe> {
    if (endpoint.kind === 'spu') holds<Same<typeof endpoint.id, number>>();
    const address = parseAddress('localhost:9003');
    void [address, options?.signal];
    throw new FluvioError('a/b', 'no', { context: {} });
  },
};
