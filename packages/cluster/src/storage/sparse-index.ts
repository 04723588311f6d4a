/**
 * From an offset to a place in the segment's file not far before it.
 *
 * Fluvio's format: entries of 8 bytes, the offset relative to the segment's first and the position in the file, both u32
 * big-endian; one entry each time at least 4,096 bytes were appended. Fluvio pre-sizes the index of the active segment to
 * 10 MiB of zeros and cuts it when the segment is closed, so a zero entry ends the list. This one is written when it is closed.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { clusterError } from '../errors.ts';
import { reasonOf } from '../logger.ts';

/** Bytes of the log between two entries, at least. */
export const INDEX_INTERVAL_BYTES = 4096;

/** An entry has 32 bits for it. */
const LARGEST_DELTA = 0xffff_ffff;
const ENTRY_BYTES = 8;

/** The index of one segment. */
export interface SparseIndex {
  /** Position of the last entry at or before `delta`; 0 if there is none. */
  lookup(delta: number): number;
  /** Tells of an appended batch; makes an entry when one is due. */
  add(delta: number, position: number, sizeBytes: number): void;
  /** The log now ends at `position`, where a batch began. */
  cut(position: number): void;
  /** Writes the file. */
  close(): void;
}

/** Reads the index of a closed segment. A missing file, or entries that cannot be, only make reading slower. */
export function readIndex(path: string): SparseIndex {
  const deltas: number[] = [];
  const positions: number[] = [];
  if (existsSync(path)) {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      throw clusterError('storage/io', { path, action: 'read', reason: reasonOf(error) }, error);
    }
    for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
      const delta = bytes.readUInt32BE(at);
      const position = bytes.readUInt32BE(at + 4);
      const last = positions.length - 1;
      if (
        position === 0 ||
        (last >= 0 && (position <= (positions[last] as number) || delta <= (deltas[last] as number)))
      )
        break;
      deltas.push(delta);
      positions.push(position);
    }
  }
  return {
    lookup: (delta) => lookup(deltas, positions, delta),
    add() {
      throw new TypeError('the index of a closed segment takes no entries');
    },
    cut() {
      throw new TypeError('the index of a closed segment is not cut');
    },
    close() {},
  };
}

/**
 * Makes an empty index, for a segment that is new or whose batches are added again. It is in memory until it is closed: after
 * a crash the segment is read through anyway, and this way an active segment has one open file and not two.
 */
export function newIndex(path: string): SparseIndex {
  const deltas: number[] = [];
  const positions: number[] = [];
  let bytesSince = 0;
  return {
    lookup: (delta) => lookup(deltas, positions, delta),
    add(delta, position, sizeBytes) {
      // A batch may claim so many offsets that those behind it have no place in an entry: they are found from the last one.
      if (bytesSince >= INDEX_INTERVAL_BYTES && delta <= LARGEST_DELTA) {
        bytesSince = 0;
        deltas.push(delta);
        positions.push(position);
      }
      bytesSince += sizeBytes;
    },
    cut(position) {
      while ((positions.at(-1) ?? -1) >= position) {
        positions.pop();
        deltas.pop();
      }
      bytesSince = position - (positions.at(-1) ?? 0);
    },
    close() {
      // Fluvio maps the index of a closed segment into memory and cannot map an empty file: it leaves an entry of zeros.
      const bytes = Buffer.alloc(Math.max(1, deltas.length) * ENTRY_BYTES);
      for (const [i, delta] of deltas.entries()) {
        bytes.writeUInt32BE(delta, i * ENTRY_BYTES);
        bytes.writeUInt32BE(positions[i] as number, i * ENTRY_BYTES + 4);
      }
      try {
        writeFileSync(path, bytes);
      } catch {
        // Without it reading is slower and nothing else, so a full disk is no error here.
        rmSync(path, { force: true });
      }
    },
  };
}

function lookup(deltas: readonly number[], positions: readonly number[], delta: number): number {
  let low = 0;
  let high = deltas.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((deltas[middle] as number) <= delta) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (positions[low - 1] as number);
}
