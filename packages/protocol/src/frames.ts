/** Cuts a stream of bytes into frames: an i32 length, then that many bytes. */
import { protocolError } from './errors.ts';

/** Frames above this are refused before any memory is taken: 64 MiB. */
export const DEFAULT_FRAME_LIMIT_BYTES = 67_108_864;

const PREFIX = 4;
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
}

/** Makes a splitter with a limit in bytes (default 64 MiB). */
export function frameSplitter(limitBytes: number = DEFAULT_FRAME_LIMIT_BYTES): FrameSplitter {
  const prefix = new Uint8Array(PREFIX);
  const prefixView = new DataView(prefix.buffer);
  let prefixFilled = 0;
  let frame: Uint8Array | undefined;
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
          frame = new Uint8Array(checked(prefixView.getInt32(0)));
          filled = 0;
        }
        const take = Math.min(frame.length - filled, chunk.length - at);
        frame.set(chunk.subarray(at, at + take), filled);
        filled += take;
        at += take;
        if (filled === frame.length) {
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
      return frame === undefined ? 0 : PREFIX + frame.length;
    },
  };
}
