/** What a producer counts. */

/** Numbers of a producer at one moment: a plain object, of whole numbers. */
export interface ProducerStats {
  /** Records that are accepted and not settled; those who wait for room are not among them. */
  readonly bufferedRecords: number;
  /** What they take of `bufferBytes`. */
  readonly bufferedBytes: number;
  /** Calls that wait for room. */
  readonly waiting: number;
  readonly requestsInFlight: number;
  /** Age of the oldest record that is accepted and not settled, milliseconds; 0 without one. */
  readonly oldestAgeMs: number;
  /** Since the producer was made: records acknowledged, … */
  readonly records: number;
  /** … and the bytes of their batches as they were sent, … */
  readonly bytes: number;
  /** … and before compression. */
  readonly rawBytes: number;
  readonly batches: number;
  readonly requests: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Records that were accepted and not delivered. */
  readonly failed: number;
}

/** The part that is counted as it happens. */
export interface Counters {
  requestsInFlight: number;
  records: number;
  bytes: number;
  rawBytes: number;
  batches: number;
  requests: number;
  retries: number;
  failed: number;
}

/** Everything at zero. */
export const newCounters = (): Counters => ({
  requestsInFlight: 0,
  records: 0,
  bytes: 0,
  rawBytes: 0,
  batches: 0,
  requests: 0,
  retries: 0,
  failed: 0,
});
