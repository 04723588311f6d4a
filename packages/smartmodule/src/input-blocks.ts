/**
 * Reads batches as blocks for modules.
 *
 * Producers that do not wait send batches of one record, and a call across the border to a module costs as much as
 * transforming many. So small batches that lie side by side become one block; modules see the same offsets and times.
 */
import { type Batch, type CodecName, type Codecs, RecordBlock } from '@fluvio-ts/protocol';
import { clampDelta, isTime, LARGEST_DELTA } from './deltas.ts';
import { RecordsWriter } from './records-writer.ts';

/** Payload bytes from which on a batch is a block of its own, and which a block of several stays within. */
const BLOCK_BYTES = 32_768;

/** A batch and the offset of its first record, which for a batch that is being produced is not what it says. */
export interface PlacedBatch {
  readonly batch: Batch;
  readonly baseOffset: bigint;
}

/** Records to transform at once. */
export interface InputBlock {
  readonly block: RecordBlock;
  /** Where each source batch begins, in order. */
  readonly starts: readonly bigint[];
  /** Offset behind the last source batch. */
  readonly nextOffset: bigint;
  /** How the first source batch is compressed. */
  readonly codec: CodecName;
  /** Bytes of the source payloads, not compressed. */
  readonly sizeBytes: number;
}

/** Settings of {@link inputBlocks}. */
export interface InputOptions {
  readonly codecs: Codecs;
  /** Records below this offset are left out. Default 0. */
  readonly fromOffset?: bigint;
  /** Payload bytes that a block of several batches stays within, if that is less than usual. */
  readonly maxBytes?: number;
}

/** Blocks of these batches, in order. Throws what opening a batch does. */
export async function* inputBlocks(
  batches: Iterable<PlacedBatch> | AsyncIterable<PlacedBatch>,
  { codecs, fromOffset = 0n, maxBytes = BLOCK_BYTES }: InputOptions,
): AsyncGenerator<InputBlock, void> {
  const limits = { fromOffset, blockBytes: Math.min(BLOCK_BYTES, maxBytes) };
  let open: Merger | undefined;
  for await (const { batch, baseOffset } of batches) {
    const nextOffset = baseOffset + BigInt(batch.lastOffsetDelta + 1);
    if (nextOffset <= fromOffset) continue;
    const opened = await batch.open(codecs);
    const source: Source = {
      block:
        opened.origin.baseOffset === baseOffset
          ? opened
          : new RecordBlock(opened.payload, { ...opened.origin, baseOffset }),
      nextOffset,
      codec: batch.codec,
    };
    if (open?.takes(source) === false) {
      yield open.finish();
      open = undefined;
    }
    open ??= new Merger(source, limits);
    open.add(source);
  }
  if (open !== undefined) yield open.finish();
}

interface Source {
  readonly block: RecordBlock;
  readonly nextOffset: bigint;
  readonly codec: CodecName;
}

/** Collects source batches into one block; a single one that is taken whole is not copied. */
class Merger {
  private readonly first: Source;
  private readonly base: bigint;
  private readonly fromOffset: bigint;
  private readonly blockBytes: number;
  private readonly starts: bigint[] = [];
  private nextOffset: bigint;
  private sizeBytes = 0;
  private writer: RecordsWriter | undefined;

  constructor(first: Source, limits: { readonly fromOffset: bigint; readonly blockBytes: number }) {
    this.first = first;
    this.fromOffset = limits.fromOffset;
    this.blockBytes = limits.blockBytes;
    this.base = first.block.origin.baseOffset;
    this.nextOffset = first.nextOffset;
  }

  /** Whether another batch fits: in size, and as far as deltas of offsets and times reach. */
  takes({ block: { payload, origin }, nextOffset }: Source): boolean {
    const first = this.first.block.origin;
    const alike = isTime(first.firstTimestampMs) === isTime(origin.firstTimestampMs);
    const apart = Math.abs(origin.firstTimestampMs - first.firstTimestampMs);
    return (
      this.sizeBytes + payload.length <= this.blockBytes &&
      origin.baseOffset >= this.nextOffset &&
      nextOffset - this.base < BigInt(LARGEST_DELTA) &&
      alike &&
      // Half of what a delta can hold, so that there is room for the records' own deltas.
      (!isTime(origin.firstTimestampMs) || apart < LARGEST_DELTA / 2)
    );
  }

  add(source: Source): void {
    const { block } = source;
    const { baseOffset } = block.origin;
    const whole = baseOffset >= this.fromOffset;
    this.starts.push(baseOffset);
    this.sizeBytes += block.payload.length;
    this.nextOffset = source.nextOffset;
    if (source === this.first && whole) return;
    if (this.writer === undefined) {
      this.writer = new RecordsWriter(BLOCK_BYTES / 4);
      if (source !== this.first) this.copy(this.writer, this.first.block);
    }
    this.copy(this.writer, block);
  }

  finish(): InputBlock {
    const { first, starts, nextOffset, sizeBytes } = this;
    const block = this.writer === undefined ? first.block : new RecordBlock(this.writer.payload(), first.block.origin);
    return { block, starts, nextOffset, sizeBytes, codec: first.codec };
  }

  private copy(writer: RecordsWriter, block: RecordBlock): void {
    const { origin, payload } = block;
    const offsetShift = Number(origin.baseOffset - this.base);
    const timeShift = origin.firstTimestampMs - this.first.block.origin.firstTimestampMs;
    const shift = isTime(origin.firstTimestampMs) ? timeShift : 0;
    const least = Number(this.fromOffset - this.base);
    const cursor = block.cursor();
    while (cursor.next()) {
      const delta = cursor.offsetDelta + offsetShift;
      if (delta < least) continue;
      writer.add(payload, cursor, delta, clampDelta(cursor.timestampDelta + shift));
    }
  }
}
