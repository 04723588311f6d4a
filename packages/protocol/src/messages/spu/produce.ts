/** Produce (key 0): batches go to the leader of their partition. */
import type { Infer } from '../../wire/schema.ts';
import { i32, i64, list, option, records, since, string, struct, u31, u32 } from '../../wire/schema.ts';
import type { Api } from '../api.ts';
import { ErrorCode } from '../error-code.ts';
import { ProduceIsolation } from './isolation.ts';
import { SmartModuleChain } from './smartmodule.ts';

/** Batches for one partition; the same index may come several times. Rust: `PartitionProduceData`, fluvio-spu-schema/src/produce/request.rs. */
export const ProducePartition = struct({
  partitionIndex: u32,
  /** Whole batches, back to back; the i32 in front of them on the wire is their length in bytes. */
  records,
});
export interface ProducePartition extends Infer<typeof ProducePartition> {}

/** The partitions of one topic. Rust: `TopicProduceData`, fluvio-spu-schema/src/produce/request.rs. */
export const ProduceTopic = struct({ name: string, partitions: list(ProducePartition) });
export interface ProduceTopic extends Infer<typeof ProduceTopic> {}

/** Has no gates of versions, also where older servers had some. Rust: `ProduceRequest`, fluvio-spu-schema/src/produce/request.rs. */
export const ProduceRequest = struct({
  /** Without function. */
  transactionalId: option(string),
  isolation: ProduceIsolation,
  /** How long the SPU may wait for replicas, for each entry; milliseconds. */
  timeoutMs: u31,
  topics: list(ProduceTopic),
  /** Applied to the records before they are stored. */
  smartmodules: SmartModuleChain,
});
export interface ProduceRequest extends Infer<typeof ProduceRequest> {}

/** The answer for one entry of the request, in the request's order. Rust: `PartitionProduceResponse`, fluvio-spu-schema/src/produce/response.rs. */
export const ProducePartitionResponse = struct({
  partitionIndex: u32,
  errorCode: ErrorCode,
  /** Offset of the entry's first record; 0 on error or when every record was filtered out. */
  baseOffset: i64,
  /** Always 0. */
  logAppendTimeMs: since(2, i64, 0n),
  /** Always 0. */
  logStartOffset: since(5, i64, 0n),
});
export interface ProducePartitionResponse extends Infer<typeof ProducePartitionResponse> {}

/** The answers for one topic. Rust: `TopicProduceResponse`, fluvio-spu-schema/src/produce/response.rs. */
export const ProduceTopicResponse = struct({ name: string, partitions: list(ProducePartitionResponse) });
export interface ProduceTopicResponse extends Infer<typeof ProduceTopicResponse> {}

/** Rust: `ProduceResponse`, fluvio-spu-schema/src/produce/response.rs. */
export const ProduceResponse = struct({
  responses: list(ProduceTopicResponse),
  /** Always 0. */
  throttleTimeMs: since(1, i32, 0),
});
export interface ProduceResponse extends Infer<typeof ProduceResponse> {}

/** Appends batches to partitions that the SPU leads. */
export const Produce: Api<ProduceRequest, ProduceResponse> = {
  name: 'Produce',
  server: 'spu',
  key: 0,
  min: 18,
  max: 25,
  request: ProduceRequest,
  response: ProduceResponse,
};
