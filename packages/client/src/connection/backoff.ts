/** How long to wait before the next attempt: exponential with full jitter, so that clients do not come back in step. */
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import { setTimer } from './timer.ts';

const BASE_MS = 20;
const CAP_MS = 5_000;
/** Below this a retry would be a busy loop. */
const FLOOR_MS = 5;

/** The pause before attempt `attempt` (1 is the first repetition), given a random number in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 20));
  return FLOOR_MS + Math.floor(random * (ceiling - FLOOR_MS));
}

/** Waits before attempt `attempt`, `mostMs` at most; resolves early when the signal is aborted, since the caller looks at it anyway. */
export const pause = (attempt: number, signal: StopSignal, mostMs: number = CAP_MS): Promise<void> =>
  setTimer(Math.max(0, Math.min(mostMs, backoffMs(attempt, Math.random()))), signal);
