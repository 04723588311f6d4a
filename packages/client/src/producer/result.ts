/** What goes into a producer and what comes back. */

/** A record to send. */
export interface ProducerRecord {
  /** Decides the partition, the same for every client in every language. `null` or absent: no key (which is not an empty key). */
  readonly key?: Uint8Array | string | null;
  readonly value: Uint8Array | string;
  /** Sends to this partition instead of the one that the key names. */
  readonly partition?: number;
  /** Unix milliseconds; default now. */
  readonly timestampMs?: number;
}

/** Where an acknowledged record is. */
export interface SendResult {
  readonly partition: number;
  readonly offset: bigint;
  /** The record's time, Unix milliseconds: as given, or when it was sent. */
  readonly timestampMs: number;
  /** Whether a copy may be stored as well: an earlier attempt ended without an answer. */
  readonly mayBeDuplicate: boolean;
}
