/** What a topic shall be, in the words of a program instead of the wire's. */
import type { CompressionAlgorithm, Deduplication, ReplicaSpec, TopicSpec } from '@fluvio-ts/protocol';
import { adminError } from '../errors.ts';

/** Settings of a new topic. Limits are the controller's own. */
export interface TopicSettings {
  /** Number of partitions. Default 1. */
  readonly partitions?: number;
  /** Copies of each partition, each on another SPU, the leader's included. Default 1. */
  readonly replicationFactor?: number;
  /** Accepted by Fluvio and without effect: its scheduler does not look at racks. Default false. */
  readonly ignoreRackAssignment?: boolean;
  /** The SPUs of each partition by id, the first leads; instead of the three above, which let the controller choose. */
  readonly assignment?: readonly (readonly number[])[];
  /** Age in milliseconds (whole seconds) after which records may go. Default: seven days. At least 10,000. */
  readonly retentionMs?: number;
  /** Size in bytes at which a file of records is closed. Default: the SPU's, 1 GiB. At least 1,024. */
  readonly segmentBytes?: number;
  /** Size in bytes of a partition above which its oldest records go. Default: the SPU's, 100 GiB. At least 2,048 and a segment. */
  readonly maxPartitionBytes?: number | bigint;
  /** The codec that producers must use; `any` (default) leaves it to them. */
  readonly compression?: Lowercase<CompressionAlgorithm>;
  /** Drops records that were there before. Default: nothing is dropped. */
  readonly deduplication?: DeduplicationSettings;
  /** Whether the topic is the cluster's own: lists leave it out, and deleting it takes force. Default false. */
  readonly system?: boolean;
}

/** How duplicates are found. */
export interface DeduplicationSettings {
  /** The stored SmartModule that finds them: `name`, `group/name` or `group/name@version`. */
  readonly filter: string;
  /** Records that it remembers, at least 1. */
  readonly count: number | bigint;
  /** Age in milliseconds of those that it remembers. Default: any. */
  readonly ageMs?: number;
  /** Its parameters. Default none. */
  readonly params?: Readonly<Record<string, string>>;
}

const LARGEST_U32 = 0xffff_ffff;
const LARGEST_U64 = 2n ** 64n - 1n;

const COMPRESSIONS = {
  any: 'Any',
  none: 'None',
  gzip: 'Gzip',
  snappy: 'Snappy',
  lz4: 'Lz4',
  zstd: 'Zstd',
} as const satisfies { readonly [A in CompressionAlgorithm as Lowercase<A>]: A };

/** The spec of a topic with these settings. @throws `option/invalid` */
export function topicSpec(settings: TopicSettings = {}): TopicSpec {
  const { retentionMs, segmentBytes, maxPartitionBytes, compression = 'any', system = false } = settings;
  const storage =
    segmentBytes === undefined && maxPartitionBytes === undefined
      ? undefined
      : {
          segmentSize: segmentBytes === undefined ? undefined : whole('segmentBytes', segmentBytes, 1),
          maxPartitionSize: maxPartitionBytes === undefined ? undefined : bytes('maxPartitionBytes', maxPartitionBytes),
        };
  const compressionType = COMPRESSIONS[compression];
  if (compressionType === undefined) {
    throw invalid('compression', `must be one of ${Object.keys(COMPRESSIONS).join(', ')}, not '${compression}'`);
  }
  return {
    replicas: replicas(settings),
    cleanupPolicy: retentionMs === undefined ? undefined : { kind: 'segment', timeInSeconds: seconds(retentionMs) },
    storage,
    compressionType,
    deduplication: settings.deduplication === undefined ? undefined : deduplication(settings.deduplication),
    system,
  };
}

function deduplication({ filter, count, ageMs, params = {} }: DeduplicationSettings): Deduplication {
  const isCount =
    typeof count === 'bigint' ? count > 0n && count <= LARGEST_U64 : Number.isSafeInteger(count) && count > 0;
  if (!isCount) throw invalid('deduplication.count', `must be a whole number from 1, not ${count}`);
  if (ageMs !== undefined && !(ageMs >= 0 && ageMs <= Number.MAX_SAFE_INTEGER)) {
    throw invalid('deduplication.ageMs', `must be a number from 0, not ${ageMs}`);
  }
  const age =
    ageMs === undefined
      ? undefined
      : { seconds: BigInt(Math.floor(ageMs / 1000)), nanos: Math.floor((ageMs % 1000) * 1_000_000) };
  return {
    bounds: { count: BigInt(count), age },
    filter: { transform: { uses: filter, with: new Map(Object.entries(params)) } },
  };
}

/** How many partitions a topic of this spec gets as soon as it is created; those of mirrors come later. */
export function partitionsOf({ replicas }: TopicSpec): number {
  if (replicas.kind === 'computed') return replicas.partitions;
  return replicas.kind === 'assigned' ? replicas.maps.length : 0;
}

function replicas(settings: TopicSettings): ReplicaSpec {
  const { partitions, replicationFactor, ignoreRackAssignment, assignment } = settings;
  if (assignment === undefined) {
    return {
      kind: 'computed',
      partitions: whole('partitions', partitions ?? 1, 1),
      replicationFactor: whole('replicationFactor', replicationFactor ?? 1, 1),
      ignoreRackAssignment: ignoreRackAssignment ?? false,
    };
  }
  if (partitions !== undefined || replicationFactor !== undefined || ignoreRackAssignment !== undefined) {
    throw invalid('assignment', 'already says how many partitions and replicas there are: leave the other three out');
  }
  if (assignment.length === 0) throw invalid('assignment', 'has no partition');
  return { kind: 'assigned', maps: assignment.map((spus, id) => ({ id, replicas: spus, mirror: undefined })) };
}

function whole(option: string, value: number, from: number): number {
  if (Number.isInteger(value) && value >= from && value <= LARGEST_U32) return value;
  throw invalid(option, `must be a whole number from ${from} to ${LARGEST_U32}, not ${value}`);
}

function bytes(option: string, value: number | bigint): bigint {
  const exact = typeof value === 'bigint' || Number.isSafeInteger(value) ? BigInt(value) : -1n;
  if (exact >= 0n && exact <= LARGEST_U64) return exact;
  throw invalid(option, `must be a whole number of bytes that fits into 64 bits, not ${value}`);
}

function seconds(ms: number): number {
  const value = ms / 1000;
  if (Number.isInteger(value) && value >= 0 && value <= LARGEST_U32) return value;
  throw invalid('retentionMs', `must be whole seconds in milliseconds, up to ${LARGEST_U32 * 1000}, not ${ms}`);
}

const invalid = (option: string, reason: string): Error => adminError('option/invalid', { option, reason });
