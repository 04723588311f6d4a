/**
 * Which segments of a log have to go: Fluvio's rules. First by size, then by age; from the oldest on; never the last one,
 * which takes batches, so a quiet partition keeps everything.
 */

/** What a partition may keep. */
export interface RetentionPolicy {
  /** A segment goes when its last batch is older, in milliseconds. */
  readonly ageMs: number;
  /** Segments go while there is more, in bytes. */
  readonly sizeBytes: number;
}

/** A segment that takes no more batches. */
export interface RetainedSegment {
  /** Offset behind its last record. */
  readonly endOffset: number;
  /** Bytes of its files. */
  readonly sizeBytes: number;
  /** When it was last written, in Unix milliseconds. */
  readonly modifiedMs: number;
}

/** A log, as far as the rules look at it. */
export interface RetainedLog {
  /** Oldest first. */
  readonly closedSegments: readonly RetainedSegment[];
  /** Bytes on disk. */
  readonly sizeBytes: number;
  readonly segmentBytes: number;
}

/** The end of the segments that have to go; undefined where none has to. */
export function expiredBefore(
  log: RetainedLog,
  { ageMs, sizeBytes }: RetentionPolicy,
  nowMs: number,
): number | undefined {
  const { closedSegments } = log;
  // As many segments as would hold what is too much if they were full: those that are not leave more for the next look.
  let count = Math.max(0, Math.ceil((log.sizeBytes - sizeBytes) / log.segmentBytes));
  while ((closedSegments[count]?.modifiedMs ?? Number.POSITIVE_INFINITY) < nowMs - ageMs) count++;
  return closedSegments[Math.min(count, closedSegments.length) - 1]?.endOffset;
}
