/**
 * One listener on a caller's signal for any number of waits. An `AbortSignal` searches its listeners whenever one is added,
 * so that thousands of sends with the same signal would cost their square, and Node warns of a leak from the eleventh on.
 */
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import { stopper } from '@fluvio-ts/protocol/internal';

/** A share in a signal. Release it in `finally`. */
export interface Lease {
  readonly signal: StopSignal;
  release(): void;
}

/** Makes a function that shares signals: all leases of one signal cost it one listener, until the last is released. */
export function fanOut(): (signal: StopSignal) => Lease {
  const shared = new WeakMap<StopSignal, { readonly signal: StopSignal; users: number; readonly end: () => void }>();

  return (source) => {
    let entry = shared.get(source);
    if (entry === undefined) {
      const stop = stopper();
      const onAbort = (): void => stop.stop(source.reason);
      if (source.aborted) onAbort();
      else source.addEventListener('abort', onAbort, { once: true });
      entry = { signal: stop.signal, users: 0, end: () => source.removeEventListener('abort', onAbort) };
      shared.set(source, entry);
    }
    const mine = entry;
    mine.users++;
    return {
      signal: mine.signal,
      release() {
        mine.users--;
        if (mine.users > 0) return;
        mine.end();
        shared.delete(source);
      },
    };
  };
}
