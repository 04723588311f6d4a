/** One segment of a log: a file of batches, named after its first offset, and the index beside it. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { BATCH_HEADER_BYTES, readBatchHeader } from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import type { BatchRun } from './batch-run.ts';
import type { LogFile } from './log-file.ts';
import { openLogFile } from './log-file.ts';
import type { ReadRange } from './read-batches.ts';
import { readBatches } from './read-batches.ts';
import type { SparseIndex } from './sparse-index.ts';
import { newIndex, readIndex } from './sparse-index.ts';

/** A stretch of a log's offsets. */
export interface Segment {
  readonly baseOffset: number;
  /** Offset behind the last record. */
  readonly endOffset: number;
  /** Bytes of the batches. */
  readonly sizeBytes: number;
  /** Bytes of the index; that of an active segment has no file yet. */
  readonly indexBytes: number;
  readonly file: LogFile;
  /** Adds batches that carry their offsets already. @throws `storage/full`, `storage/io` */
  append(run: BatchRun): void;
  /** Whole batches, back to back. @throws `storage/corrupt`, `storage/io` */
  read(range: ReadRange): Uint8Array;
  /** Closes the files; a closed segment opens them again when it is read. */
  close(): void;
}

/** A segment that takes no more appends. */
export interface ClosedSegment extends Segment {
  /** When its file was last written, in Unix milliseconds. */
  readonly modifiedMs: number;
}

/** The segment that takes appends. */
export interface ActiveSegment extends Segment {
  /** Tells the index of a batch that is in the file already. */
  recovered(position: number, sizeBytes: number, count: number): void;
  /** Cuts the batch that contains `offset`, and all behind it, off. @throws `storage/corrupt`, `storage/io` */
  cut(offset: number): void;
}

/** Name of a segment's file: its first offset in twenty digits. */
export function segmentFile(dir: string, baseOffset: number, extension: 'log' | 'index'): string {
  return join(dir, `${String(baseOffset).padStart(20, '0')}.${extension}`);
}

/** Opens the segment that takes appends, its index empty: whoever opens it adds what is there (see recovery). */
export function activeSegment(dir: string, baseOffset: number): ActiveSegment {
  const file = openLogFile(segmentFile(dir, baseOffset, 'log'));
  const index = newIndex(segmentFile(dir, baseOffset, 'index'));
  let endOffset = baseOffset;
  return {
    baseOffset,
    get endOffset() {
      return endOffset;
    },
    get sizeBytes() {
      return file.sizeBytes;
    },
    indexBytes: 0,
    file,
    append({ bytes, batches }) {
      const start = file.sizeBytes;
      file.append(bytes);
      for (const batch of batches) {
        index.add(endOffset - baseOffset, start + batch.position, batch.sizeBytes);
        endOffset += batch.count;
      }
    },
    recovered(position, sizeBytes, count) {
      index.add(endOffset - baseOffset, position, sizeBytes);
      endOffset += count;
    },
    cut(offset) {
      let position = index.lookup(offset - baseOffset);
      let next = baseOffset;
      while (position < file.sizeBytes) {
        const header = readBatchHeader(file.read(position, BATCH_HEADER_BYTES));
        if (header === undefined) {
          throw clusterError('storage/corrupt', { path: file.path, position, reason: 'a batch should begin here' });
        }
        next = Number(header.baseOffset);
        if (Number(header.nextOffset) > offset) break;
        position += header.size;
        next = Number(header.nextOffset);
      }
      file.truncate(position);
      index.cut(position);
      endOffset = next;
    },
    read: (range) => readBatches({ file, index, baseOffset }, range),
    close() {
      file.close();
      index.close();
    },
  };
}

/** Opens a segment that takes no more appends and ends at `endOffset`. Its files are open only while it is read. */
export function closedSegment(dir: string, baseOffset: number, endOffset: number): ClosedSegment {
  const paths = { log: segmentFile(dir, baseOffset, 'log'), index: segmentFile(dir, baseOffset, 'index') };
  const { size: sizeBytes, mtimeMs: modifiedMs } = statSync(paths.log);
  const indexBytes = statSync(paths.index, { throwIfNoEntry: false })?.size ?? 0;
  let opened: { readonly file: LogFile; readonly index: SparseIndex; readonly baseOffset: number } | undefined;
  const open = () => {
    opened ??= { file: openLogFile(paths.log), index: readIndex(paths.index), baseOffset };
    return opened;
  };
  return {
    baseOffset,
    endOffset,
    sizeBytes,
    indexBytes,
    modifiedMs,
    get file() {
      return open().file;
    },
    append() {
      throw new TypeError('a closed segment takes no batches');
    },
    read: (range) => readBatches(open(), range),
    close() {
      opened?.file.close();
      opened = undefined;
    },
  };
}
