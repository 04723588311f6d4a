/** Bounds on requests that are still arriving, in time and memory: for servers whose clients may be slow, stuck or hostile. */
import { protocolError } from '../errors.ts';
import type { FrameSplitter } from '../frames.ts';
import type { BytePipe } from '../transport.ts';

/** Memory that the connections of one server share for requests which have begun and are not complete. */
export interface ArrivingBudget {
  readonly limitBytes: number;
  /** What every connection may have in any case. */
  readonly reserveBytes: number;
  /** What is taken now. */
  heldBytes: number;
}

/** How much a connection that announces a large request gets before it has sent any of it. */
const RESERVE_BYTES = 262_144;

/** Makes the budget of one server. */
export const arrivingBudget = (limitBytes: number): ArrivingBudget => ({
  limitBytes,
  reserveBytes: RESERVE_BYTES,
  heldBytes: 0,
});

/** Watches the requests of one connection arrive. */
export interface ArrivalWatch {
  /** Bytes have come, and so many requests are complete with them. @throws `connection/over-budget` */
  arrived(requests: number): void;
  /** The server has nothing to do but to wait for more. */
  waits(): void;
  over(): void;
}

/** The limits of {@link watchArrival}. */
interface ArrivalLimits {
  readonly firstRequestMs?: number;
  readonly requestMs?: number;
  readonly arriving?: ArrivingBudget;
}

/** Starts to watch: the first request is due. What is too late closes the pipe. */
export function watchArrival(
  pipe: BytePipe,
  splitter: FrameSplitter,
  { firstRequestMs, requestMs, arriving: budget }: ArrivalLimits,
): ArrivalWatch {
  let held = 0;
  /** What the request that is arriving may still take; time in which the server was busy itself does not count. */
  let leftMs = requestMs ?? 0;
  let waitingSince: number | undefined;
  let timer: NodeTimer | undefined;

  const within = (timeoutMs: number, missing: string, ms = timeoutMs): void => {
    timer = setTimeout(() => {
      pipe.close(protocolError('connection/stalled', { peer: pipe.peer, missing, timeoutMs }));
    }, ms);
  };
  const hold = (bytes: number): void => {
    if (budget === undefined) return;
    budget.heldBytes += bytes - held;
    held = bytes;
  };
  let first = firstRequestMs !== undefined;
  if (firstRequestMs !== undefined) within(firstRequestMs, 'its first request');

  return {
    arrived(requests) {
      hold(splitter.heldBytes);
      if (budget !== undefined && budget.heldBytes > budget.limitBytes && held > budget.reserveBytes) {
        throw protocolError('connection/over-budget', { peer: pipe.peer, limit: budget.limitBytes });
      }
      if (requests > 0) {
        if (first) clearTimeout(timer);
        first = false;
      }
      if (first || requestMs === undefined) return;
      clearTimeout(timer);
      if (requests > 0) leftMs = requestMs;
      else if (waitingSince !== undefined) leftMs -= performance.now() - waitingSince;
    },
    waits() {
      if (first || requestMs === undefined || splitter.pendingBytes === 0) {
        leftMs = requestMs ?? 0;
        waitingSince = undefined;
        return;
      }
      waitingSince = performance.now();
      within(requestMs, 'the rest of a request', Math.max(0, leftMs));
    },
    over() {
      clearTimeout(timer);
      hold(0);
    },
  };
}

type NodeTimer = ReturnType<typeof setTimeout>;
