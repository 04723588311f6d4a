/** The limits of a server, as its connections are served under them. */
import type { ServeOptions } from '@fluvio-ts/protocol/internal';
import { arrivingBudget } from '@fluvio-ts/protocol/internal';
import type { LimitSettings } from '../limits.ts';

/** What is common to all connections of one port. */
export const servingUnder = (limits: LimitSettings, largestBytes: number = limits.requestBytes): ServeOptions => ({
  frameLimitBytes: Math.min(limits.requestBytes, largestBytes),
  firstRequestMs: limits.handshakeMs,
  requestMs: limits.requestMs,
  waitingLimit: limits.waitingRequests,
  arriving: arrivingBudget(limits.arrivingBytes),
});
