/** A batch on its way: the encoded records, and whose they are. */
import type { Codec, Codecs } from '@fluvio-ts/protocol';
import { BatchBuilder, readBatches } from '@fluvio-ts/protocol';
import type { BufferPool } from './buffer-pool.ts';
import type { Run } from './callers.ts';
import type { ProducerRecord } from './result.ts';

/** A batch that still takes records. */
export interface OpenBatch {
  readonly builder: BatchBuilder;
  readonly buffer: Uint8Array;
  readonly runs: Run[];
  /** On the clock of `performance.now()`, which no correction of the time of day moves. */
  readonly createdAt: number;
  /** When its records are given up, on the same clock. */
  readonly deadlineAt: number;
  /** What its records took from the producer's budget. */
  heldBytes: number;
}

/** A batch that takes no more. */
export interface SealedBatch {
  /** Empty while it is being compressed. */
  bytes: Uint8Array;
  readonly rawBytes: number;
  readonly records: number;
  readonly runs: readonly Run[];
  readonly createdAt: number;
  readonly deadlineAt: number;
  readonly heldBytes: number;
  /** Resolves when {@link SealedBatch.bytes} are there or the batch has failed; undefined when there is nothing to wait for. */
  encoding: Promise<void> | undefined;
  /** When it was first sent. */
  sentAt: number | undefined;
  attempts: number;
  /** An attempt ended without an answer, so a copy may be stored. */
  mayBeDuplicate: boolean;
  /** Its callers were told. */
  isSettled: boolean;
}

/** Starts a batch whose times count from `firstTimestampMs`. */
export function openBatch(
  firstTimestampMs: number,
  createdAt: number,
  deadlineAt: number,
  buffer: Uint8Array,
): OpenBatch {
  return {
    builder: new BatchBuilder({ firstTimestampMs, buffer }),
    buffer,
    runs: [],
    createdAt,
    deadlineAt,
    heldBytes: 0,
  };
}

/** Seals a batch. `failed` is called when its codec fails, now or later. */
export function seal(
  { builder, buffer, runs, createdAt, deadlineAt, heldBytes }: OpenBatch,
  codec: Codec | undefined,
  pool: BufferPool,
  failed: (batch: SealedBatch, error: unknown) => void,
): SealedBatch {
  const { count: records, size: rawBytes } = builder;
  const encoded = finished(builder, codec);
  const batch: SealedBatch = {
    bytes: encoded instanceof Uint8Array ? encoded : new Uint8Array(0),
    rawBytes,
    records,
    runs,
    createdAt,
    deadlineAt,
    heldBytes,
    encoding: undefined,
    sentAt: undefined,
    attempts: 0,
    mayBeDuplicate: false,
    isSettled: false,
  };
  if (codec === undefined) return batch;
  if (encoded instanceof Uint8Array) {
    pool.give(buffer.buffer);
    return batch;
  }
  if (!(encoded instanceof Promise)) {
    failed(batch, encoded.error);
    return batch;
  }
  batch.encoding = encoded.then(
    (bytes) => {
      batch.bytes = bytes;
      batch.encoding = undefined;
      pool.give(buffer.buffer);
    },
    (error: unknown) => {
      batch.encoding = undefined;
      failed(batch, error);
    },
  );
  return batch;
}

function finished(
  builder: BatchBuilder,
  codec: Codec | undefined,
): Uint8Array | Promise<Uint8Array> | { readonly error: unknown } {
  try {
    return builder.finish(codec);
  } catch (error) {
    return { error };
  }
}

/** Tells every caller of a batch where its record is. */
export function acknowledge({ runs, mayBeDuplicate }: SealedBatch, partition: number, baseOffset: bigint): void {
  const base = baseOffset <= Number.MAX_SAFE_INTEGER - 0x7fff_ffff ? Number(baseOffset) : baseOffset;
  for (let i = 0; i < runs.length; i++) runs[i]?.stored(partition, base, mayBeDuplicate);
}

/** Tells every caller of a batch that it failed. */
export function refuse(batch: SealedBatch, partition: number, codecs: Codecs, error: unknown): void {
  const { bytes } = batch;
  const decode = async (first: number, count: number): Promise<readonly ProducerRecord[]> => {
    if (bytes.length === 0) throw error;
    const block = await readBatches(bytes).batches[0]?.open(codecs);
    const all = block === undefined ? [] : Array.from(block);
    return all
      .slice(first, first + count)
      .map(({ key, value, timestampMs }) => ({ key, value, partition, timestampMs: Number(timestampMs) }));
  };
  for (const run of batch.runs) run.refused(error, decode);
}
