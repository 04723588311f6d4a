/**
 * The requests of one partition that are on their way, in the order of their records.
 *
 * One at a time while nothing is known of the leader. Once it has stored a request, others follow on the same connection
 * before they are answered: a server handles the requests of a connection in order. At the first sign of trouble nothing more
 * follows, and what is not stored goes again one request after another.
 */
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import type { SealedBatch } from './batch.ts';
import type { DeliveryOptions, Settled } from './delivery.ts';
import { deliver, timeLeft } from './delivery.ts';
import type { Trip } from './trip.ts';
import { beginTrip } from './trip.ts';

/** See the file's head. */
export interface Line {
  readonly isEmpty: boolean;
  /** Batches of all requests; those of the first may be settled. */
  readonly batches: readonly SealedBatch[];
  /** Whether another request may leave before those in front of it are answered. */
  readonly takesMore: boolean;
  /** Adds a request that leaves now, behind the others. Where there are others, the line must take more. */
  join(batches: readonly SealedBatch[]): void;
  /** Resolves once the first request is settled and out of the line. Never rejects. */
  first(): Promise<void>;
}

/** More would only lie in the buffers of the system. */
const MOST_REQUESTS = 4;

/** A request in line. */
interface Flight {
  readonly batches: readonly SealedBatch[];
  /** Its first attempt; undefined where it waits for a codec, or has no time left. */
  trip: Trip | undefined;
}

/** Makes an empty line. */
export function requestLine(options: DeliveryOptions, settled: Settled, abandoned: StopSignal): Line {
  const { cluster, topic, partition, isolation } = options;
  const flights: Flight[] = [];
  /** The connection on which all was stored that was answered since the line was empty. */
  let steady: Session | undefined;

  const begin = (batches: readonly SealedBatch[]): Trip | undefined => {
    const leftMs = timeLeft(batches);
    return leftMs > 0 ? beginTrip(options, batches, leftMs, abandoned) : undefined;
  };

  /** Nothing follows any more. Tells whether something behind the first was stored, once all that is known. */
  const overtaken = async (): Promise<boolean> => {
    steady = undefined;
    let isAny = false;
    for (const { trip } of flights.slice(1)) {
      const answers = await trip?.answers.catch(() => []);
      isAny ||= answers?.some(({ errorCode }) => errorCode.kind === 'None') === true;
    }
    return isAny;
  };

  return {
    get isEmpty() {
      return flights.length === 0;
    },
    get batches() {
      return flights.flatMap(({ batches }) => batches);
    },
    get takesMore() {
      // What waits for replicas holds up all that is behind it.
      if (steady === undefined || isolation === 'read_committed' || flights.length >= MOST_REQUESTS) return false;
      if (!flights.every(({ trip }) => trip?.session === steady)) return false;
      return cluster.liveLeader(topic, partition, 'produce') === steady;
    },
    join(batches) {
      const isReady = batches.every(({ encoding, isSettled }) => encoding === undefined && !isSettled);
      const trip = isReady ? begin(batches) : undefined;
      flights.push({ batches, trip });
      trip?.answers.then(
        (answers) => {
          if (answers.some(({ errorCode }) => errorCode.kind !== 'None')) steady = undefined;
        },
        () => {
          steady = undefined;
        },
      );
    },
    async first() {
      const [flight] = flights;
      if (flight === undefined) return;
      let { batches } = flight;
      if (flight.trip === undefined) {
        for (const { encoding } of batches) if (encoding !== undefined) await encoding;
        batches = batches.filter(({ isSettled }) => !isSettled);
        if (batches.length > 0) flight.trip = begin(batches);
      }
      const session = await deliver(options, batches, settled, abandoned, { trip: flight.trip, overtaken });
      flights.shift();
      if (flights.length === 0) steady = session;
    },
  };
}
