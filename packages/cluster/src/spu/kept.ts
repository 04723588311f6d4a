/** How much a partition keeps, and in which pieces: as its topic says, or as is usual. */
import type { PartitionSpec } from '@fluvio-ts/protocol';
import { CONSUMER_OFFSET_PARTITION } from '../consumer-offset-topic.ts';
import type { RetentionPolicy } from '../storage/retention.ts';

/** Segments of topics that say nothing about it. */
const DEFAULT_SEGMENT_BYTES = 1_073_741_824;
/** Of the log of consumer offsets, which is compacted by dropping segments, whatever its topic says. */
const OFFSETS_SEGMENT_BYTES = 1_048_576;
/** What topics that say nothing about it may keep: a week, and 100 GiB. */
const DEFAULT_RETENTION: RetentionPolicy = { ageMs: 604_800_000, sizeBytes: 107_374_182_400 };
/** Upper limit of a batch, whatever the segment size. */
const LARGEST_BATCH_BYTES = 33_554_432;

/** See the file's head. */
export interface Kept {
  /** Size at which a segment is closed. */
  readonly segmentBytes: number;
  /** Batches above this are refused. */
  readonly largestBatchBytes: number;
  /** Undefined where those who know what is in the log remove what is old. */
  readonly retention: RetentionPolicy | undefined;
}

/** What holds for the partition of this name. */
export function keptOf(name: string, spec: PartitionSpec): Kept {
  const segmentBytes = spec.storage?.segmentSize ?? DEFAULT_SEGMENT_BYTES;
  const largestBatchBytes = Math.min(segmentBytes, LARGEST_BATCH_BYTES);
  if (name === CONSUMER_OFFSET_PARTITION) {
    return { segmentBytes: OFFSETS_SEGMENT_BYTES, largestBatchBytes, retention: undefined };
  }
  return { segmentBytes, largestBatchBytes, retention: retentionOf(spec) };
}

function retentionOf({ cleanupPolicy, storage }: PartitionSpec): RetentionPolicy {
  const { ageMs, sizeBytes } = DEFAULT_RETENTION;
  return {
    ageMs: cleanupPolicy === undefined ? ageMs : cleanupPolicy.timeInSeconds * 1000,
    sizeBytes: storage?.maxPartitionSize === undefined ? sizeBytes : Number(storage.maxPartitionSize),
  };
}
