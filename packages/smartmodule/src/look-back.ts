/** Which records of the past a module sees before it starts, and as what. */
import { type Batch, type Codecs, type Lookback, RecordBlock } from '@fluvio-ts/protocol';
import { clampDelta, isTime, later } from './deltas.ts';
import { RecordsWriter } from './records-writer.ts';

/** How far back to go. */
export interface LookBackRange {
  /** First offset to show. */
  readonly fromOffset: bigint;
  /** Unix milliseconds; older records are not shown. Undefined: any age. */
  readonly sinceMs: number | undefined;
}

/**
 * What a lookback asks for in a partition: the last records up to the high watermark, those of an age, or both.
 *
 * For an age alone `fromOffset` is the start of the partition: read backwards by whole batches, and stop at one whose
 * newest record is too old.
 */
export function lookBackRange(
  { last, age }: Lookback,
  partition: { readonly startOffset: bigint; readonly highWatermark: bigint; readonly nowMs: number },
): LookBackRange {
  const { startOffset, highWatermark, nowMs } = partition;
  const sinceMs = age === undefined ? undefined : nowMs - Number(age.seconds) * 1000 - Math.floor(age.nanos / 1e6);
  if (last === 0n && age !== undefined) return { fromOffset: startOffset, sinceMs };
  return { fromOffset: later(startOffset, highWatermark - last), sinceMs };
}

/**
 * The records of a range as one block, with their offsets and times; undefined if there are none.
 *
 * @throws what opening a batch does: `codec/missing`, `wire/invalid`, `wire/truncated`
 */
export async function lookBackRecords(
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  range: LookBackRange,
  options: { readonly codecs?: Codecs } = {},
): Promise<RecordBlock | undefined> {
  const { fromOffset, sinceMs = Number.NEGATIVE_INFINITY } = range;
  const writer = new RecordsWriter();
  let origin: { readonly baseOffset: bigint; readonly firstTimestampMs: number } | undefined;
  for await (const batch of batches) {
    if (batch.nextOffset <= fromOffset || Number(batch.maxTimestamp) < sinceMs) continue;
    const block = await batch.open(options.codecs);
    origin ??= block.origin;
    const shift = Number(block.origin.baseOffset - origin.baseOffset);
    const { firstTimestampMs } = block.origin;
    const timed = isTime(firstTimestampMs);
    const cursor = block.cursor();
    while (cursor.next()) {
      const timestampMs = timed ? firstTimestampMs + cursor.timestampDelta : -1;
      if (block.origin.baseOffset + BigInt(cursor.offsetDelta) < fromOffset || timestampMs < sinceMs) continue;
      const delta = timed && isTime(origin.firstTimestampMs) ? clampDelta(timestampMs - origin.firstTimestampMs) : 0;
      writer.add(block.payload, cursor, cursor.offsetDelta + shift, delta);
    }
  }
  return origin === undefined || writer.count === 0 ? undefined : new RecordBlock(writer.payload(), origin);
}
