/** The time of day, as those see it who act on it: retention, and the times of stored offsets. Tests may set it ahead. */

/** See the file's head. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
}

/** The time of the system. */
export const systemClock: Clock = { now: Date.now };

/** The time of the system and some milliseconds more. */
export interface AdjustableClock extends Clock {
  /** Sets it ahead by so many more. */
  advance(byMs: number): void;
}

/** Makes a clock that is `aheadMs` ahead. */
export function adjustableClock(aheadMs = 0): AdjustableClock {
  let ahead = aheadMs;
  return {
    now: () => Date.now() + ahead,
    advance(byMs) {
      ahead += byMs;
    },
  };
}
