/** A stream in front of a producer. */
import type { Caller } from './callers.ts';
import { looseCaller } from './callers.ts';

/** Records that may wait in the stream itself, so that writers need not wait for each. */
const AHEAD = 16;

/** Makes the stream: `enqueue` as the producer's, `flush` resolves when everything is settled. */
export function recordSink<R>(
  enqueue: (record: R, caller: Caller) => Promise<void> | undefined,
  flush: () => Promise<void>,
): WritableStream<R> {
  let failed: { readonly error: unknown } | undefined;
  let fail: (error: unknown) => void = () => {};
  const caller = looseCaller(({ error }) => {
    failed ??= { error };
    fail(error);
  });
  return new WritableStream<R>(
    {
      start(controller) {
        fail = (error) => controller.error(error);
      },
      write: (record) => enqueue(record, caller),
      async close() {
        await flush();
        if (failed !== undefined) throw failed.error;
      },
    },
    new CountQueuingStrategy({ highWaterMark: AHEAD }),
  );
}
