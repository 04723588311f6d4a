/** Fetch (key 1): one read of stored batches. */
import type { Infer } from '../../wire/schema.ts';
import { i32, i64, list, option, records, since, string, struct, u32 } from '../../wire/schema.ts';
import type { Api } from '../api.ts';
import { ErrorCode } from '../error-code.ts';
import { Isolation } from './isolation.ts';

/** Rust: `FetchPartition`, fluvio-spu-schema/src/fetch/request.rs. SPUs use the index and the offset only. */
export const FetchPartition = struct({
  partitionIndex: u32,
  currentLeaderEpoch: since(9, i32, -1),
  fetchOffset: i64,
  logStartOffset: since(5, i64, -1n),
  maxBytes: i32,
});
export interface FetchPartition extends Infer<typeof FetchPartition> {}

/** Rust: `FetchableTopic`, fluvio-spu-schema/src/fetch/request.rs. */
export const FetchTopic = struct({ name: string, partitions: list(FetchPartition) });
export interface FetchTopic extends Infer<typeof FetchTopic> {}

/** Without function. Rust: `ForgottenTopic`, fluvio-spu-schema/src/fetch/request.rs. */
export const ForgottenTopic = struct({ name: since(7, string, ''), indexes: since(7, list(i32), []) });
export interface ForgottenTopic extends Infer<typeof ForgottenTopic> {}

/** Rust: `FetchRequest`, fluvio-spu-schema/src/fetch/request.rs. */
export const FetchRequest = struct({
  /** SPUs never wait. */
  maxWaitMs: i32,
  minBytes: i32,
  /** Upper bound of the record bytes per partition. */
  maxBytes: since(3, i32, 0),
  isolation: since(4, Isolation, 'read_uncommitted'),
  topics: list(FetchTopic),
  forgotten: since(7, list(ForgottenTopic), []),
});
export interface FetchRequest extends Infer<typeof FetchRequest> {}

/** A leftover of transactions: always absent. Rust: `AbortedTransaction`, fluvio-spu-schema/src/fetch/response.rs. */
export const AbortedTransaction = struct({ producerId: i64, firstOffset: i64 });
export interface AbortedTransaction extends Infer<typeof AbortedTransaction> {}

/** A slice of one partition, shared by Fetch and StreamFetch. Rust: `FetchablePartitionResponse`, fluvio-spu-schema/src/fetch/response.rs. */
export const PartitionData = struct({
  partitionIndex: u32,
  errorCode: ErrorCode,
  /** Records below it are on all in-sync replicas. 0 in error answers. */
  highWatermark: i64,
  /** 0, unless the records went through SmartModules: then the offset to go on with. */
  nextFilterOffset: since(11, i64, 0n),
  /** First offset that is still stored. 0 in error answers. */
  logStartOffset: i64,
  aborted: option(list(AbortedTransaction)),
  /** Batches back to back; real SPUs may cut the last one anywhere. */
  records,
});
export interface PartitionData extends Infer<typeof PartitionData> {}

/** Rust: `FetchableTopicResponse`, fluvio-spu-schema/src/fetch/response.rs. */
export const FetchTopicResponse = struct({ name: string, partitions: list(PartitionData) });
export interface FetchTopicResponse extends Infer<typeof FetchTopicResponse> {}

/** Rust: `FetchResponse`, fluvio-spu-schema/src/fetch/response.rs. */
export const FetchResponse = struct({
  throttleTimeMs: i32,
  errorCode: ErrorCode,
  sessionId: i32,
  topics: list(FetchTopicResponse),
});
export interface FetchResponse extends Infer<typeof FetchResponse> {}

/** Reads stored batches once, without waiting for more. */
export const Fetch: Api<FetchRequest, FetchResponse> = {
  name: 'Fetch',
  server: 'spu',
  key: 1,
  min: 18,
  max: 25,
  request: FetchRequest,
  response: FetchResponse,
};
