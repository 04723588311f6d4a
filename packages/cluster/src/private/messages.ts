/**
 * The private protocol between the SC and its SPUs. It is this cluster's own: Fluvio's processes do not take part in it.
 *
 * Frames, headers, schemas and version negotiation are those of the public protocol. An SPU connects to the SC's private
 * port, registers with {@link RegisterSpu}, and gets a stream of assignments on the same call for as long as it lives. It
 * reports its replicas with {@link ReportReplicas}, at least at every heartbeat. The SC takes the end of the connection,
 * or silence, as the end of the SPU.
 *
 * Versions begin at 100: schemas of the public protocol that are used in here are then beyond all of their gates.
 */
import type { Api, ErrorCode as ErrorCodeValue } from '@fluvio-ts/protocol';
import {
  ErrorCode,
  type Infer,
  PartitionResolution,
  PartitionSpec,
  ReplicaKey,
  SpuEndpoint,
  schema,
} from '@fluvio-ts/protocol';
import { FindSmartModule } from './smartmodules.ts';

const { bool, i32, i64, list, option, string, struct, u32 } = schema;

/** Oldest and newest version of the private protocol. */
const OLDEST = 100;
const NEWEST = 100;

/** An SPU says who it is and where it listens. */
export const RegisterSpuRequest = struct({
  id: i32,
  name: string,
  publicEndpoint: SpuEndpoint,
  privateEndpoint: SpuEndpoint,
  rack: option(string),
  /** Whether the SC may make the SPU's object if there is none; an SPU asks for it once, when its process starts. */
  create: bool,
  /** Replicated partitions that this process leads already. A new process leads none, whatever the one before it did. */
  leading: list(struct({ replica: ReplicaKey, incarnation: string, epoch: i32 })),
});
export interface RegisterSpuRequest extends Infer<typeof RegisterSpuRequest> {}

/** A partition that the SPU holds a replica of. */
export const AssignedPartition = struct({
  replica: ReplicaKey,
  /** Names one life of the partition: another topic of the same name, later, has other ones. */
  incarnation: string,
  /** The leader is in here. */
  spec: PartitionSpec,
  epoch: i32,
  version: i32,
  inSync: list(i32),
});
export interface AssignedPartition extends Infer<typeof AssignedPartition> {}

/** Where an SPU listens for others. */
export const Peer = struct({ id: i32, host: string, port: i32 });
export interface Peer extends Infer<typeof Peer> {}

/** Which partitions the cluster has, and who leads the topic of consumer offsets. The first has everything; later ones what changed. */
export const CatalogNews = struct({
  everything: bool,
  present: list(struct({ replica: ReplicaKey, incarnation: string })),
  gone: list(ReplicaKey),
  /** When there is news of it. */
  offsetsLeader: option(i32),
});
export interface CatalogNews extends Infer<typeof CatalogNews> {}

/** What the SPU shall hold, and where the others are. The first answer has everything; later ones have what changed. */
export const Assignments = struct({
  /** Why the SPU is refused; `None` when it is not. */
  errorCode: ErrorCode,
  /** Names the life of the cluster that the partitions belong to. */
  clusterId: string,
  /** Whether `updated` is everything, so that all else is gone. */
  everything: bool,
  updated: list(AssignedPartition),
  removed: list(ReplicaKey),
  /** All SPUs, when there is news of them; then there is no other. */
  peers: option(list(Peer)),
  /** Every partition, whoever holds it, when there is news of that; then there is no other. */
  catalog: option(CatalogNews),
});
export interface Assignments extends Infer<typeof Assignments> {}

/** How a partition stands, in the words of its leader. */
export const ReplicaReport = struct({
  replica: ReplicaKey,
  incarnation: string,
  epoch: i32,
  resolution: PartitionResolution,
  startOffset: i64,
  logEndOffset: i64,
  highWatermark: i64,
  /** Bytes on disk. */
  sizeBytes: i64,
  /** How far each follower is, −1 where it has not asked yet. */
  followers: list(struct({ spu: i32, logEndOffset: i64 })),
});
export interface ReplicaReport extends Infer<typeof ReplicaReport> {}

/** A leader asks for another in-sync set. It is taken if the SC has decided nothing else since `version`. */
export const InSyncChange = struct({
  replica: ReplicaKey,
  incarnation: string,
  epoch: i32,
  version: i32,
  inSync: list(i32),
});
export interface InSyncChange extends Infer<typeof InSyncChange> {}

/** What changed since the last report; an empty one is a heartbeat. */
export const ReportReplicasRequest = struct({
  spuId: i32,
  sequence: u32,
  replicas: list(ReplicaReport),
  inSyncChanges: list(InSyncChange),
});
export interface ReportReplicasRequest extends Infer<typeof ReportReplicasRequest> {}

/** `None`, or that the SC does not count this connection as the SPU's: it has to register again. */
export const ReportReplicasResponse = struct({ errorCode: ErrorCode });
export interface ReportReplicasResponse {
  readonly errorCode: ErrorCodeValue;
}

/** An SPU's process lives, in the words of a thread beside its main loop, which has come round so many times. */
export const HeartbeatRequest = struct({ spuId: i32, loops: u32 });
export interface HeartbeatRequest extends Infer<typeof HeartbeatRequest> {}

/** Registers an SPU and streams its assignments. */
export const RegisterSpu: Api<RegisterSpuRequest, Assignments> = {
  name: 'RegisterSpu',
  server: 'sc',
  key: 9001,
  min: OLDEST,
  max: NEWEST,
  request: RegisterSpuRequest,
  response: Assignments,
};

/** Tells the SC how the replicas of an SPU stand, and that it is alive. */
export const ReportReplicas: Api<ReportReplicasRequest, ReportReplicasResponse> = {
  name: 'ReportReplicas',
  server: 'sc',
  key: 9002,
  min: OLDEST,
  max: NEWEST,
  request: ReportReplicasRequest,
  response: ReportReplicasResponse,
};

/** Tells the SC that an SPU's process lives. Needs no registration on its connection, and has no answer but an empty one. */
export const Heartbeat: Api<HeartbeatRequest, ReportReplicasResponse> = {
  name: 'Heartbeat',
  server: 'sc',
  key: 9003,
  min: OLDEST,
  max: NEWEST,
  request: HeartbeatRequest,
  response: ReportReplicasResponse,
};

/** What the private port answers to ApiVersions. */
export const privateApiKeys = [RegisterSpu, ReportReplicas, Heartbeat, FindSmartModule].map(({ key, min, max }) => ({
  apiKey: key,
  minVersion: min,
  maxVersion: max,
}));
