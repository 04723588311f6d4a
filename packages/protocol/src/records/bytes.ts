/** Byte arrays as this package hands them out. */

/**
 * The same bytes as a plain `Uint8Array`.
 *
 * Views of a Node `Buffer` are Buffers too: slower to make, and their `slice` shares memory where a caller asks for a copy.
 */
export function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
