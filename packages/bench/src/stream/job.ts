/** What one process of the streaming benchmark is asked to measure. */

/** One case. Each runs in a process of its own. */
export type Job =
  | { readonly do: 'raw upload'; readonly port: number; readonly writeBytes: number }
  | { readonly do: 'raw download'; readonly port: number }
  | { readonly do: 'raw round trip'; readonly port: number; readonly sizeBytes: number }
  | {
      readonly do: 'produce' | 'consume';
      readonly client: 'ours' | 'native';
      readonly endpoint: string;
      readonly topic: string;
      readonly sizeBytes: number;
      readonly records: number;
    }
  | {
      readonly do: 'send';
      readonly client: 'ours' | 'native';
      readonly endpoint: string;
      readonly topic: string;
      readonly sizeBytes: number;
    };

/** One value per round; for round trips one per trip, in microseconds. */
export type Samples = readonly number[];

/** A client, as the cases run it. */
export interface Contender {
  /** Records per second, every one acknowledged. */
  produce(endpoint: string, topic: string, sizeBytes: number, records: number): Promise<Samples>;
  /** Records per second from the beginning of the topic. */
  consume(endpoint: string, topic: string, sizeBytes: number, records: number): Promise<Samples>;
  /** Microseconds from one send to its acknowledgement, one at a time. */
  send(endpoint: string, topic: string, sizeBytes: number): Promise<Samples>;
}

/** Rounds of a throughput case. */
export const ROUNDS = 5;
/** Round trips of a latency case, after as many to warm up. */
export const TRIPS = 3_000;

/** Printable text from a fixed seed, the same in every process. */
export function values(sizeBytes: number, count: number): Uint8Array[] {
  let state = 0x2545f491;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return Array.from({ length: count }, () => Uint8Array.from({ length: sizeBytes }, () => 32 + (next() % 95)));
}
