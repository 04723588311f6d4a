/**
 * The private protocol of an SPU: followers pull from it what it leads, and the SC asks it what it has.
 *
 * Followers pull, because one message then does three things: it says what the follower has, by which the leader counts
 * it in; it says which batch is the follower's last, by which the leader finds out whether the logs have parted; and it
 * asks for more, when the follower has room. A pull that has nothing to fetch stays parked at the leader until there is
 * something, so an idle partition costs nothing, and a record is on its way as soon as it is appended.
 */
import type { Api } from '@fluvio-ts/protocol';
import { type Infer, ReplicaKey, schema } from '@fluvio-ts/protocol';
import { ReadConsumerOffset, StoreConsumerOffset } from './consumer-offsets.ts';

const { i32, i64, list, records, string, struct, union, variant } = schema;

const OLDEST = 100;
const NEWEST = 100;

const where = {
  replica: ReplicaKey,
  /** The life of the partition; a replica of another one is left alone. */
  incarnation: string,
  /** The reign in which this is asked. A leader answers in its own reign only. */
  epoch: i32,
  /** Where the follower's log ends. */
  offset: i64,
  /** Epoch of its last batch; −1 if no leader of this cluster wrote it, −2 without one. */
  lastEpoch: i32,
};

/** What one follower wants of one partition, and by that what it has. */
export const ReplicaWant = struct({
  ...where,
  /** What the follower knows to be committed. */
  highWatermark: i64,
  /** What it knows of where the leader's log starts. */
  startOffset: i64,
});
export interface ReplicaWant extends Infer<typeof ReplicaWant> {}

/** See `Verdict` in replication/leader.ts. */
const ReplicaVerdict = union({
  send: variant(0, struct({ records })),
  diverged: variant(1, struct({ epoch: i32, endOffset: i64 })),
  restart: variant(2, struct({ startOffset: i64 })),
});

/** The answer to one want, which it repeats. */
export const ReplicaReply = struct({ ...where, highWatermark: i64, startOffset: i64, verdict: ReplicaVerdict });
export interface ReplicaReply extends Infer<typeof ReplicaReply> {}

/** New wants; those of earlier requests on the same connection that were not answered stand, except where one is replaced. */
export const PullReplicasRequest = struct({ spuId: i32, wants: list(ReplicaWant) });
export interface PullReplicasRequest extends Infer<typeof PullReplicasRequest> {}

/** Answers to wants of this request or earlier ones; none when another request has come, or after a while. */
export const PullReplicasResponse = struct({ replies: list(ReplicaReply) });
export interface PullReplicasResponse extends Infer<typeof PullReplicasResponse> {}

/** Which replicas the SC asks for. */
export const DescribeReplicasRequest = struct({
  replicas: list(struct({ replica: ReplicaKey, incarnation: string })),
});
export interface DescribeReplicasRequest extends Infer<typeof DescribeReplicasRequest> {}

/** What a replica has. */
const ReplicaEnd = struct({ replica: ReplicaKey, incarnation: string, lastEpoch: i32, endOffset: i64 });

/** The ends of those replicas that can be written to. */
export const DescribeReplicasResponse = struct({ replicas: list(ReplicaEnd) });
export interface DescribeReplicasResponse extends Infer<typeof DescribeReplicasResponse> {}

/** Pulls what a follower lacks. */
export const PullReplicas: Api<PullReplicasRequest, PullReplicasResponse> = {
  name: 'PullReplicas',
  server: 'spu',
  key: 9101,
  min: OLDEST,
  max: NEWEST,
  request: PullReplicasRequest,
  response: PullReplicasResponse,
};

/** Asks an SPU what it really has, before an election. */
export const DescribeReplicas: Api<DescribeReplicasRequest, DescribeReplicasResponse> = {
  name: 'DescribeReplicas',
  server: 'spu',
  key: 9102,
  min: OLDEST,
  max: NEWEST,
  request: DescribeReplicasRequest,
  response: DescribeReplicasResponse,
};

/** What the private port of an SPU answers to ApiVersions. */
export const spuPrivateApiKeys = [PullReplicas, DescribeReplicas, StoreConsumerOffset, ReadConsumerOffset].map(
  ({ key, min, max }) => ({
    apiKey: key,
    minVersion: min,
    maxVersion: max,
  }),
);
