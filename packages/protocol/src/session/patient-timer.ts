/**
 * A time-out that a busy program does not run into. Timers run before the network is read, and while a program computes nobody
 * reads, answers or shakes hands: a timer that comes late gives back what the program took, and with it the answer its turn.
 */

/** A timer that is this late was held up by the program itself. */
const LATE_MS = 50;
/** The least that is given back: a round trip, and the turns of the event loop that it takes. */
const LEAST_MS = 100;
/** How often. A program that never lets go meets its time-out all the same. */
const EXTENSIONS = 3;
/** Beyond this a timer would fire at once. */
const LONGEST_MS = 0x7fff_ffff;

/** Calls `passed` after `ms` (24 days at most), not counting what the program held up. Returns what clears it. */
export function patientTimer(ms: number, passed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (forMs: number, extensions: number): void => {
    const dueAt = performance.now() + forMs;
    timer = setTimeout(() => {
      const lateMs = performance.now() - dueAt;
      if (lateMs < LATE_MS || extensions === 0) passed();
      else wait(Math.min(forMs, Math.max(lateMs, LEAST_MS)), extensions - 1);
    }, forMs);
  };
  wait(Math.min(ms, LONGEST_MS), EXTENSIONS);
  return () => clearTimeout(timer);
}
