/** Collects what modules made into batches, whose records have the offsets and times they really have. */
import type { CodecName, Codecs, RecordBlock } from '@fluvio-ts/protocol';
import { isTime, LARGEST_DELTA } from './deltas.ts';
import { RecordsWriter } from './records-writer.ts';

/** How records become batches. */
export interface OutputOptions {
  readonly codecs: Codecs;
  /**
   * - `merged`: one batch, which begins where the source batch of its first record does.
   * - `exact`: a new batch behind every gap, so that a record's place in its batch gives its offset.
   * - `produced`: one batch that takes as many offsets as it has records, if those are more than it was made of.
   */
  readonly layout: 'merged' | 'exact' | 'produced';
}

/** Which offsets the records of a block may have. */
export interface OutputRange {
  /** Where the source batches begin, in order. */
  readonly starts: readonly bigint[];
  /** Offset behind the source. */
  readonly nextOffset: bigint;
  readonly codec: CodecName;
}

interface OpenBatch {
  readonly writer: RecordsWriter;
  readonly base: bigint;
  readonly firstTimestampMs: number;
  maxTimestampMs: number;
  lastDelta: number;
}

/** Collects records, in order. */
export class OutputBatches {
  private readonly options: OutputOptions;
  private readonly finished: Uint8Array[] = [];
  private finishedBytes = 0;
  private codec: CodecName | undefined;
  private open: OpenBatch | undefined;

  constructor(options: OutputOptions) {
    this.options = options;
  }

  /** Bytes so far; compression may make them fewer. */
  get size(): number {
    return this.finishedBytes + (this.open?.writer.size ?? 0);
  }

  /** Adds the records of a block, which were checked. */
  async add(block: RecordBlock, range: OutputRange): Promise<void> {
    const { payload, origin } = block;
    const timed = isTime(origin.firstTimestampMs);
    const span = Number(range.nextOffset - origin.baseOffset);
    this.codec ??= block.length === 0 ? undefined : range.codec;
    const cursor = block.cursor();
    let previous = 0;
    while (cursor.next()) {
      // A module writes its records itself, so what they say is bounded by what can be.
      const delta = Math.min(Math.max(cursor.offsetDelta, previous), span - 1);
      previous = delta;
      const offset = origin.baseOffset + BigInt(delta);
      const timestampMs = timed ? origin.firstTimestampMs + cursor.timestampDelta : -1;
      if (this.open !== undefined && !this.fits(this.open, offset, timestampMs)) await this.cut(offset);
      this.open ??= {
        writer: new RecordsWriter(Math.min(Math.max(payload.length, 512), 1 << 20)),
        base: this.baseFor(offset, range.starts),
        firstTimestampMs: timestampMs,
        maxTimestampMs: timestampMs,
        lastDelta: -1,
      };
      const { open } = this;
      let offsetDelta = Number(offset - open.base);
      if (this.options.layout === 'produced') offsetDelta = Math.max(offsetDelta, open.lastDelta + 1);
      open.writer.add(payload, cursor, offsetDelta, timed ? timestampMs - open.firstTimestampMs : 0);
      open.lastDelta = Math.max(open.lastDelta, offsetDelta);
      open.maxTimestampMs = Math.max(open.maxTimestampMs, timestampMs);
    }
  }

  /** All batches; the last one reaches up to `nextOffset`, so that its header counts what was dropped behind it. */
  async finish(nextOffset: bigint): Promise<Uint8Array> {
    await this.cut(nextOffset);
    const { finished } = this;
    const [only] = finished;
    if (finished.length === 1 && only !== undefined) return only;
    const all = new Uint8Array(this.finishedBytes);
    let at = 0;
    for (const batch of finished) {
      all.set(batch, at);
      at += batch.length;
    }
    return all;
  }

  private baseFor(offset: bigint, starts: readonly bigint[]): bigint {
    if (this.options.layout === 'produced') return this.finished.length === 0 ? 0n : offset;
    if (this.options.layout === 'exact' || this.finished.length > 0) return offset;
    return starts.findLast((start) => start <= offset) ?? offset;
  }

  private fits(open: OpenBatch, offset: bigint, timestampMs: number): boolean {
    const timed = open.firstTimestampMs > 0;
    if (timed !== timestampMs > 0) return false;
    if (timed && Math.abs(timestampMs - open.firstTimestampMs) > LARGEST_DELTA) return false;
    if (offset - open.base > BigInt(LARGEST_DELTA)) return false;
    return this.options.layout !== 'exact' || offset <= open.base + BigInt(open.writer.count);
  }

  /** Completes the open batch, which reaches up to the next one. */
  private async cut(nextOffset: bigint): Promise<void> {
    const { open } = this;
    if (open === undefined) return;
    this.open = undefined;
    const facts = {
      baseOffset: open.base,
      lastOffsetDelta: Math.min(Math.max(Number(nextOffset - open.base) - 1, open.lastDelta), LARGEST_DELTA),
      firstTimestampMs: open.firstTimestampMs,
      maxTimestampMs: open.maxTimestampMs,
    };
    const batch = await open.writer.finish(facts, this.codec ?? 'none', this.options.codecs);
    this.finished.push(batch);
    this.finishedBytes += batch.length;
  }
}
