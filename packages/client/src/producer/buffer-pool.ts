/**
 * Buffers that batches are encoded into, used again once a batch is acknowledged: a fresh one for each costs the clearing of
 * its memory and the attention of the garbage collector.
 */

/** See the file's head. */
export interface BufferPool {
  /** A buffer of at least `bytes`, with whatever is in it. */
  take(bytes: number): Uint8Array;
  /** Gives a buffer back that nobody will look at again. Others than those of the pool's size are let go. */
  give(buffer: ArrayBufferLike): void;
  /** Nothing is in use: lets go of what is more than a pause is worth. */
  rest(): void;
}

/** Most that is kept while nothing is in use. */
const RESTING_BYTES = 8_388_608;

/** Makes an empty pool of buffers of `sizeBytes`, which keeps up to `keepBytes` of them. */
export function bufferPool(sizeBytes: number, keepBytes: number): BufferPool {
  const spare: Uint8Array[] = [];
  const most = Math.floor(keepBytes / sizeBytes);
  const mostAtRest = Math.floor(Math.min(keepBytes / 4, RESTING_BYTES) / sizeBytes);
  return {
    take(bytes) {
      // A batch that is far smaller does not need one.
      if (bytes > sizeBytes || bytes < sizeBytes / 2) return new Uint8Array(bytes);
      return spare.pop() ?? new Uint8Array(sizeBytes);
    },
    give(buffer) {
      if (buffer.byteLength === sizeBytes && spare.length < most) spare.push(new Uint8Array(buffer));
    },
    rest() {
      if (spare.length > mostAtRest) spare.length = mostAtRest;
    },
  };
}
