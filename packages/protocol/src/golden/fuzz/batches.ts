/** Record sets to damage: no, one and several batches, of no, one and many records, in every way they can be stored. */
import { BatchBuilder } from '../../records/batch-builder.ts';
import type { CodecName } from '../../records/codec.ts';
import * as layout from '../../records/layout.ts';
import { RecordBlock } from '../../records/record-block.ts';
import type { Random } from './random.ts';
import type { Head, Seed } from './seeds.ts';
import { everyMessage } from './seeds.ts';

const codecs: readonly CodecName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Record sets as seeds; the message that they name says nothing. */
export function batchSeeds(dice: Random): Seed[] {
  const [message] = everyMessage;
  if (message === undefined) return [];
  return Array.from({ length: 60 }, (_, i) => {
    const bytes: number[] = [];
    const heads: Head[] = [];
    for (let batch = i % 4; batch > 0; batch--) {
      const at = bytes.length;
      heads.push({ at: at + layout.BATCH_LENGTH_AT, width: 4 }, { at: at + layout.ATTRIBUTES_AT, width: 2 });
      heads.push({ at: at + layout.LAST_OFFSET_DELTA_AT, width: 4 }, { at: at + layout.BATCH_HEADER_BYTES, width: 4 });
      const whole = batchOf(dice);
      heads.push(...recordHeads(whole, at));
      bytes.push(...whole);
    }
    return { message, version: 0, frame: Uint8Array.from(bytes), heads };
  });
}

/** Lengths of records, keys and values, as far as they take one byte. */
function recordHeads(batch: Uint8Array, from: number): Head[] {
  const payload = batch.subarray(layout.BATCH_HEADER_BYTES);
  if (payload.length < 4) return [];
  const heads: Head[] = [];
  const cursor = new RecordBlock(payload, { baseOffset: 0n, firstTimestampMs: 0 }).cursor();
  for (let begin = 4; cursor.next(); begin = cursor.valueEnd + 1) {
    for (const at of [begin, cursor.keyStart - 1, cursor.valueStart - 1]) {
      if (at >= 0) heads.push({ at: from + layout.BATCH_HEADER_BYTES + at, width: 1 });
    }
  }
  return heads;
}

function batchOf(dice: Random): Uint8Array {
  const builder = new BatchBuilder({ firstTimestampMs: 1_700_000_000_000 });
  const records = 1 + dice.below(dice.pick([1, 4, 40]));
  const headerOnly = dice.below(8) === 0;
  const text = (longest: number): string => 'x\u00e9'.repeat(dice.below(longest));
  for (let i = 0; i < records; i++) {
    const key = dice.below(2) === 0 ? null : text(9);
    builder.add(key, text(dice.pick([2, 20, 90])), 1_700_000_000_000 + dice.below(2000) - 1000);
  }
  const batch = builder.finish();
  // The codec's number alone: the fuzzer's codecs take a payload for its own compressed form.
  batch[layout.ATTRIBUTES_AT + 1] = codecs.indexOf(dice.pick(codecs));
  if (!headerOnly) return batch;
  new DataView(batch.buffer, batch.byteOffset).setInt32(layout.BATCH_LENGTH_AT, 45);
  return batch.subarray(0, layout.BATCH_HEADER_BYTES);
}
