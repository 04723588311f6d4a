/** Takes turns: one task at a time, in the order in which they asked. */

/** Runs tasks one after another. */
export interface Turns {
  /** Runs `task` when all earlier ones are over, and settles as it does. */
  take<T>(task: () => T | Promise<T>): Promise<T>;
}

/** Makes an empty line. */
export function takeTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(task) {
      const mine = last.then(task);
      last = mine.catch(() => {});
      return mine;
    },
  };
}
