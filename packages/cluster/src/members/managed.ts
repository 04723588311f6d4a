/** Makes the SPUs of SPU groups run: starts those that are wanted, ends those that are not any more. */
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { ManagedSpu } from './member.ts';

/** How single ones are started and ended. */
export interface ReconcilerOptions {
  readonly start: (spu: ManagedSpu) => Promise<void>;
  readonly stop: (spu: ManagedSpu) => Promise<void>;
  readonly log: Logger;
}

/** See the file's head. */
export interface Reconciler {
  /** From now on exactly these shall run. */
  want(spus: readonly ManagedSpu[]): void;
  /** Starts to act on what is wanted. Resolves when all of it has been tried once. */
  begin(): Promise<void>;
  /** Does nothing more; resolves when nothing is under way. What runs goes on. */
  stop(): Promise<void>;
}

/** How soon something that failed is tried again. */
const RETRY_MS = 1000;

/** Makes one that waits for {@link Reconciler.begin}. */
export function reconciler({ start, stop, log }: ReconcilerOptions): Reconciler {
  let wanted: readonly ManagedSpu[] = [];
  const running = new Map<number, ManagedSpu>();
  let state: 'waiting' | 'acting' | 'over' = 'waiting';
  let round: Promise<void> | undefined;
  let again = false;
  let retry: NodeJS.Timeout | undefined;

  /** One that fails is tried again later, together with all others. */
  const attempt = async (spu: ManagedSpu, what: string, run: () => Promise<void>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      if (state === 'over') return;
      log('error', `an SPU of a group could not be ${what}`, { id: spu.id, reason: reasonOf(error) });
      clearTimeout(retry);
      retry = setTimeout(act, RETRY_MS);
      retry.unref();
    }
  };

  const rounds = async (): Promise<void> => {
    do {
      again = false;
      const ids = new Set(wanted.map(({ id }) => id));
      const fresh = wanted.filter(({ id }) => !running.has(id));
      const gone = [...running.values()].filter(({ id }) => !ids.has(id));
      await Promise.all([
        ...fresh.map((spu) =>
          attempt(spu, 'started', async () => {
            await start(spu);
            running.set(spu.id, spu);
          }),
        ),
        ...gone.map((spu) =>
          attempt(spu, 'ended', async () => {
            await stop(spu);
            running.delete(spu.id);
          }),
        ),
      ]);
    } while (again && state === 'acting');
    round = undefined;
  };

  function act(): void {
    if (state !== 'acting') return;
    if (round === undefined) round = rounds();
    else again = true;
  }

  return {
    want(spus) {
      wanted = spus;
      act();
    },
    async begin() {
      state = 'acting';
      act();
      await round;
    },
    async stop() {
      state = 'over';
      clearTimeout(retry);
      await round;
    },
  };
}
