/** Takes turns: so many tasks at a time, in the order in which they asked. */

/** Runs tasks one after another. */
export interface Turns {
  /** Runs `task` when it is its turn, and settles as it does. */
  take<T>(task: () => T | Promise<T>): Promise<T>;
}

/** Makes an empty line of which one task runs at a time. */
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

/** Makes an empty line of which `width` tasks run at a time. */
export function takeTurnsOf(width: number): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async take(task) {
      if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve));
      else running++;
      try {
        return await task();
      } finally {
        // The place goes straight to the next in line.
        const next = waiting.shift();
        if (next === undefined) running--;
        else next();
      }
    },
  };
}
