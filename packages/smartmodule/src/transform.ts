/**
 * Applies a chain to batches, as an SPU does to what it streams and to what is produced.
 *
 * What an SPU of the Rust implementation does otherwise, and why not here:
 *
 * - It merges all output into one batch, whose records from other source batches get offset deltas that are shifted the
 *   wrong way, and no times. Here offsets and times are right; a batch is only cut where a delta could not hold a time.
 * - It runs the modules over a batch, and drops the output if that makes the answer too large: the next answer runs them
 *   again, so that an aggregate counts twice; and if the first output alone is too large, it is skipped for good. Here a
 *   batch whose turn came is answered, and the answer may get larger than asked by what became of that batch.
 * - It runs the modules over records in front of the offset that was asked for, if they are in the same batch. Here
 *   they are left out.
 * - What came before a refused record goes out without having passed the modules behind the one that refused, and
 *   the stream continues behind the whole batch. Here it passes them all, and the stream continues behind that record.
 */
import { type Batch, type Codecs, isFluvioError } from '@fluvio-ts/protocol';
import type { ChainOutput, SmartModuleChain } from './chain.ts';
import { later } from './deltas.ts';
import type { SmartModuleCodes, SmartModuleError } from './errors.ts';
import { type InputBlock, inputBlocks, type PlacedBatch } from './input-blocks.ts';
import { OutputBatches } from './output-batches.ts';

/** Settings of {@link transformStream}. */
export interface TransformStreamOptions {
  /** First offset that is wanted; records below it, in the batch that holds it, are left out. Default: the first batch's. */
  readonly fromOffset?: bigint;
  /** Bytes from which on no more is added; at least what becomes of one source batch is. Default: no limit. */
  readonly maxBytes?: number;
  /** Codecs for batches that are compressed; the output is compressed as the first one is. Default: none. */
  readonly codecs?: Codecs;
  /**
   * `merged`: one batch, as upstream; or `exact`: a new batch behind every gap that a filter leaves, so that clients which
   * number records by their place in the batch (all official ones) name the right offsets, for 61 bytes each. Default
   * `merged`.
   */
  readonly layout?: 'merged' | 'exact';
  readonly signal?: AbortSignal;
}

/** What became of a slice of a stream. */
export interface StreamTransform {
  /** Whole batches; empty if nothing came through. */
  readonly records: Uint8Array;
  /**
   * Where the stream goes on: behind the last source batch that was looked at, or behind the record that was refused.
   * That is the answer's `next_filter_offset`. After any other error, the offset that was to be transformed next.
   */
  readonly nextOffset: bigint;
  /**
   * What went wrong. After `smartmodule/record-failed` the chain can go on at `nextOffset`; after anything else it is
   * over.
   */
  readonly error?: SmartModuleError | undefined;
}

/**
 * Transforms a slice of a partition.
 *
 * @param batches - in order; read only as far as `maxBytes` allows
 * @throws what opening a batch does: `codec/missing`, `wire/invalid`, `wire/truncated`
 */
export async function transformStream(
  chain: SmartModuleChain,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: TransformStreamOptions = {},
): Promise<StreamTransform> {
  const { fromOffset = 0n, maxBytes = Number.POSITIVE_INFINITY, codecs = {}, layout = 'merged', signal } = options;
  const output = new OutputBatches({ codecs, layout });
  let nextOffset = fromOffset;
  let error: SmartModuleError | undefined;
  for await (const input of inputBlocks(placed(batches), { codecs, fromOffset, maxBytes })) {
    const full = output.size > 0 && output.size + input.sizeBytes > maxBytes;
    if (full) break;
    const step = await run(chain, input, signal);
    if ('failed' in step) {
      error = step.failed;
      nextOffset = later(nextOffset, input.block.origin.baseOffset);
      break;
    }
    const refused = step.error;
    error = refused;
    nextOffset = refused === undefined ? input.nextOffset : behindRefused(chain, input, refused, nextOffset);
    await output.add(step.records, { ...input, nextOffset });
    if (error !== undefined || output.size >= maxBytes) break;
  }
  const records = await output.finish(nextOffset);
  return error === undefined ? { records, nextOffset } : { records, nextOffset, error };
}

/** Settings of {@link transformProduce}. */
export interface TransformProduceOptions {
  /** Codecs for batches that are compressed; the output is compressed as the first one is. Default: none. */
  readonly codecs?: Codecs;
  readonly signal?: AbortSignal;
}

/** What became of an entry of a produce request. */
export interface ProduceTransform {
  /** Batches to append; empty if nothing came through, or after an error. */
  readonly records: Uint8Array;
  /** What went wrong: nothing of the entry may be stored. */
  readonly error?: SmartModuleError | undefined;
}

/**
 * Transforms what is being produced to one partition: all batches of an entry, into one. Offsets that modules and errors
 * tell count from the entry's first record.
 *
 * Records that are dropped leave a gap of offsets, as upstream; where an array-map makes more records than there
 * were, the batch takes as many offsets as it has records (upstream, they collide with those of the next batch).
 *
 * @throws what opening a batch does: `codec/missing`, `wire/invalid`, `wire/truncated`
 */
export async function transformProduce(
  chain: SmartModuleChain,
  batches: Iterable<Batch>,
  options: TransformProduceOptions = {},
): Promise<ProduceTransform> {
  const { codecs = {}, signal } = options;
  const output = new OutputBatches({ codecs, layout: 'produced' });
  let nextOffset = 0n;
  for await (const input of inputBlocks(counted(batches), { codecs })) {
    const step = await run(chain, input, signal);
    const error = 'failed' in step ? step.failed : step.error;
    if (error !== undefined) return { records: new Uint8Array(0), error };
    nextOffset = input.nextOffset;
    await output.add((step as ChainOutput).records, input);
  }
  return { records: await output.finish(nextOffset) };
}

/** Errors of the chain end the transform but not what came before; anything else is the caller's. */
async function run(
  chain: SmartModuleChain,
  { block }: InputBlock,
  signal: AbortSignal | undefined,
): Promise<ChainOutput | { readonly failed: SmartModuleError }> {
  try {
    return await chain.process(block, signal === undefined ? {} : { signal });
  } catch (error) {
    if (isFluvioError(error) && error.code.startsWith('smartmodule/')) return { failed: error as SmartModuleError };
    throw error;
  }
}

/**
 * Where the stream goes on behind a refused record.
 *
 * Where that record is not known, that is behind an array-map, whose records do not tell where they come from, it is
 * behind the block. The same where a module names an offset that it was not given, so that a stream always advances.
 */
function behindRefused(
  chain: SmartModuleChain,
  { block, nextOffset }: InputBlock,
  error: NonNullable<ChainOutput['error']>,
  from: bigint,
): bigint {
  const { offset, position } = error.context as SmartModuleCodes['smartmodule/record-failed'];
  const known = chain.modules.slice(0, position).every(({ kind }) => kind !== 'array_map');
  const begin = later(from, block.origin.baseOffset);
  return known && offset >= begin && offset < nextOffset ? offset + 1n : nextOffset;
}

async function* placed(batches: Iterable<Batch> | AsyncIterable<Batch>): AsyncGenerator<PlacedBatch, void> {
  for await (const batch of batches) yield { batch, baseOffset: batch.baseOffset };
}

/** Producers leave offsets to the server, and write anything. */
function* counted(batches: Iterable<Batch>): Generator<PlacedBatch, void> {
  let baseOffset = 0n;
  for (const batch of batches) {
    yield { batch, baseOffset };
    baseOffset += BigInt(batch.lastOffsetDelta + 1);
  }
}
