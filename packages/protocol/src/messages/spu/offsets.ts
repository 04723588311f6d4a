/** FetchOffsets (key 1002): where a partition begins and ends. */
import type { Infer } from '../../wire/schema.ts';
import { i64, list, option, since, string, struct, u32 } from '../../wire/schema.ts';
import type { Api } from '../api.ts';
import { ErrorCode } from '../error-code.ts';

/** Rust: `FetchOffsetTopic`, fluvio-spu-schema/src/server/fetch_offset.rs. */
export const FetchOffsetsTopic = struct({ name: string, partitions: list(struct({ partitionIndex: u32 })) });
export interface FetchOffsetsTopic extends Infer<typeof FetchOffsetsTopic> {}

/** Rust: `FetchOffsetsRequest`, fluvio-spu-schema/src/server/fetch_offset.rs. */
export const FetchOffsetsRequest = struct({
  topics: list(FetchOffsetsTopic),
  consumerId: since(23, option(string), undefined, 23),
});
export interface FetchOffsetsRequest extends Infer<typeof FetchOffsetsRequest> {}

/** The error comes before the index here. Rust: `FetchOffsetPartitionResponse`, fluvio-spu-schema/src/server/fetch_offset.rs. */
export const FetchOffsetsPartition = struct({
  errorCode: ErrorCode,
  partitionIndex: u32,
  /** First offset that is still stored. */
  startOffset: i64,
  /** The high watermark, exclusive. */
  lastStableOffset: i64,
});
export interface FetchOffsetsPartition extends Infer<typeof FetchOffsetsPartition> {}

/** Rust: `FetchOffsetTopicResponse`, fluvio-spu-schema/src/server/fetch_offset.rs. */
export const FetchOffsetsTopicResponse = struct({ name: string, partitions: list(FetchOffsetsPartition) });
export interface FetchOffsetsTopicResponse extends Infer<typeof FetchOffsetsTopicResponse> {}

/** Rust: `FetchOffsetsResponse`, fluvio-spu-schema/src/server/fetch_offset.rs. */
export const FetchOffsetsResponse = struct({ topics: list(FetchOffsetsTopicResponse) });
export interface FetchOffsetsResponse extends Infer<typeof FetchOffsetsResponse> {}

/** Says where partitions begin and end; only their leader answers without an error. */
export const FetchOffsets: Api<FetchOffsetsRequest, FetchOffsetsResponse> = {
  name: 'FetchOffsets',
  server: 'spu',
  key: 1002,
  min: 18,
  max: 25,
  request: FetchOffsetsRequest,
  response: FetchOffsetsResponse,
};
