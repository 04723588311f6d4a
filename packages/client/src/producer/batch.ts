/** A batch on its way: the encoded records, and the callers who wait for them. */
import { BatchBuilder } from '@fluvio-ts/protocol';
import type { SendResult } from './result.ts';

/** A caller who waits for one record. */
export interface Waiter {
  resolve(result: SendResult): void;
  reject(error: unknown): void;
}

/** A batch that still takes records. */
export interface OpenBatch {
  readonly builder: BatchBuilder;
  readonly waiters: Waiter[];
  /** When its records are given up, on the clock of `performance.now()`, which no correction of the time of day moves. */
  readonly deadlineAt: number;
  /** What its records took from the producer's budget. */
  heldBytes: number;
}

/** A batch that takes no more. */
export interface SealedBatch {
  readonly bytes: Uint8Array;
  readonly waiters: readonly Waiter[];
  readonly deadlineAt: number;
  readonly heldBytes: number;
  /** An attempt ended without an answer, so a copy may be stored. */
  mayBeDuplicate: boolean;
  /** Its callers were told. */
  isSettled: boolean;
}

/** Starts a batch whose times count from `firstTimestampMs`, in a buffer of `capacityBytes` that grows. */
export const openBatch = (firstTimestampMs: number, deadlineAt: number, capacityBytes: number): OpenBatch => ({
  builder: new BatchBuilder({ firstTimestampMs, capacityBytes }),
  waiters: [],
  deadlineAt,
  heldBytes: 0,
});

/** Seals a batch. */
export const seal = ({ builder, waiters, deadlineAt, heldBytes }: OpenBatch): SealedBatch => ({
  bytes: builder.finish(),
  waiters,
  deadlineAt,
  heldBytes,
  mayBeDuplicate: false,
  isSettled: false,
});

/** Tells every caller of a batch where its record is. */
export function acknowledge(batch: SealedBatch, partition: number, baseOffset: bigint): void {
  const { waiters, mayBeDuplicate } = batch;
  for (let i = 0; i < waiters.length; i++) {
    waiters[i]?.resolve({ partition, offset: baseOffset + BigInt(i), mayBeDuplicate });
  }
}

/** Tells every caller of a batch that it failed. */
export function refuse(batch: { readonly waiters: readonly Waiter[] }, error: unknown): void {
  for (const waiter of batch.waiters) waiter.reject(error);
}
