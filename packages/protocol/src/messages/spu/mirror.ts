/**
 * What only SPUs send: StartMirror (key 2000), with which the SPU of a remote cluster asks its home to mirror a partition,
 * the requests that follow it, and ReplicaOffsetUpdate (key 1001). None of them is answered.
 */
import type { Infer } from '../../wire/schema.ts';
import { i64, list, records, string, struct } from '../../wire/schema.ts';
import type { Api } from '../api.ts';
import { ErrorCode, ReplicaKey } from '../error-code.ts';

/** The answer that never comes. */
export const NoResponse = struct({});
/** The value type of {@link NoResponse}. */
export type NoResponse = Infer<typeof NoResponse>;

/** Rust: `StartMirrorRequest`, fluvio-spu-schema/src/server/mirror.rs. */
export const StartMirrorRequest = struct({
  /** Name of the replica on the home cluster, such as `topic-0`. */
  remoteReplica: string,
  /** Name of the asking cluster, as its home knows it. */
  remoteClusterId: string,
});
/** The value type of {@link StartMirrorRequest}. */
export interface StartMirrorRequest extends Infer<typeof StartMirrorRequest> {}

/**
 * StartMirror of the SPU of the home cluster, which closes the connection if it does not agree. Otherwise the connection
 * is no longer of the public protocol: both sides send what {@link mirrorFromHome} and {@link mirrorFromRemote} hold.
 */
export const StartMirror: Api<StartMirrorRequest, NoResponse> = {
  name: 'StartMirror',
  server: 'spu',
  key: 2000,
  min: 23,
  max: 25,
  request: StartMirrorRequest,
  response: NoResponse,
};

/** How far the sender's replica is. Rust: `ReplicaOffsetRequest`, fluvio-spu/src/replication/leader. */
export const MirrorOffsets = struct({
  replica: ReplicaKey,
  /** Log end offset. */
  leo: i64,
  /** High watermark. */
  hw: i64,
});
/** The value type of {@link MirrorOffsets}. */
export interface MirrorOffsets extends Infer<typeof MirrorOffsets> {}

/** Batches to append, if the first begins where the receiver's replica ends. Rust: `MirrorPartitionSyncRequest`, fluvio-spu/src/mirroring/remote/sync.rs. */
export const MirrorRecords = struct({
  /** High watermark of the sender. */
  hw: i64,
  /** Log end offset of the sender. */
  leo: i64,
  records,
});
/** The value type of {@link MirrorRecords}. */
export interface MirrorRecords extends Infer<typeof MirrorRecords> {}

const unanswered = <Q>(name: string, key: number, request: Api<Q, NoResponse>['request']): Api<Q, NoResponse> => ({
  name,
  server: 'spu',
  key,
  min: 1,
  max: 1,
  request,
  response: NoResponse,
});

/** What the home sends after StartMirror. The same keys mean other things in the other direction. */
export const mirrorFromHome: {
  readonly UpdateHomeOffset: Api<MirrorOffsets, NoResponse>;
  readonly SyncRecords: Api<MirrorRecords, NoResponse>;
} = {
  UpdateHomeOffset: unanswered('UpdateHomeOffset', 0, MirrorOffsets),
  SyncRecords: unanswered('SyncRecords', 1, MirrorRecords),
};

/** What the SPU of the remote cluster sends after StartMirror. */
export const mirrorFromRemote: {
  readonly SyncRecords: Api<MirrorRecords, NoResponse>;
  readonly UpdateEdgeOffset: Api<MirrorOffsets, NoResponse>;
} = {
  SyncRecords: unanswered('SyncRecords', 0, MirrorRecords),
  UpdateEdgeOffset: unanswered('UpdateEdgeOffset', 1, MirrorOffsets),
};

/** How far one replica is. Rust: `ReplicaOffsetUpdate`, fluvio-spu-schema/src/client/offset.rs. */
export const ReplicaOffsets = struct({
  replica: ReplicaKey,
  errorCode: ErrorCode,
  /** First offset that is still stored. */
  startOffset: i64,
  /** Log end offset. */
  leo: i64,
  /** High watermark. */
  hw: i64,
});
/** The value type of {@link ReplicaOffsets}. */
export interface ReplicaOffsets extends Infer<typeof ReplicaOffsets> {}

/** Rust: `ReplicaOffsetUpdateRequest`, fluvio-spu-schema/src/client/offset.rs. */
export const ReplicaOffsetUpdateRequest = struct({ offsets: list(ReplicaOffsets) });
/** The value type of {@link ReplicaOffsetUpdateRequest}. */
export interface ReplicaOffsetUpdateRequest extends Infer<typeof ReplicaOffsetUpdateRequest> {}

/** ReplicaOffsetUpdate, which an SPU would send to its client. No known server does. */
export const ReplicaOffsetUpdate: Api<ReplicaOffsetUpdateRequest, NoResponse> = {
  name: 'ReplicaOffsetUpdate',
  server: 'spu',
  key: 1001,
  min: 23,
  max: 25,
  request: ReplicaOffsetUpdateRequest,
  response: NoResponse,
};
