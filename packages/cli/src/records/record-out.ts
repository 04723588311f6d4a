/** Standard output for many records: gathers them while there are more at hand, and never keeps what is there from the reader. */
import type { DataOut } from '../output/data-out.ts';
import { type ByteSink, byteSink } from './byte-sink.ts';

/** See the file's head. */
export interface RecordOut {
  /** Where records are written to. */
  readonly sink: ByteSink;
  /** A record begins. */
  begin(): void;
  /** Is to be awaited after each record or so: writes when enough has gathered. @throws what the stream failed with */
  written(): Promise<void> | undefined;
  /** Writes what is there as soon as nothing else is to be done. */
  soon(): void;
  /** Writes what is there. @throws what the stream failed with */
  flush(): Promise<void>;
}

const ENOUGH_BYTES = 64 * 1024;
/** How long a reader that wanted only some of the first records has to go away. */
const LEAVING_MS = 25;

/** Wraps standard output. */
export function recordOut(out: DataOut): RecordOut {
  const sink = byteSink();
  let scheduled = false;
  /** Where the last record begins in the sink. */
  let lastAt = 0;
  let first = out.isPipe;
  let writing: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;

  const write = async (bytes: Uint8Array): Promise<void> => {
    if (failure !== undefined) throw failure.error;
    if (bytes.length > 0) await out.write(bytes);
  };

  /**
   * Writes what there is. A pipe tells that its reader has gone only when it is written to, and nothing more may come for
   * long: so the last of the first records is held back until a `head` that has seen enough is gone.
   */
  const flush = (isLast: boolean): Promise<void> => {
    const bytes = sink.take();
    const at = lastAt;
    lastAt = 0;
    const isHeld = first && !isLast && at > 0;
    if (bytes.length > 0) first = false;
    writing = writing.then(async () => {
      if (!isHeld) return write(bytes);
      await write(bytes.subarray(0, at));
      await new Promise((resolve) => setTimeout(resolve, LEAVING_MS));
      await write(bytes.subarray(at));
    });
    return writing;
  };

  return {
    sink,
    begin() {
      lastAt = sink.length;
    },
    written: () => (sink.length >= ENOUGH_BYTES || failure !== undefined ? flush(false) : undefined),
    soon() {
      if (scheduled || sink.length === 0) return;
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        flush(false).catch((error: unknown) => {
          failure = { error };
        });
      });
    },
    flush: () => flush(true),
  };
}
