/**
 * Memory for large requests, used again when they are answered: a fresh megabyte for each costs its clearing, and far more in
 * the garbage collector than the request itself.
 */

/** See the file's head. */
export interface FramePool {
  /** Memory that is there already, with whatever is in it; undefined if none is large enough. */
  take(bytes: number): Uint8Array | undefined;
  /** Takes the memory of a frame that nobody will look at again. */
  give(frame: Uint8Array): void;
}

/** What is smaller is better off without. */
const LARGE_BYTES = 32_768;

/** Makes an empty pool that keeps up to `keepBytes`. */
export function framePool(keepBytes: number): FramePool {
  const spare: ArrayBufferLike[] = [];
  let kept = 0;
  return {
    take(bytes) {
      if (bytes < LARGE_BYTES) return undefined;
      const at = spare.findIndex(({ byteLength }) => byteLength >= bytes);
      const [buffer] = at < 0 ? [] : spare.splice(at, 1);
      if (buffer === undefined) return undefined;
      kept -= buffer.byteLength;
      return new Uint8Array(buffer, 0, bytes);
    },
    give({ buffer, byteOffset }) {
      if (byteOffset !== 0 || buffer.byteLength < LARGE_BYTES || buffer.byteLength > keepBytes) return;
      // The smallest go first: those that come are as large as what is asked for now.
      while (kept + buffer.byteLength > keepBytes) {
        const smallest = spare.reduce(
          (least, each, i) => (each.byteLength < (spare[least]?.byteLength ?? 0) ? i : least),
          0,
        );
        kept -= spare.splice(smallest, 1)[0]?.byteLength ?? kept;
      }
      spare.push(buffer);
      kept += buffer.byteLength;
    },
  };
}
