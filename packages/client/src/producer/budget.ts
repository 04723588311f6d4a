/** The bound on what a producer holds: bytes of records that are accepted and not settled. First come, first served. */

/** Someone who waits for room. */
export interface Ticket {
  /** Neither admitted, nor refused, nor cancelled yet. */
  readonly isWaiting: boolean;
  /** Gives the place in the queue up; without effect once admitted. */
  cancel(): void;
}

/** A budget in bytes with a queue. */
export interface ByteBudget {
  readonly usedBytes: number;
  /** How many wait in line. */
  readonly waiting: number;
  /** Takes `bytes` if there is room and nobody waits; otherwise returns false. What is larger than the budget is let in alone. */
  take(bytes: number): boolean;
  /** Those who wait now, first come first. */
  line(): Ticket[];
  /**
   * Waits in line: `admitted` runs when `bytes` have been taken, and returns how many the same place in line wants next, or 0
   * when that is all; `refused` runs when the budget is closed first.
   */
  queue(bytes: number, admitted: () => number, refused: (error: Error) => void): Ticket;
  /** Takes what was not known before, room or not. */
  takeMore(bytes: number): void;
  /** Gives bytes back and admits those who wait. */
  give(bytes: number): void;
  /** Refuses all who wait. */
  close(error: Error): void;
}

interface Entry {
  readonly ticket: Ticket;
  /** What it wants now. */
  bytes: number;
  readonly admitted: () => number;
  readonly refused: (error: Error) => void;
}

/** Makes a budget of `limitBytes`. */
export function byteBudget(limitBytes: number): ByteBudget {
  let used = 0;
  const waiting = new Set<Entry>();
  const fits = (bytes: number): boolean => used === 0 || used + bytes <= limitBytes;

  let admitting = false;
  const admit = (): void => {
    // Whoever is admitted may give something back at once.
    if (admitting) return;
    admitting = true;
    for (const entry of waiting) {
      while (waiting.has(entry) && fits(entry.bytes)) {
        used += entry.bytes;
        entry.bytes = entry.admitted();
        if (entry.bytes === 0) waiting.delete(entry);
      }
      if (waiting.has(entry)) break;
    }
    admitting = false;
  };

  return {
    get usedBytes() {
      return used;
    },
    get waiting() {
      return waiting.size;
    },
    line: () => Array.from(waiting, ({ ticket }) => ticket),
    take(bytes) {
      if (waiting.size > 0 || !fits(bytes)) return false;
      used += bytes;
      return true;
    },
    queue(bytes, admitted, refused) {
      const ticket: Ticket = {
        get isWaiting() {
          return waiting.has(entry);
        },
        cancel() {
          // The next one may be small enough for what room there is.
          if (waiting.delete(entry)) admit();
        },
      };
      const entry: Entry = { ticket, bytes, admitted, refused };
      waiting.add(entry);
      return ticket;
    },
    takeMore(bytes) {
      used += bytes;
    },
    give(bytes) {
      used -= bytes;
      if (waiting.size > 0) admit();
    },
    close(error) {
      for (const entry of waiting) {
        waiting.delete(entry);
        entry.refused(error);
      }
    },
  };
}
