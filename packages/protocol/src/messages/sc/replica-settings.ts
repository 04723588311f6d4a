/** What a topic hands down to each of its partitions: cleanup, storage, compression and deduplication. */
import type { Infer } from '../../wire/schema.ts';
import { choice, duration, map, option, string, struct, u32, u64, union, variant } from '../../wire/schema.ts';

/** When old records may go. Rust: `CleanupPolicy`, fluvio-controlplane-metadata/src/topic/spec.rs. */
export const CleanupPolicy = union({
  segment: variant(0, {
    /** Age in seconds after which a segment may be deleted; the SC refuses less than 10. */
    timeInSeconds: u32,
  }),
});
/** The value type of {@link CleanupPolicy}. */
export type CleanupPolicy = Infer<typeof CleanupPolicy>;

/** Sizes on disk, in bytes. Rust: `TopicStorageConfig`, fluvio-controlplane-metadata/src/topic/spec.rs. */
export const TopicStorageConfig = struct({
  /** Size at which a segment is closed; the SC refuses less than 1,024. */
  segmentSize: option(u32),
  /** Size above which the oldest segments go; the SC refuses less than 2,048 and less than a segment. */
  maxPartitionSize: option(u64),
});
/** The value type of {@link TopicStorageConfig}. */
export interface TopicStorageConfig extends Infer<typeof TopicStorageConfig> {}

/** Which codec producers use: one, or `Any` that they like. Rust: `CompressionAlgorithm`, fluvio-controlplane-metadata/src/topic/spec.rs. */
export const CompressionAlgorithm = choice({ None: 0, Gzip: 1, Snappy: 2, Lz4: 3, Any: 4, Zstd: 5 });
/** The value type of {@link CompressionAlgorithm}. */
export type CompressionAlgorithm = Infer<typeof CompressionAlgorithm>;

/** How much of the past a filter remembers. Rust: `Bounds`, fluvio-controlplane-metadata/src/topic/deduplication.rs. */
export const DeduplicationBounds = struct({
  /** Number of records; servers refuse 0. */
  count: u64,
  /** Age of records. */
  age: option(duration),
});
/** The value type of {@link DeduplicationBounds}. */
export interface DeduplicationBounds extends Infer<typeof DeduplicationBounds> {}

/** The SmartModule that finds duplicates. Rust: `Transform`, fluvio-controlplane-metadata/src/topic/deduplication.rs. */
export const DeduplicationTransform = struct({
  /** Its name: `name`, `group/name` or `group/name@version`. */
  uses: string,
  /** Its parameters. */
  with: map(string, string),
});
/** The value type of {@link DeduplicationTransform}. */
export interface DeduplicationTransform extends Infer<typeof DeduplicationTransform> {}

/** Drops records that were seen before. Rust: `Deduplication`, `Filter`, fluvio-controlplane-metadata/src/topic/deduplication.rs. */
export const Deduplication = struct({
  bounds: DeduplicationBounds,
  filter: struct({ transform: DeduplicationTransform }),
});
/** The value type of {@link Deduplication}. */
export interface Deduplication extends Infer<typeof Deduplication> {}
