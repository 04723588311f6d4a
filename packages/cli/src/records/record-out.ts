/** Standard output for many records: gathers them while there are more at hand, and never keeps what is there from the reader. */
import type { DataOut } from '../output/data-out.ts';
import { type ByteSink, byteSink } from './byte-sink.ts';

/** See the file's head. */
export interface RecordOut {
  /** Where records are written to. */
  readonly sink: ByteSink;
  /** Is to be awaited after each record or so: writes when enough has gathered. @throws what the stream failed with */
  written(): Promise<void> | undefined;
  /** Writes what is there as soon as nothing else is to be done. */
  soon(): void;
  /** Writes what is there. @throws what the stream failed with */
  flush(): Promise<void>;
}

const ENOUGH_BYTES = 64 * 1024;

/** Wraps standard output. */
export function recordOut(out: DataOut): RecordOut {
  const sink = byteSink();
  let scheduled = false;
  let failure: { readonly error: unknown } | undefined;

  const flush = async (): Promise<void> => {
    if (failure !== undefined) throw failure.error;
    if (sink.length > 0) await out.write(sink.take());
  };

  return {
    sink,
    written: () => (sink.length >= ENOUGH_BYTES || failure !== undefined ? flush() : undefined),
    soon() {
      if (scheduled || sink.length === 0) return;
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        flush().catch((error: unknown) => {
          failure = { error };
        });
      });
    },
    flush,
  };
}
