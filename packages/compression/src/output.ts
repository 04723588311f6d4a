/** Decompressed bytes whose number is not known beforehand. */
import { SLACK_BYTES, viewOf } from './bytes.ts';

/** The longest byte array that every runtime can make. */
const LARGEST_BYTES = 0x7fff_ffff - SLACK_BYTES;

/** What a buffer begins with at most: what is expected may be a lie. */
export const LARGEST_BEGINNING_BYTES = 64 * 1024 * 1024;

/**
 * A buffer that grows as it fills, but never over a limit.
 *
 * Loops write to {@link bytes} and {@link view} directly and keep the position themselves; after {@link reserve} they
 * have to take both anew. {@link SLACK_BYTES} behind the room may be overwritten.
 */
export class Output {
  /** The buffer. */
  bytes: Uint8Array;
  /** The same buffer, for words. */
  view: DataView;
  /** The most bytes that it may hold. */
  readonly limitBytes: number;

  constructor(limitBytes: number, expectedBytes: number) {
    this.limitBytes = Math.min(limitBytes, LARGEST_BYTES);
    this.bytes = new Uint8Array(Math.min(expectedBytes, this.limitBytes, LARGEST_BEGINNING_BYTES) + SLACK_BYTES);
    this.view = viewOf(this.bytes);
  }

  /** Makes room for `wanted` more bytes than the `used` ones, as far as the limit allows, and returns where the room ends. */
  reserve(used: number, wanted: number): number {
    const room = this.bytes.length - SLACK_BYTES;
    const needed = Math.min(used + wanted, this.limitBytes);
    if (needed <= room) return room;
    const grown = new Uint8Array(Math.min(Math.max(needed, room * 2), this.limitBytes) + SLACK_BYTES);
    grown.set(this.bytes.subarray(0, used));
    this.bytes = grown;
    this.view = viewOf(grown);
    return grown.length - SLACK_BYTES;
  }

  /** The first `used` bytes; a copy where the buffer is much larger, so as not to keep it in memory. */
  finish(used: number): Uint8Array {
    return used >= this.bytes.length / 2 ? this.bytes.subarray(0, used) : this.bytes.slice(0, used);
  }
}
