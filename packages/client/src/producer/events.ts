/** What a producer tells those who watch it. */
import type { CodecName } from '@fluvio-ts/protocol';
import { attempt } from '../observe/attempt.ts';
import type { ProducerRecord } from './result.ts';

/** A batch is settled. */
export interface ProducerBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
  /** Bytes of the batch as it was sent. */
  readonly bytes: number;
  /** Bytes of the batch before compression. */
  readonly rawBytes: number;
  readonly codec: CodecName;
  /** Requests that carried it; 0 if it never left. */
  readonly attempts: number;
  /** Milliseconds from its first record until it was first sent, or given up before that. */
  readonly queuedMs: number;
  /** Milliseconds from then until its outcome was known. */
  readonly latencyMs: number;
  /** Offset of its first record; absent when it failed. */
  readonly baseOffset?: bigint;
  readonly mayBeDuplicate: boolean;
  /** Why it failed; absent when it is acknowledged. */
  readonly error?: unknown;
}

/** An attempt failed, and will be repeated. */
export interface ProducerRetry {
  readonly topic: string;
  readonly partition: number;
  /** 1 for the first repetition. */
  readonly attempt: number;
  /** Records that wait for it. */
  readonly records: number;
  readonly error: unknown;
}

/** Records that were enqueued are not delivered. */
export interface ProducerFailure {
  readonly topic: string;
  readonly error: unknown;
  /** How many. */
  readonly count: number;
  /** The records, decoded from the batch for whoever wants to keep them or send them elsewhere. Rejects where they were lost in a codec. */
  records(): Promise<readonly ProducerRecord[]>;
}

/** Calls a hook. What it throws, or rejects with, is its own: a producer must go on. */
export function tell<T>(hook: ((event: T) => unknown) | undefined, event: T): void {
  attempt(() => hook?.(event));
}
