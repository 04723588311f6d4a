/**
 * Opening a segment that may have been written to when its process or machine died.
 *
 * Batches are good as far as each is whole, has the offset that is due, and has the right checksum. A last batch that is
 * merely incomplete is cut off: nobody was told that it is stored. Anything else that is wrong ends the log there as well,
 * but what follows is put aside in a file, because it may be damage to records that were acknowledged.
 */
import { writeFileSync } from 'node:fs';
import { isFluvioError, readBatches, scanBatches } from '@fluvio-ts/protocol';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { LogFile } from './log-file.ts';

/** Bytes that are looked at at a time. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Reports every good batch of `file` in order, and cuts off what follows the last. @throws `storage/io`, `storage/full` */
export function recover(
  file: LogFile,
  baseOffset: number,
  onBatch: (position: number, sizeBytes: number, count: number) => void,
  log: Logger,
): void {
  let position = 0;
  let due = baseOffset;
  let chunkBytes = CHUNK_BYTES;
  while (position < file.sizeBytes) {
    const chunk = file.read(position, chunkBytes);
    let good = 0;
    let wrong: string | undefined;
    let missing = 0;
    try {
      const { missingBytes } = scanBatches(chunk, (batch) => {
        wrong = problem(chunk, batch, due);
        if (wrong !== undefined) return false;
        onBatch(position + batch.position, batch.size, batch.lastOffsetDelta + 1);
        due = Number(batch.nextOffset);
        good = batch.position + batch.size;
        return true;
      });
      missing = missingBytes;
    } catch (error) {
      if (!isFluvioError(error, 'wire/invalid')) throw error;
      wrong = reasonOf(error);
    }
    position += good;
    if (wrong !== undefined) {
      putAside(file, position, due, wrong, log);
      return;
    }
    const available = file.sizeBytes - position;
    if (missing > 0 && chunk.length - good + missing > available) {
      log('warn', 'cut an incomplete batch off the end of a log', { path: file.path, position, bytes: available });
      file.truncate(position);
      return;
    }
    // A batch that is larger than the chunk, or lies across its end, is looked at whole.
    chunkBytes = Math.max(CHUNK_BYTES, missing > 0 ? chunk.length - good + missing : 0);
  }
}

function problem(
  chunk: Uint8Array,
  batch: {
    readonly position: number;
    readonly size: number;
    readonly baseOffset: bigint;
    readonly lastOffsetDelta: number;
  },
  due: number,
): string | undefined {
  if (batch.baseOffset !== BigInt(due)) return `a batch has offset ${batch.baseOffset}, and ${due} is due`;
  if (batch.lastOffsetDelta < 0) return 'a batch has no records';
  try {
    readBatches(chunk.subarray(batch.position, batch.position + batch.size)).batches[0]?.verifyCrc();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function putAside(file: LogFile, position: number, due: number, reason: string, log: Logger): void {
  const path = `${file.path}.damaged-at-${due}`;
  writeFileSync(path, file.read(position, file.sizeBytes - position));
  log('error', 'a log is damaged: it ends before the damage, and the rest was put aside', {
    path: file.path,
    position,
    nextOffset: due,
    reason,
    putAside: path,
  });
  file.truncate(position);
}
