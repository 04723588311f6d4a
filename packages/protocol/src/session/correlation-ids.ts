/** Correlation ids: positive 32-bit numbers, each used by one call or stream at a time. */

const LARGEST_ID = 0x7fff_ffff;

/** Makes a source of ids that starts at `first` and leaves out those that are in use when it has come round. */
export function correlationIds(isInUse: (id: number) => boolean, first = 1): () => number {
  let next = first;
  return () => {
    for (;;) {
      const id = next;
      next = id === LARGEST_ID ? 1 : id + 1;
      // A stream lives for as long as anybody reads, and so may its id.
      if (!isInUse(id)) return id;
    }
  };
}
