/** What the streams of one consumer share, and what they tell. */
import type { Batch, Codecs, Isolation, SmartModuleInvocation } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import type { Purpose } from '../connection/spu-pool.ts';
import type { ConsumerBatch } from './batch.ts';
import type { StartOffset } from './position.ts';
import type { Until } from './until.ts';

/** Settings that the streams of one consumer share. */
export interface StreamSettings {
  readonly isolation: Isolation;
  readonly maxBytes: number;
  readonly maxBatchBytes: number;
  /** Widest window for the sake of speed. */
  readonly widestBytes: number;
  readonly verifyCrc: boolean;
  readonly codecs: Codecs;
  readonly until: Until;
  /** The chain that SPUs run. */
  readonly smartModules: readonly SmartModuleInvocation[];
  readonly onSmartModuleFailure: 'stop' | 'skip';
  readonly transform: ConsumerTransform | undefined;
  readonly whenEvicted: WhenEvicted | undefined;
  readonly consumerId: string | undefined;
  /** Most attempts to resume between two answers. */
  readonly retries: number;
  readonly onRetry: ((retry: ConsumerRetry) => unknown) | undefined;
  readonly onGap: ((gap: ConsumerGap) => unknown) | undefined;
  readonly onSkip: ((skip: ConsumerSkip) => unknown) | undefined;
}

/**
 * What becomes of a reader whose next record retention has removed: it goes on with the oldest record that is left, or at the
 * end, or fails with codes of `ServerCodes`. `fail` also fails a reader whose records the next leader does not have, with
 * `consume/truncated`.
 */
export type WhenEvicted = 'earliest' | 'latest' | 'fail';

/** A stream was interrupted and will be resumed. */
export interface ConsumerRetry {
  readonly topic: string;
  readonly partition: number;
  /** 1 for the first repetition since the last answer. */
  readonly attempt: number;
  readonly error: unknown;
}

/**
 * A stream goes on somewhere else than wanted: further on, because retention removed records before they could be read
 * (`evicted`); or further back, because the next leader does not have uncommitted records that were read, from `next` to in
 * front of `wanted` (`truncated`): others have their offsets, or get them. Those that wait to be read are dropped.
 */
export interface ConsumerGap {
  readonly topic: string;
  readonly partition: number;
  /** The offset that was wanted. */
  readonly wanted: bigint;
  /** Where the stream goes on. */
  readonly next: bigint;
  readonly reason: 'evicted' | 'truncated';
}

/** A SmartModule failed on a record, which was left out; so may others be that were stored with it. */
export interface ConsumerSkip {
  readonly topic: string;
  readonly partition: number;
  /** The record, as far as it is known. */
  readonly offset: bigint;
  /** Where the stream goes on. */
  readonly next: bigint;
  readonly error: unknown;
}

/**
 * SmartModules that run in this process, for topics and servers that cannot: `clientSmartModules()` of
 * `@fluvio-ts/smartmodule` makes one.
 */
export interface ConsumerTransform {
  /** Starts the chain for one partition. */
  start(): Promise<PartitionTransform>;
}

/** A running chain of one partition. */
export interface PartitionTransform {
  /**
   * Transforms one stored batch. Answers whole batches whose records carry their offsets, the offset that follows, and the
   * error if a module refused a record.
   */
  apply(
    batch: Batch,
    options: { readonly fromOffset: bigint; readonly codecs: Codecs },
  ): Promise<{ readonly records: Uint8Array; readonly nextOffset: bigint; readonly error?: Error | undefined }>;
  /** Ends the chain, when the partition is not read any more. */
  close(): Promise<void>;
}

/** Where a stream puts its batches. */
export interface Sink {
  /** `taken` is to be called once, when the application takes the batch. */
  push(batch: ConsumerBatch, taken: () => void): void;
  /** Everything that was stored when this was last looked at has been pushed. */
  caughtUp(topic: string, partition: number): void;
  /** What was pushed from this offset on is not stored any more; other records take its place. */
  truncated(topic: string, partition: number, from: bigint): void;
  /** The stream has this id on that connection; undefined when it is over. */
  live(topic: string, partition: number, stream: LiveStream | undefined): void;
}

/** A stream that an SPU knows. */
export interface LiveStream {
  readonly session: Session;
  readonly id: number;
}

/** A partition to stream. */
export interface StreamTarget {
  readonly topic: string;
  readonly partition: number;
  readonly start: StartOffset;
  readonly purpose: Purpose;
  /** Looks up where the consumer id stands; undefined when it stands nowhere. */
  readonly stored: ((signal: StopSignal) => Promise<bigint | undefined>) | undefined;
}
