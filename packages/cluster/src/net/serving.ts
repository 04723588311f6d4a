/** The limits of a server, as its connections are served under them. */
import type { ServeOptions } from '@fluvio-ts/protocol/internal';
import { arrivingBudget, framePool } from '@fluvio-ts/protocol/internal';
import type { LimitSettings } from '../limits.ts';

/** Most memory that is kept for requests to come. */
const POOLED_BYTES = 8_388_608;

/** What is common to all connections of one port. */
export const servingUnder = (limits: LimitSettings, largestBytes: number = limits.requestBytes): ServeOptions => ({
  frameLimitBytes: Math.min(limits.requestBytes, largestBytes),
  firstRequestMs: limits.handshakeMs,
  requestMs: limits.requestMs,
  waitingLimit: limits.waitingRequests,
  arriving: arrivingBudget(limits.arrivingBytes),
  framePool: framePool(POOLED_BYTES),
});
