/** What is counted as connections come and go; read by `client.health()`. */

import type { ServerPlace } from './events.ts';
import type { Observer } from './observer.ts';

/** One live connection. */
export interface LiveConnection extends ServerPlace {
  /** Milliseconds since it stands. */
  readonly ageMs: number;
  /** Requests that are not answered yet. */
  readonly inFlight: number;
}

/** A connection being counted. */
export interface CountedConnection {
  /** A request goes out; call the result when it is settled. */
  request(api: string): (error?: unknown) => void;
  /** The connection is over. */
  ended(error: unknown, isExpected: boolean): void;
}

/** See the file's head. */
export interface Counters {
  /** Counts a connection that stands. */
  connected(place: ServerPlace, durationMs: number): CountedConnection;
  failed(place: ServerPlace, durationMs: number, error: unknown): void;
  readonly connections: readonly LiveConnection[];
  /** Connections made since the beginning. */
  readonly connects: number;
  /** Attempts that failed since the beginning. */
  readonly failures: number;
  /** Connections that ended without this client's doing. */
  readonly losses: number;
  /** Requests sent since the beginning. */
  readonly requests: number;
  /** Why a connection was last lost or not made. */
  readonly lastError: unknown;
}

interface Entry extends ServerPlace {
  readonly since: number;
  inFlight: number;
}

/** Starts counting. */
export function counters(observer: Observer): Counters {
  const live = new Set<Entry>();
  const counts = { connects: 0, failures: 0, losses: 0, requests: 0 };
  let lastError: unknown;

  return {
    connected(place, durationMs) {
      counts.connects++;
      const entry: Entry = { ...place, since: performance.now(), inFlight: 0 };
      live.add(entry);
      observer.tell({ type: 'connected', ...place, durationMs });
      return {
        request(api) {
          counts.requests++;
          entry.inFlight++;
          const sentAt = observer.wants('request') ? performance.now() : undefined;
          return (error) => {
            entry.inFlight--;
            if (sentAt === undefined) return;
            const durationMs = performance.now() - sentAt;
            observer.tell({ type: 'request', ...place, api, durationMs, ...(error !== undefined && { error }) });
          };
        },
        ended(error, isExpected) {
          if (!live.delete(entry)) return;
          if (!isExpected) {
            counts.losses++;
            lastError = error;
          }
          observer.tell({ type: 'disconnected', ...place, ageMs: performance.now() - entry.since, isExpected, error });
        },
      };
    },
    failed(place, durationMs, error) {
      counts.failures++;
      lastError = error;
      observer.tell({ type: 'connect-failed', ...place, durationMs, error });
    },
    get connections() {
      const now = performance.now();
      return [...live].map(({ since, ...rest }) => ({ ...rest, ageMs: Math.round(now - since) }));
    },
    get connects() {
      return counts.connects;
    },
    get failures() {
      return counts.failures;
    },
    get losses() {
      return counts.losses;
    },
    get requests() {
      return counts.requests;
    },
    get lastError() {
      return lastError;
    },
  };
}
