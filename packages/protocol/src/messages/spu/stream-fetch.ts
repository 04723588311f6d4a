/** StreamFetch (key 1003) and UpdateOffsets (key 1005): a stream of one partition, and its credit. */
import type { Infer } from '../../wire/schema.ts';
import { bytes, i32, i64, list, option, since, string, struct, u32 } from '../../wire/schema.ts';
import type { Api } from '../api.ts';
import { ErrorCode } from '../error-code.ts';
import { PartitionData } from './fetch.ts';
import { Isolation } from './isolation.ts';
import { DerivedStreamInvocation, SmartModuleChain, SmartModuleInvocation } from './smartmodule.ts';

/** Asks for a stream. Rust: `StreamFetchRequest`, fluvio-spu-schema/src/server/stream_fetch.rs. */
export const StreamFetchRequest = struct({
  topic: string,
  partition: u32,
  /** Absolute offset of the first record wanted. */
  fetchOffset: i64,
  /** Upper bound of the record bytes in one answer. */
  maxBytes: i32,
  isolation: Isolation,
  wasmModule: since(11, bytes, new Uint8Array(0), 18),
  smartmodule: since(16, option(SmartModuleInvocation), undefined, 18),
  derivedStream: since(16, option(DerivedStreamInvocation), undefined, 18),
  smartmodules: since(18, SmartModuleChain, []),
  /** Lets the stream store its offset under this name. */
  consumerId: since(23, option(string), undefined),
});
export interface StreamFetchRequest extends Infer<typeof StreamFetchRequest> {}

/** One slice of the stream; there is no last one. Rust: `StreamFetchResponse`, fluvio-spu-schema/src/server/stream_fetch.rs. */
export const StreamFetchResponse = struct({
  topic: string,
  /** Names the stream in {@link UpdateOffsets}; 0 if it could not be started. Unique per connection only. */
  streamId: u32,
  partition: PartitionData,
});
export interface StreamFetchResponse extends Infer<typeof StreamFetchResponse> {}

/** Streams one partition: zero or more answers, one unacknowledged at a time, until the connection ends. */
export const StreamFetch: Api<StreamFetchRequest, StreamFetchResponse> = {
  name: 'StreamFetch',
  server: 'spu',
  key: 1003,
  min: 18,
  max: 25,
  request: StreamFetchRequest,
  response: StreamFetchResponse,
};

/** The next offset that a stream wants: last received + 1. Rust: `OffsetUpdate`, fluvio-spu-schema/src/server/update_offset.rs. */
export const OffsetUpdate = struct({ offset: i64, sessionId: u32 });
export interface OffsetUpdate extends Infer<typeof OffsetUpdate> {}

/** Gives streams of this connection credit for one more answer. Rust: `UpdateOffsetsRequest`, fluvio-spu-schema/src/server/update_offset.rs. */
export const UpdateOffsetsRequest = struct({ offsets: list(OffsetUpdate) });
export interface UpdateOffsetsRequest extends Infer<typeof UpdateOffsetsRequest> {}

/** Rust: `OffsetUpdateStatus`, fluvio-spu-schema/src/server/update_offset.rs. */
export const OffsetUpdateStatus = struct({ sessionId: u32, error: ErrorCode });
export interface OffsetUpdateStatus extends Infer<typeof OffsetUpdateStatus> {}

/** One status per entry of the request. Rust: `UpdateOffsetsResponse`, fluvio-spu-schema/src/server/update_offset.rs. */
export const UpdateOffsetsResponse = struct({ status: list(OffsetUpdateStatus) });
export interface UpdateOffsetsResponse extends Infer<typeof UpdateOffsetsResponse> {}

/** Acknowledges answers of streams, on the connection of the streams. */
export const UpdateOffsets: Api<UpdateOffsetsRequest, UpdateOffsetsResponse> = {
  name: 'UpdateOffsets',
  server: 'spu',
  key: 1005,
  min: 0,
  max: 0,
  request: UpdateOffsetsRequest,
  response: UpdateOffsetsResponse,
};
