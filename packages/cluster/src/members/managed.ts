/** Runs the SPUs of SPU groups: starts those that do not run, and ends those that nobody wants any more. */
import type { ManagedSpu, ManagedSpus } from './member.ts';

/** How single ones are started and ended. */
export interface ManagedSpusOptions {
  readonly isRunning: (spu: ManagedSpu) => boolean;
  /** Resolves when it serves. */
  readonly start: (spu: ManagedSpu) => Promise<void>;
  /** Resolves when it has ended; at once if it has already, or never ran. */
  readonly stop: (spu: ManagedSpu) => Promise<void>;
}

/** Makes what an SC is given. One request is carried out after another, so that none meets half of another. */
export function manageSpus({ isRunning, start, stop }: ManagedSpusOptions): ManagedSpus {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (run: () => Promise<void>): Promise<void> => {
    const turn = last.then(run);
    last = turn.catch(() => {});
    return turn;
  };
  return {
    start: (spus) =>
      inTurn(async () => {
        const fresh = spus.filter((spu) => !isRunning(spu));
        const results = await Promise.allSettled(fresh.map(start));
        const failed = results.find((result) => result.status === 'rejected');
        if (failed === undefined) return;
        // A group runs as a whole, or not.
        await Promise.allSettled(fresh.map(stop));
        throw failed.reason;
      }),
    stop: (spus) =>
      inTurn(async () => {
        await Promise.all(spus.map(stop));
      }),
  };
}
