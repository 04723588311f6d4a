/** Cuts a stream of bytes into frames: an i32 length, then that many bytes. */
import { protocolError } from './errors.ts';
import type { FramePool } from './frame-pool.ts';

/** Frames above this are refused before any memory is taken: 64 MiB. */
export const DEFAULT_FRAME_LIMIT_BYTES = 67_108_864;

const PREFIX = 4;
const ROUND_BYTES = 65_536;
/** Shortest message of either direction: a response that is only its correlation id. */
const SHORTEST = 4;

/** Collects chunks of any size and hands out whole frames, without their length. */
export interface FrameSplitter {
  /**
   * Takes one chunk and calls `onFrame` for every frame that is complete with it. The frame is a copy of its own; the
   * chunk may be reused afterwards.
   *
   * @throws `wire/frame-too-large` when a length is negative, under 4, or over the limit.
   */
  push(chunk: Uint8Array, onFrame: (frame: Uint8Array) => void): void;
  /** Bytes of a frame that has begun and is not complete; 0 between frames. */
  readonly pendingBytes: number;
  /** Bytes that this frame will have, its length included; 0 while that is not known. */
  readonly announcedBytes: number;
  /** Memory that is taken for that frame. */
  readonly heldBytes: number;
}

/**
 * Makes a splitter with a limit in bytes (default 64 MiB).
 *
 * `reserveBytes` is for peers that are not trusted: no more memory than that, or twice what has arrived, is taken for a frame
 * whose length was only announced. Default: all at once, which saves copying. Memory
 * that `pool` has already is taken at once in any case.
 */
export function frameSplitter(
  limitBytes: number = DEFAULT_FRAME_LIMIT_BYTES,
  reserveBytes: number = limitBytes,
  pool?: FramePool,
): FrameSplitter {
  const prefix = new Uint8Array(PREFIX);
  const prefixView = new DataView(prefix.buffer);
  let prefixFilled = 0;
  /** Grows to the length of the frame. */
  let frame: Uint8Array | undefined;
  let frameLength = 0;
  let filled = 0;

  const checked = (length: number): number => {
    if (length < SHORTEST || length > limitBytes) {
      throw protocolError('wire/frame-too-large', { size: length, limit: limitBytes });
    }
    return length;
  };

  return {
    push(chunk, onFrame) {
      let at = 0;
      while (at < chunk.length) {
        if (frame === undefined) {
          while (prefixFilled < PREFIX && at < chunk.length) prefix[prefixFilled++] = chunk[at++] as number;
          if (prefixFilled < PREFIX) return;
          frameLength = checked(prefixView.getInt32(0));
          frame = pool?.take(frameLength) ?? memory(Math.min(frameLength, reserveBytes), pool);
          filled = 0;
        } else if (filled === frame.length) {
          const grown = memory(Math.min(frameLength, 2 * frame.length), pool);
          grown.set(frame);
          frame = grown;
        }
        const take = Math.min(frame.length - filled, chunk.length - at);
        frame.set(chunk.subarray(at, at + take), filled);
        filled += take;
        at += take;
        if (filled === frameLength) {
          const whole = frame;
          frame = undefined;
          prefixFilled = 0;
          onFrame(whole);
        }
      }
    },
    get pendingBytes() {
      return prefixFilled + (frame === undefined ? 0 : filled);
    },
    get announcedBytes() {
      return frame === undefined ? 0 : PREFIX + frameLength;
    },
    get heldBytes() {
      return frame === undefined ? 0 : frame.length;
    },
  };
}

/** What may go to a pool is rounded up, so that it fits the next frame of about the same size. */
function memory(bytes: number, pool: FramePool | undefined): Uint8Array {
  if (pool === undefined || bytes < ROUND_BYTES / 2) return new Uint8Array(bytes);
  return new Uint8Array(new ArrayBuffer(Math.ceil(bytes / ROUND_BYTES) * ROUND_BYTES), 0, bytes);
}
