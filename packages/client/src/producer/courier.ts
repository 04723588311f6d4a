/**
 * Carries batches to SPUs: one request for each call, or one for all partitions of an SPU that have something to send in the
 * same turn. Those that wait for replicas travel alone: an SPU waits for one partition after the other.
 */
import type { Isolation, ProducePartitionResponse, SmartModuleInvocation } from '@fluvio-ts/protocol';
import { Produce } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import { abortedError } from '../connection/timer.ts';
import type { SealedBatch } from './batch.ts';
import type { Counters } from './stats.ts';

/** What a courier needs to know. */
export interface CourierOptions {
  readonly topic: string;
  readonly isolation: Isolation;
  readonly ackTimeoutMs: number;
  readonly maxRequestBytes: number;
  /** Milliseconds for one request when nothing else bounds it. */
  readonly requestTimeoutMs: number;
  readonly smartmodules: readonly SmartModuleInvocation[];
  readonly counters: Counters;
  /** Ends every request of the producer. */
  readonly abandoned: StopSignal;
}

/** See the file's head. */
export interface Courier {
  /**
   * Sends batches of one partition in one request and resolves with their answers, in order; there may be too few. Once the
   * request is on its way, a rejection leaves doubt, and marks the batches `mayBeDuplicate`. `signal` gives up waiting for
   * this partition alone.
   */
  send(
    session: Session,
    partition: number,
    batches: readonly SealedBatch[],
    leftMs: number,
    signal: StopSignal,
  ): Promise<readonly ProducePartitionResponse[]>;
}

/** What the slowest network that is put up with carries: 32 bytes a millisecond. */
const SLOWEST_BYTES_PER_MS = 32;

/** A request of this size saves nothing by waiting for others. */
const LARGE_BYTES = 262_144;

interface Parcel {
  readonly partition: number;
  readonly batches: readonly SealedBatch[];
  readonly signal: StopSignal;
  resolve(answers: readonly ProducePartitionResponse[]): void;
  reject(error: unknown): void;
}

interface Load {
  readonly parcels: Parcel[];
  bytes: number;
}

/** Makes a courier. */
export function courier(options: CourierOptions): Courier {
  const { topic, isolation, ackTimeoutMs, maxRequestBytes, smartmodules, counters, abandoned } = options;
  const usualMs = options.requestTimeoutMs + ackTimeoutMs;
  const loads = new Map<Session, Load>();

  const carry = async (session: Session, { parcels, bytes }: Load, timeoutMs: number): Promise<void> => {
    const [first] = parcels;
    if (first === undefined) return;
    const at = performance.now();
    const partitions = [];
    for (const { partition, batches } of parcels) {
      for (const batch of batches) {
        batch.attempts++;
        batch.sentAt ??= at;
        partitions.push({ partitionIndex: partition, records: batch.bytes });
      }
    }
    counters.requests++;
    counters.requestsInFlight++;
    const isDoubtful = !session.isClosed;
    const refuse = ({ batches, reject }: Parcel, error: unknown): void => {
      if (isDoubtful) for (const batch of batches) batch.mayBeDuplicate = true;
      reject(error);
    };
    // One partition gives up with its request; several each for itself, since the others still want the answer.
    const alone = parcels.length === 1;
    const giveUps = alone ? [] : parcels.map((parcel) => onAbort(parcel, refuse));
    try {
      const { responses } = await session.call(
        Produce,
        {
          transactionalId: undefined,
          isolation,
          timeoutMs: ackTimeoutMs,
          topics: [{ name: topic, partitions }],
          smartmodules,
        },
        {
          signal: alone ? first.signal : abandoned,
          timeoutMs,
          patienceMs: ackTimeoutMs * partitions.length + bytes / SLOWEST_BYTES_PER_MS,
        },
      );
      const answers = responses[0]?.partitions ?? [];
      let from = 0;
      for (const parcel of parcels) {
        const own = answers.slice(from, from + parcel.batches.length);
        from += parcel.batches.length;
        const wrong = own.findIndex(({ partitionIndex }) => partitionIndex !== parcel.partition);
        parcel.resolve(wrong < 0 ? own : own.slice(0, wrong));
      }
    } catch (error) {
      for (const parcel of parcels) refuse(parcel, error);
    } finally {
      for (const release of giveUps) release();
      counters.requestsInFlight--;
    }
  };

  /** What waits for the rest of its turn leaves now. */
  const depart = (session: Session, load: Load | undefined): void => {
    if (load === undefined || loads.get(session) !== load) return;
    loads.delete(session);
    void carry(session, load, usualMs);
  };

  return {
    send(session, partition, batches, leftMs, signal) {
      let bytes = 0;
      let isFirst = true;
      for (const batch of batches) {
        bytes += batch.bytes.length;
        isFirst &&= batch.attempts === 0;
      }
      return new Promise((resolve, reject) => {
        const parcel: Parcel = { partition, batches, signal, resolve, reject };
        let load = loads.get(session);
        // What is repeated, or late, has a deadline that is not for others to share; what is large needs no company.
        if (isolation === 'read_committed' || !isFirst || leftMs < usualMs || bytes >= LARGE_BYTES) {
          depart(session, load);
          void carry(session, { parcels: [parcel], bytes }, Math.min(leftMs, usualMs));
          return;
        }
        if (load === undefined || load.bytes + bytes > maxRequestBytes) {
          depart(session, load);
          const mine: Load = { parcels: [], bytes: 0 };
          load = mine;
          loads.set(session, mine);
          queueMicrotask(() => depart(session, mine));
        }
        load.parcels.push(parcel);
        load.bytes += bytes;
      });
    },
  };
}

/** Refuses a parcel when its signal is aborted; returns how to stop that. */
function onAbort(parcel: Parcel, refuse: (parcel: Parcel, error: unknown) => void): () => void {
  const { signal } = parcel;
  const giveUp = (): void => refuse(parcel, abortedError('producing', signal));
  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp, { once: true });
  return () => signal.removeEventListener('abort', giveUp);
}
