/** The receiving half of a byte pipe, which every adapter shares: what has arrived and nobody has pulled yet. */

/** What an adapter is told about its reader. All are called synchronously. */
export interface InboxEvents {
  /** The last waiting chunk was pulled: let the source go on. Also called by pulls that find nothing waiting. */
  readonly hungry: () => void;
  /** A lent chunk came back: its memory may be used again. */
  readonly released?: (chunk: Uint8Array) => void;
  /** The reader left its loop before the end. */
  readonly abandoned: () => void;
}

/**
 * A queue between a source that pushes and one reader that pulls.
 *
 * It does not bound itself: {@link Inbox.push} says when the source should pause, and {@link Inbox.waitingBytes} how much
 * has piled up for sources that cannot.
 */
export interface Inbox {
  /** For `BytePipe.incoming`: can be iterated once; each chunk is lent until the next pull. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Bytes that arrived and were not pulled yet. */
  readonly waitingBytes: number;
  /** Takes a chunk. True when a pull was waiting for it; false when it had to be queued, so that the source should pause. */
  push(chunk: Uint8Array): boolean;
  /** The source is over. The reader still gets what waits, and then the end, or `error`. */
  finish(error?: Error): void;
  /** The pipe was dropped: what waits is forgotten, and the reader gets the end, or `error`, at once. */
  drop(error?: Error): void;
}

type Pulled = IteratorResult<Uint8Array, undefined>;

const DONE: Pulled = { done: true, value: undefined };

/** Makes an empty inbox. */
export function inbox({ hungry, released, abandoned }: InboxEvents): Inbox {
  const chunks: Uint8Array[] = [];
  let waitingBytes = 0;
  let lent: Uint8Array | undefined;
  let pull: { readonly resolve: (result: Pulled) => void; readonly reject: (error: Error) => void } | undefined;
  let over: { readonly error: Error | undefined } | undefined;
  let iterated = false;

  const lend = (chunk: Uint8Array): Pulled => {
    lent = chunk;
    return { done: false, value: chunk };
  };

  /** How the loop ends: the error is thrown once, and pulls after that find the end. */
  const last = (): Promise<Pulled> => {
    const error = over?.error;
    over = { error: undefined };
    return error === undefined ? Promise.resolve(DONE) : Promise.reject(error);
  };

  const settle = (error: Error | undefined): void => {
    over = { error };
    if (pull === undefined) return;
    const { resolve, reject } = pull;
    pull = undefined;
    over = { error: undefined };
    if (error === undefined) resolve(DONE);
    else reject(error);
  };

  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next() {
      if (pull !== undefined) return Promise.reject(new TypeError('a pull of `incoming` is already waiting'));
      if (lent !== undefined) {
        released?.(lent);
        lent = undefined;
      }
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        waitingBytes -= chunk.length;
        if (chunks.length === 0) hungry();
        return Promise.resolve(lend(chunk));
      }
      if (over !== undefined) return last();
      return new Promise((resolve, reject) => {
        pull = { resolve, reject };
        hungry();
      });
    },
    return() {
      abandoned();
      return Promise.resolve(DONE);
    },
  };

  return {
    incoming: {
      [Symbol.asyncIterator]() {
        if (iterated) throw new TypeError('`incoming` can be iterated only once');
        iterated = true;
        return iterator;
      },
    },
    get waitingBytes() {
      return waitingBytes;
    },
    push(chunk) {
      if (over !== undefined) return false;
      if (pull === undefined) {
        chunks.push(chunk);
        waitingBytes += chunk.length;
        return false;
      }
      const { resolve } = pull;
      pull = undefined;
      resolve(lend(chunk));
      return true;
    },
    finish(error) {
      if (over === undefined) settle(error);
    },
    drop(error) {
      chunks.length = 0;
      waitingBytes = 0;
      settle(error);
    },
  };
}
