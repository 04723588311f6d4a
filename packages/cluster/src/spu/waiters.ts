/** Those who wait until an offset is committed. */

/** See the file's head. */
export interface Waiters {
  /** Resolves with whether `offset` was reached in time. */
  wait(offset: number, timeoutMs: number): Promise<boolean>;
  /** Everything below `offset` is committed. */
  reached(offset: number): void;
  /** It will not be reached: all of them reject. */
  reject(error: Error): void;
}

interface Waiter {
  readonly offset: number;
  settle(outcome: boolean | Error): void;
}

/** Makes an empty set. */
export function waiters(): Waiters {
  const waiting = new Set<Waiter>();
  return {
    wait: (offset, timeoutMs) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => waiter.settle(false), timeoutMs);
        const waiter: Waiter = {
          offset,
          settle(outcome) {
            clearTimeout(timer);
            waiting.delete(waiter);
            if (outcome instanceof Error) reject(outcome);
            else resolve(outcome);
          },
        };
        waiting.add(waiter);
      }),
    reached(offset) {
      for (const waiter of waiting) if (waiter.offset <= offset) waiter.settle(true);
    },
    reject(error) {
      for (const waiter of waiting) waiter.settle(error);
    },
  };
}
