/** Code of others that is called along the way: hooks, listeners, loggers. */

/** Runs it: neither what it throws nor what its promise rejects with reaches us. */
export function attempt(run: () => unknown, failed: (error: unknown) => void = () => {}): void {
  try {
    const result = run();
    if (isThenable(result)) Promise.resolve(result).catch(failed);
  } catch (error) {
    failed(error);
  }
}

/** Asynchronous functions pass for those that return nothing; their promises may be of any library or realm. */
const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value;
