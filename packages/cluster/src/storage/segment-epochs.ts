/** Finding out which leaders wrote a log, from the batches themselves: no file beside them that could disagree. */
import { BATCH_HEADER_BYTES, readBatchHeader } from '@fluvio-ts/protocol';
import type { Epochs } from '../replication/epochs.ts';
import { createEpochs } from '../replication/epochs.ts';
import type { LogFile } from './log-file.ts';
import type { Segment } from './segment.ts';

/** Bytes of a file that are looked at at a time. */
const WINDOW_BYTES = 1024 * 1024;

/**
 * Reads the epochs of the segments of a log, in order. A segment that begins with the same epoch as the next one has no
 * other, since epochs only grow: one header of it is read, and not all.
 *
 * @throws `storage/io`, `wire/invalid`
 */
export function readEpochs(segments: readonly Segment[], done: (segment: Segment) => void): Epochs {
  const epochs = createEpochs();
  const firsts = segments.map((segment) => {
    const first = firstEpoch(segment.file);
    done(segment);
    return first;
  });
  for (const [i, segment] of segments.entries()) {
    const first = firsts[i];
    if (first === undefined) continue;
    epochs.add(first, segment.baseOffset);
    if (firsts[i + 1] === first) continue;
    eachHeader(segment.file, (epoch, baseOffset) => epochs.add(epoch, baseOffset));
    done(segment);
  }
  return epochs;
}

function firstEpoch(file: LogFile): number | undefined {
  return readBatchHeader(file.read(0, BATCH_HEADER_BYTES))?.leaderEpoch;
}

function eachHeader(file: LogFile, visit: (epoch: number, baseOffset: number) => void): void {
  let start = 0;
  let held = file.read(0, WINDOW_BYTES);
  let position = 0;
  while (position < file.sizeBytes) {
    if (position + BATCH_HEADER_BYTES > start + held.length) {
      start = position;
      held = file.read(position, WINDOW_BYTES);
    }
    const header = readBatchHeader(held, position - start);
    if (header === undefined) return;
    visit(header.leaderEpoch, Number(header.baseOffset));
    position += header.size;
  }
}
