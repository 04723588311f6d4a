/** Byte arrays as the codecs' hot loops read and write them. */

/**
 * How far a loop may write behind what it means to write, and read behind the end of a padded copy.
 *
 * Copies of a few bytes are done in whole words, because that takes half as long as byte by byte; what is written too
 * much is overwritten by what comes next.
 */
export const SLACK_BYTES = 32;

/** The same bytes as a plain `Uint8Array`: mixing it with Node's Buffer in one loop makes the loop slower. */
export function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A view for reading and writing words at any position, which typed arrays of words cannot. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A copy with {@link SLACK_BYTES} of zeros behind it, for loops that look ahead. */
export function padded(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length + SLACK_BYTES);
  copy.set(bytes);
  return copy;
}
