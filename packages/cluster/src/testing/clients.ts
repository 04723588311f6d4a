/** For tests: plain sessions with the servers of a cluster. */
import type { TcpOptions } from '@fluvio-ts/adapter-tcp';
import { tcp } from '@fluvio-ts/adapter-tcp';
import type {
  CreateRequest,
  ErrorCode,
  ProduceRequest,
  Status,
  StreamFetchRequest,
  TopicSpec,
} from '@fluvio-ts/protocol';
import { Create, Delete, Produce, parseAddress } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { startSession } from '@fluvio-ts/protocol/internal';
import type { SpuInfo } from '../options.ts';
import { joined } from './batches.ts';

/** A session with the SC. */
export async function connectSc(endpoint: string, options: TcpOptions = {}): Promise<Session> {
  return startSession(await tcp(options).connect({ kind: 'sc', address: parseAddress(endpoint) }), { server: 'sc' });
}

/** A session with an SPU. */
export async function connectSpu({ id, name, address }: SpuInfo, options: TcpOptions = {}): Promise<Session> {
  return startSession(await tcp(options).connect({ kind: 'spu', id, name, address }), { server: 'spu' });
}

/** A computed topic of one replica. */
export const computed = (partitions: number, more: Partial<TopicSpec> = {}): TopicSpec => ({
  replicas: { kind: 'computed', partitions, replicationFactor: 1, ignoreRackAssignment: false },
  cleanupPolicy: undefined,
  storage: undefined,
  compressionType: 'Any',
  deduplication: undefined,
  system: false,
  ...more,
});

/** Creates a topic; the answer says whether it did. */
export function createTopic(sc: Session, name: string, spec: TopicSpec = computed(1)): Promise<Status> {
  const request: CreateRequest = { label: 'Topic', body: { name, dryRun: false, timeout: undefined, spec } };
  return sc.call(Create, request);
}

/** Deletes a topic. */
export function deleteTopic(sc: Session, key: string, force = false): Promise<Status> {
  return sc.call(Delete, { label: 'Topic', body: { key, force } });
}

/** A request for one entry. */
export const produceRequest = (
  topic: string,
  partition: number,
  ...batches: readonly Uint8Array[]
): ProduceRequest => ({
  transactionalId: undefined,
  isolation: 'read_uncommitted',
  timeoutMs: 1500,
  topics: [{ name: topic, partitions: [{ partitionIndex: partition, records: joined(...batches) }] }],
  smartmodules: [],
});

/** Produces one entry; its error and its base offset. */
export async function produceTo(
  spu: Session,
  topic: string,
  partition: number,
  ...batches: readonly Uint8Array[]
): Promise<{ readonly error: ErrorCode; readonly baseOffset: number }> {
  const { responses } = await spu.call(Produce, produceRequest(topic, partition, ...batches));
  const entry = responses[0]?.partitions[0];
  if (entry === undefined) throw new Error('the answer has no entry');
  return { error: entry.errorCode, baseOffset: Number(entry.baseOffset) };
}

/** A request for a stream of one partition, from an offset. */
export const streamRequest = (
  topic: string,
  partition: number,
  from: number,
  more: Partial<StreamFetchRequest> = {},
): StreamFetchRequest => ({
  topic,
  partition,
  fetchOffset: BigInt(from),
  maxBytes: 1_000_000,
  isolation: 'read_uncommitted',
  wasmModule: new Uint8Array(0),
  smartmodule: undefined,
  derivedStream: undefined,
  smartmodules: [],
  consumerId: undefined,
  ...more,
});
