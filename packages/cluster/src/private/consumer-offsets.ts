/**
 * The private protocol of an SPU, for stored consumer offsets: consumers commit where they read, and that SPU hands it on to
 * the one that leads the topic of the offsets.
 */
import type { Api, ErrorCode as ErrorCodeValue } from '@fluvio-ts/protocol';
import { ErrorCode, type Infer, ReplicaKey, schema } from '@fluvio-ts/protocol';

const { i64, option, string, struct } = schema;

const OLDEST = 100;
const NEWEST = 100;

/** A consumer has processed everything up to `offset`. */
export const StoreConsumerOffsetRequest = struct({
  replica: ReplicaKey,
  /** The life of the partition that it was read from: what is stored for one is never shown for another. */
  incarnation: string,
  consumerId: string,
  offset: i64,
});
export interface StoreConsumerOffsetRequest extends Infer<typeof StoreConsumerOffsetRequest> {}

/** `PartitionNotLeader`: ask another SPU. */
export const StoreConsumerOffsetResponse = struct({ errorCode: ErrorCode });
export interface StoreConsumerOffsetResponse {
  readonly errorCode: ErrorCodeValue;
}

/** How far is a consumer? */
export const ReadConsumerOffsetRequest = struct({ replica: ReplicaKey, consumerId: string });
export interface ReadConsumerOffsetRequest extends Infer<typeof ReadConsumerOffsetRequest> {}

/** Nothing where nothing is stored. */
export const ReadConsumerOffsetResponse = struct({ errorCode: ErrorCode, offset: option(i64) });
export interface ReadConsumerOffsetResponse {
  readonly errorCode: ErrorCodeValue;
  readonly offset: bigint | undefined;
}

/** Stores how far a consumer is. */
export const StoreConsumerOffset: Api<StoreConsumerOffsetRequest, StoreConsumerOffsetResponse> = {
  name: 'StoreConsumerOffset',
  server: 'spu',
  key: 9111,
  min: OLDEST,
  max: NEWEST,
  request: StoreConsumerOffsetRequest,
  response: StoreConsumerOffsetResponse,
};

/** Says how far a consumer is. */
export const ReadConsumerOffset: Api<ReadConsumerOffsetRequest, ReadConsumerOffsetResponse> = {
  name: 'ReadConsumerOffset',
  server: 'spu',
  key: 9112,
  min: OLDEST,
  max: NEWEST,
  request: ReadConsumerOffsetRequest,
  response: ReadConsumerOffsetResponse,
};
