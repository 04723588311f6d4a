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
  /** Takes `bytes` if there is room and nobody waits; otherwise returns false. What is larger than the budget is let in alone. */
  take(bytes: number): boolean;
  /** Those who wait now, first come first. */
  line(): Ticket[];
  /** Waits in line: `admitted` runs when `bytes` have been taken, `refused` when the budget is closed first. */
  queue(bytes: number, admitted: () => void, refused: (error: Error) => void): Ticket;
  /** Gives bytes back and admits those who wait. */
  give(bytes: number): void;
  /** Refuses all who wait. */
  close(error: Error): void;
}

interface Entry {
  readonly ticket: Ticket;
  readonly bytes: number;
  readonly admitted: () => void;
  readonly refused: (error: Error) => void;
}

/** Makes a budget of `limitBytes`. */
export function byteBudget(limitBytes: number): ByteBudget {
  let used = 0;
  const waiting = new Set<Entry>();
  const fits = (bytes: number): boolean => used === 0 || used + bytes <= limitBytes;

  const admit = (): void => {
    for (const entry of waiting) {
      if (!fits(entry.bytes)) return;
      waiting.delete(entry);
      used += entry.bytes;
      entry.admitted();
    }
  };

  return {
    get usedBytes() {
      return used;
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
    give(bytes) {
      used -= bytes;
      admit();
    },
    close(error) {
      for (const entry of waiting) {
        waiting.delete(entry);
        entry.refused(error);
      }
    },
  };
}
