/** Signals that any number of waits may listen to. */

/**
 * The part of an `AbortSignal` that a wait needs. The platform's own warns of a leak from the eleventh listener on, which
 * is nothing unusual for the life of a client; {@link stopper} makes one that does not.
 */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A signal and the means to stop it. */
export interface Stopper {
  readonly signal: StopSignal;
  /** Aborts the signal; only the first call counts. */
  stop(reason: unknown): void;
}

/** Makes a signal for many listeners. */
export function stopper(): Stopper {
  const listeners = new Set<() => void>();
  let stopped: { readonly reason: unknown } | undefined;
  return {
    signal: {
      get aborted() {
        return stopped !== undefined;
      },
      get reason() {
        return stopped?.reason;
      },
      addEventListener: (_, listener) => void listeners.add(listener),
      removeEventListener: (_, listener) => void listeners.delete(listener),
    },
    stop(reason) {
      if (stopped !== undefined) return;
      stopped = { reason };
      const all = [...listeners];
      listeners.clear();
      for (const listener of all) listener();
    },
  };
}
