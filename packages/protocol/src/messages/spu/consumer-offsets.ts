/** The stored offsets of named consumers (keys 1006 to 1008). SPUs serve them without listing them in ApiVersions. */
import type { Infer } from '../../wire/schema.ts';
import { i64, list, option, since, string, struct, u32, u64 } from '../../wire/schema.ts';
import type { Api } from '../api.ts';
import { ErrorCode, ReplicaKey } from '../error-code.ts';

/** Stores the last processed offset of the stream `sessionId` of this connection. Rust: `UpdateConsumerOffsetRequest`, fluvio-spu-schema/src/server/consumer_offset.rs. */
export const UpdateConsumerOffsetRequest = struct({ offset: i64, sessionId: u32 });
export interface UpdateConsumerOffsetRequest extends Infer<typeof UpdateConsumerOffsetRequest> {}

/** Rust: `UpdateConsumerOffsetResponse`, fluvio-spu-schema/src/server/consumer_offset.rs. */
export const UpdateConsumerOffsetResponse = struct({ offset: i64, errorCode: ErrorCode });
export interface UpdateConsumerOffsetResponse extends Infer<typeof UpdateConsumerOffsetResponse> {}

/** Rust: `DeleteConsumerOffsetRequest`, fluvio-spu-schema/src/server/consumer_offset.rs. */
export const DeleteConsumerOffsetRequest = struct({ replicaId: ReplicaKey, consumerId: string });
export interface DeleteConsumerOffsetRequest extends Infer<typeof DeleteConsumerOffsetRequest> {}

/** Rust: `DeleteConsumerOffsetResponse`, fluvio-spu-schema/src/server/consumer_offset.rs. */
export const DeleteConsumerOffsetResponse = struct({ errorCode: ErrorCode });
export interface DeleteConsumerOffsetResponse extends Infer<typeof DeleteConsumerOffsetResponse> {}

/** Both filters must hold. Rust: `FilterOpts`, fluvio-spu-schema/src/server/consumer_offset.rs. */
export const ConsumerOffsetFilter = struct({ replicaId: option(ReplicaKey), consumerId: option(string) });
export interface ConsumerOffsetFilter extends Infer<typeof ConsumerOffsetFilter> {}

/** Rust: `FetchConsumerOffsetsRequest`, fluvio-spu-schema/src/server/consumer_offset.rs. */
export const FetchConsumerOffsetsRequest = struct({
  filter: since(24, option(ConsumerOffsetFilter), undefined),
});
export interface FetchConsumerOffsetsRequest extends Infer<typeof FetchConsumerOffsetsRequest> {}

/** One stored offset. Rust: `ConsumerOffset`, fluvio-spu-schema/src/server/consumer_offset.rs. */
export const ConsumerOffset = struct({
  consumerId: string,
  replicaId: ReplicaKey,
  /** The last processed offset: a consumer resumes one after it. */
  offset: i64,
  /** Unix seconds. */
  modifiedTime: u64,
});
export interface ConsumerOffset extends Infer<typeof ConsumerOffset> {}

/** Rust: `FetchConsumerOffsetsResponse`, fluvio-spu-schema/src/server/consumer_offset.rs. */
export const FetchConsumerOffsetsResponse = struct({ errorCode: ErrorCode, consumers: list(ConsumerOffset) });
export interface FetchConsumerOffsetsResponse extends Infer<typeof FetchConsumerOffsetsResponse> {}

/** Stores how far the consumer of a stream is; any SPU takes it, on the connection of the stream. */
export const UpdateConsumerOffset: Api<UpdateConsumerOffsetRequest, UpdateConsumerOffsetResponse> = {
  name: 'UpdateConsumerOffset',
  server: 'spu',
  key: 1006,
  min: 23,
  max: 25,
  request: UpdateConsumerOffsetRequest,
  response: UpdateConsumerOffsetResponse,
};

/** Forgets how far a consumer is; the SPU that leads partition 0 of `consumer-offset` takes it. */
export const DeleteConsumerOffset: Api<DeleteConsumerOffsetRequest, DeleteConsumerOffsetResponse> = {
  name: 'DeleteConsumerOffset',
  server: 'spu',
  key: 1007,
  min: 23,
  max: 25,
  request: DeleteConsumerOffsetRequest,
  response: DeleteConsumerOffsetResponse,
};

/** Says how far consumers are; the SPU that leads partition 0 of `consumer-offset` knows. */
export const FetchConsumerOffsets: Api<FetchConsumerOffsetsRequest, FetchConsumerOffsetsResponse> = {
  name: 'FetchConsumerOffsets',
  server: 'spu',
  key: 1008,
  min: 23,
  max: 25,
  request: FetchConsumerOffsetsRequest,
  response: FetchConsumerOffsetsResponse,
};
