/** Waits for a condition that other tasks of this process bring about. */

/** Looks again at every turn of the event loop; the test's own time-out ends a wait that is in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
