/** Cuts bytes that pass into frames and keeps every byte, so that also what is no frame can be sent on. */
import { DEFAULT_FRAME_LIMIT_BYTES } from '@fluvio-ts/protocol';

/** A whole frame, its length in front; or bytes of a stream that has stopped to consist of frames. */
export interface Piece {
  readonly kind: 'frame' | 'opaque';
  readonly bytes: Uint8Array;
}

/** Cuts one direction of one connection. Holds one frame at most. */
export interface FrameCutter {
  /** Takes a chunk, and hands out what is complete with it. */
  push(chunk: Uint8Array): readonly Piece[];
  /** Bytes of a frame that has begun and is not complete. */
  rest(): Uint8Array;
}

const PREFIX_BYTES = 4;
/** A response that is only its correlation id. */
const SHORTEST = 4;

/** Lengths outside of 4 bytes to the limit are none: everything from there on is opaque. */
export function frameCutter(limitBytes: number = DEFAULT_FRAME_LIMIT_BYTES): FrameCutter {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  /** Bytes with which there is something to do, so that a large frame is joined once. */
  let needed = PREFIX_BYTES;
  let opaque = false;

  const hold = (bytes: Uint8Array): void => {
    held = bytes.length === 0 ? [] : [bytes];
    heldBytes = bytes.length;
  };
  const joined = (): Uint8Array => (held.length === 1 ? (held[0] as Uint8Array) : Buffer.concat(held));

  return {
    push(chunk) {
      if (opaque) return [{ kind: 'opaque', bytes: chunk }];
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes < needed) return [];
      const all = joined();
      const view = new DataView(all.buffer, all.byteOffset, all.length);
      const pieces: Piece[] = [];
      let at = 0;
      needed = PREFIX_BYTES;
      while (all.length - at >= PREFIX_BYTES) {
        const length = view.getInt32(at);
        if (length < SHORTEST || length > limitBytes) {
          opaque = true;
          pieces.push({ kind: 'opaque', bytes: all.subarray(at) });
          at = all.length;
          break;
        }
        needed = PREFIX_BYTES + length;
        if (all.length - at < needed) break;
        pieces.push({ kind: 'frame', bytes: all.subarray(at, at + needed) });
        at += needed;
        needed = PREFIX_BYTES;
      }
      hold(all.subarray(at));
      return pieces;
    },
    rest: joined,
  };
}
