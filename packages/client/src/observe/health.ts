/** How a client is: a plain value that a probe can answer with, and that `JSON.stringify` takes. */
import type { LiveConnection } from './counters.ts';
import type { WaitingPartition } from './waits.ts';

/** How the connection to the controller is. */
export interface ControllerHealth {
  /** `waiting`: for its next attempt. Reads and writes go on meanwhile, by what was known last. */
  readonly state: 'dialing' | 'ready' | 'waiting' | 'closed';
  /** Milliseconds for which it has been so. */
  readonly forMs: number;
}

/** How far a consumer is behind in a partition. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** The consumer's name, if it has one. */
  readonly consumerId?: string;
  /** Records that are there and that the program has not taken yet, by what the SPU said last. */
  readonly records: number;
}

/** What `client.health()` says. */
export interface ClientHealth {
  /**
   * `ready`: connected to the controller. `degraded`: not, but the cluster was known, so that producers and consumers work as
   * long as nothing moves. `closed`: by this program.
   */
  readonly status: 'ready' | 'degraded' | 'closed';
  readonly controller: ControllerHealth;
  /** Live connections with their ages and unanswered requests. */
  readonly connections: readonly LiveConnection[];
  /** Requests that are not answered yet. */
  readonly inFlight: number;
  /** Bytes of records that producers hold. */
  readonly bufferedBytes: number;
  readonly producers: number;
  readonly consumers: number;
  /** For each partition of each open consumer from which something has been read. */
  readonly lag: readonly PartitionLag[];
  /** Partitions that cannot be written to or read at the moment, and what is waited for. */
  readonly waiting: readonly WaitingPartition[];
  /** Since the beginning. */
  readonly totals: {
    readonly connects: number;
    /** Attempts to connect that failed. */
    readonly connectFailures: number;
    /** Connections that were lost. */
    readonly losses: number;
    readonly requests: number;
  };
  /** Why a connection was last lost or not made. */
  readonly lastError?: { readonly code?: string; readonly message: string };
}
