/** Batches as storage sees them: bytes back to back, and where each begins and how many offsets it takes. */

/** One batch of a run. */
export interface PlacedBatch {
  /** Where it begins in the run's bytes. */
  readonly position: number;
  readonly sizeBytes: number;
  /** How many offsets it takes; at least one. */
  readonly count: number;
  /** Epoch of the leader that wrote it, in a run that comes from a leader. */
  readonly epoch?: number;
}

/** Whole batches, checked by whoever made the run. */
export interface BatchRun {
  /** Nothing but the batches. The log writes base offsets into them. */
  readonly bytes: Uint8Array;
  readonly batches: readonly PlacedBatch[];
}
