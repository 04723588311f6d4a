/** Times one synchronous function in this process. */

/** A thing to time. */
export interface Work {
  /** Does the work once. The result has to depend on all of it. */
  readonly run: () => number;
  /** How many operations one run is: records, bytes. */
  readonly operations: number;
}

const WARM_UP_MS = 400;
/** Many short rounds rather than few long ones: a busy machine then interrupts few of them, and the median none. */
export const ROUNDS = 200;
export const ROUND_MS = 2.5;

/** Where results go, so that no work can be optimised away. */
const sink = new Float64Array(1);

/** Nanoseconds per operation, one value per round, after a warm-up. */
export function measure({ run, operations }: Work): number[] {
  let runs = 0;
  for (const end = performance.now() + WARM_UP_MS; performance.now() < end; runs++) sink[0] = run();
  const runsPerRound = Math.max(1, Math.round((runs * ROUND_MS) / WARM_UP_MS));
  return Array.from({ length: ROUNDS }, () => {
    const begin = performance.now();
    for (let i = 0; i < runsPerRound; i++) sink[0] = run();
    return ((performance.now() - begin) * 1e6) / (runsPerRound * operations);
  });
}
