/**
 * What a stream has handed out of a partition and the high watermark has not covered yet. If the leader is lost, another may
 * have other records in its place, and more behind them, so that nothing else tells the reader.
 *
 * So each such batch is kept by its place, size and checksum, and looked for at the leader before a stream goes on there. The
 * server's epochs save the search where they have not changed; Fluvio's SPUs give none, and what is stored decides.
 */
import type { Batch, BatchHeader, PartitionData } from '@fluvio-ts/protocol';
import { readBatchHeader } from '@fluvio-ts/protocol';
import { serverError } from '../errors.ts';
import { endOfShorterLog } from './truncated.ts';

/** Batches that are told apart. In a longer tail the eldest are only known to be uncommitted. */
const MOST_PRINTS = 1_024;
/** Enough for some headers where an SPU cuts answers at the byte. */
const GLANCE_BYTES = 4_096;
const SEARCH_BYTES = 1_048_576;

/** One read of what is stored, at the leader that is to be compared with. */
export type ReadStored = (offset: bigint, maxBytes: number) => Promise<PartitionData>;

/** See the file's head. */
export interface Tail {
  /** Notes batches that are handed out from `from` on, and forgets what is committed by now. */
  add(batches: readonly Batch[], from: bigint, highWatermark: bigint): void;
  /** Whether all that was handed out is committed. */
  readonly isEmpty: boolean;
  /**
   * Where the leader's log begins to differ from what was handed out, and forgets what was from there on; undefined where it
   * does not. @throws codes of `ServerCodes`, and what a call throws
   */
  partsAt(read: ReadStored): Promise<bigint | undefined>;
}

interface Print {
  /** The first offset of the batch that was handed out. */
  readonly from: bigint;
  readonly baseOffset: bigint;
  readonly nextOffset: bigint;
  readonly size: number;
  readonly crc: number;
  readonly leaderEpoch: number;
}

/** What is stored where a batch was: it, something else, or nothing that can still be known. */
type Found = 'same' | 'other' | 'removed';

/** Makes an empty tail. */
export function uncommittedTail(): Tail {
  let prints: Print[] = [];
  /** Where the tail begins, also where it is longer than what is kept of it. */
  let start = 0n;

  const forgetFrom = (offset: bigint): void => {
    prints = prints.filter(({ nextOffset }) => nextOffset <= offset);
  };

  const isSame = (print: Print, header: BatchHeader | undefined): boolean =>
    header !== undefined &&
    header.baseOffset === print.baseOffset &&
    header.size === print.size &&
    header.crc === print.crc;

  /** Reads at a print; the headers that were found, as many as came. */
  const look = async (
    read: ReadStored,
    print: Print,
    maxBytes: number,
  ): Promise<{ readonly found: Found; readonly headers: readonly BatchHeader[] }> => {
    const { errorCode, records } = await read(print.baseOffset, maxBytes);
    if (errorCode.kind === 'OffsetEvicted') return { found: 'removed', headers: [] };
    if (endOfShorterLog(errorCode) !== undefined) return { found: 'other', headers: [] };
    if (errorCode.kind !== 'None')
      throw serverError(`comparing what is stored at offset ${print.baseOffset}`, errorCode);
    const headers = headersOf(records);
    return { found: isSame(print, headers[0]) ? 'same' : 'other', headers };
  };

  return {
    get isEmpty() {
      return prints.length === 0;
    },
    add(batches, from, highWatermark) {
      while (prints[0] !== undefined && prints[0].nextOffset <= highWatermark) prints.shift();
      start = max(start, highWatermark);
      for (const { baseOffset, nextOffset, size, crc, leaderEpoch } of batches) {
        if (nextOffset <= highWatermark) continue;
        if (prints.length === 0) start = max(baseOffset, from);
        prints.push({
          from: max(baseOffset, from),
          baseOffset,
          nextOffset,
          size,
          crc,
          leaderEpoch,
        });
        if (prints.length > MOST_PRINTS) prints.shift();
      }
    },
    async partsAt(read) {
      const last = prints.at(-1);
      if (last === undefined) return undefined;
      const glance = await look(read, last, GLANCE_BYTES);
      // Logs that agree on a batch of one epoch agree on all before it.
      if (glance.found === 'same' && glance.headers[0]?.leaderEpoch === last.leaderEpoch) return undefined;
      let isFirst = true;
      for (let i = 0; i < prints.length; ) {
        const { found, headers } = await look(read, prints[i] as Print, SEARCH_BYTES);
        for (const header of headers.length === 0 ? [undefined] : headers) {
          const print = prints[i];
          if (print === undefined) break;
          if (found !== 'removed' && !isSame(print, header)) {
            const parted = isFirst ? start : print.from;
            forgetFrom(parted);
            return parted;
          }
          isFirst = false;
          if (header !== undefined) prints[i] = { ...print, leaderEpoch: header.leaderEpoch };
          i++;
        }
      }
      return undefined;
    },
  };
}

/** The headers in a run of bytes; the last batch may be cut. */
function headersOf(records: Uint8Array): BatchHeader[] {
  const headers: BatchHeader[] = [];
  for (let at = 0; at < records.length; ) {
    const header = readBatchHeader(records, at);
    if (header === undefined) break;
    headers.push(header);
    at += header.size;
  }
  return headers;
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
