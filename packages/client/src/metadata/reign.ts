/** The time during which the metadata names one leader of a partition: who works with that leader stops when another is named. */
import type { FluvioError } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import { stopper } from '@fluvio-ts/protocol/internal';
import { clientError } from '../errors.ts';
import type { Metadata } from './metadata.ts';
import { partitionName } from './metadata.ts';

/** See the file's head. Release it in `finally`. */
export interface Reign {
  /** Follows the caller's signal, and is aborted when the reign is over. */
  readonly signal: StopSignal;
  /** Whether another leader has been named meanwhile, so that trying again at once makes sense. */
  readonly isOver: boolean;
  /** Why work at the leader failed: the end of the reign, where that cut it short, else the error itself. */
  reasonFor(error: unknown): unknown;
  release(): void;
}

/** Begins with the leader that the metadata names now. A leader that is silent holds nobody up once there is another. */
export function reignOf(view: Metadata, topic: string, partition: number, given: StopSignal): Reign {
  const name = partitionName(topic, partition);
  const leaderNow = (): number | undefined => view.partitions.get(name)?.spec.leader;
  const leader = leaderNow();
  const stop = stopper();
  let over: FluvioError | undefined;
  const unsubscribe = view.onChange(() => {
    if (over !== undefined || leaderNow() === leader) return;
    const next = leaderNow();
    const reason = next === undefined ? 'its leader is not known any more' : `its leader is SPU ${next} now`;
    over = clientError('partition/unavailable', { topic, partition, reason });
    stop.stop(over);
  });
  const onAbort = (): void => stop.stop(given.reason);
  given.addEventListener('abort', onAbort, { once: true });
  if (given.aborted) onAbort();
  return {
    signal: stop.signal,
    get isOver() {
      return over !== undefined;
    },
    reasonFor: (error) => (over !== undefined && isFluvioError(error, 'request/aborted') ? over : error),
    release() {
      unsubscribe();
      given.removeEventListener('abort', onAbort);
    },
  };
}
