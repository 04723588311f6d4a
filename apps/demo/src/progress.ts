/** How far a run is, and how long each partition was silent: what a failure looks like to clients. */

/** See the file's head. */
export interface Progress {
  /** Milliseconds since it began. */
  nowMs(): number;
  counts(): { readonly acknowledged: number; readonly received: number };
  acknowledged(partition: number): void;
  received(partition: number, records: number): void;
  /** Resolves when as many records were acknowledged as it was made with. */
  readonly reached: Promise<void>;
  /** Resolves when {@link Progress.finish} was called. */
  readonly complete: Promise<void>;
  /** Everything is acknowledged and read back. */
  finish(): void;
  /** The longest time without an acknowledgement, or without a record, on any of some partitions, that ended after a moment. */
  silence(kind: 'acknowledged' | 'received', partitions: readonly number[], afterMs: number): number;
}

interface Pulse {
  lastMs: number;
  /** Silences that are worth a word, and when they ended. */
  readonly gaps: { readonly endMs: number; readonly lengthMs: number }[];
}

/** Shorter ones are the rhythm of batches. */
const NOTEWORTHY_MS = 5;

/** Begins to count. */
export function startProgress(moment: number): Progress {
  const began = performance.now();
  const nowMs = (): number => performance.now() - began;
  const pulses = { acknowledged: new Map<number, Pulse>(), received: new Map<number, Pulse>() };
  const counts = { acknowledged: 0, received: 0 };
  let reach: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });

  let finish: () => void = () => {};
  const complete = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const beat = (kind: keyof typeof pulses, partition: number): void => {
    const at = nowMs();
    const pulse = pulses[kind].get(partition);
    if (pulse === undefined) {
      pulses[kind].set(partition, { lastMs: at, gaps: [] });
      return;
    }
    const lengthMs = at - pulse.lastMs;
    if (lengthMs > NOTEWORTHY_MS) pulse.gaps.push({ endMs: at, lengthMs });
    pulse.lastMs = at;
  };

  return {
    nowMs,
    reached,
    complete,
    finish,
    counts: () => ({ ...counts }),
    acknowledged(partition) {
      beat('acknowledged', partition);
      if (++counts.acknowledged === moment) reach();
    },
    received(partition, records) {
      beat('received', partition);
      counts.received += records;
    },
    silence(kind, partitions, afterMs) {
      const gaps = partitions.flatMap((partition) => pulses[kind].get(partition)?.gaps ?? []);
      return Math.max(0, ...gaps.filter(({ endMs }) => endMs > afterMs).map(({ lengthMs }) => lengthMs));
    },
  };
}
