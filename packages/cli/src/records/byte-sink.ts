/** Gathers output, so that many small records leave in one write. */
import { Buffer } from 'node:buffer';

/** See the file's head. */
export interface ByteSink {
  readonly length: number;
  bytes(bytes: Uint8Array): void;
  text(text: string): void;
  /** What was gathered, which is the caller's from here on. */
  take(): Uint8Array;
}

const FIRST_BYTES = 64 * 1024;
const MOST_BYTES_PER_CHARACTER = 3;

/** An empty sink. */
export function byteSink(): ByteSink {
  let buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let length = 0;

  const reserve = (more: number): void => {
    if (length + more <= buffer.length) return;
    const bigger = Buffer.allocUnsafeSlow(Math.max(length + more, buffer.length * 2));
    buffer.copy(bigger, 0, 0, length);
    buffer = bigger;
  };

  return {
    get length() {
      return length;
    },
    bytes(bytes) {
      reserve(bytes.length);
      buffer.set(bytes, length);
      length += bytes.length;
    },
    text(text) {
      reserve(text.length * MOST_BYTES_PER_CHARACTER);
      length += buffer.write(text, length);
    },
    take() {
      const taken = buffer.subarray(0, length);
      // The stream may still hold what was taken.
      if (length > 0) buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
      length = 0;
      return taken;
    },
  };
}
