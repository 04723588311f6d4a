/**
 * The way of one partition: records gather in batches, and one request at a time takes them to the leader, so that their
 * order holds through every retry.
 */
import type { FluvioError } from '@fluvio-ts/protocol';
import { stopper } from '@fluvio-ts/protocol/internal';
import type { OpenBatch, SealedBatch, Waiter } from './batch.ts';
import { openBatch, refuse, seal } from './batch.ts';
import type { DeliveryOptions } from './delivery.ts';
import { deliver } from './delivery.ts';

/** What a lane needs. */
export interface LaneOptions extends DeliveryOptions {
  readonly lingerMs: number;
  readonly batchBytes: number;
  readonly maxRequestBytes: number;
  /** Gives a settled batch's bytes back to the producer's budget. */
  readonly give: (bytes: number) => void;
}

/** See the file's head. */
export interface Lane {
  /** Adds a record. @throws `wire/unwritable` for a timestamp that is not a whole number; nothing is added then */
  append(
    key: Uint8Array | string | null,
    value: Uint8Array | string,
    timestampMs: number,
    heldBytes: number,
    waiter: Waiter,
  ): void;
  /** Sends what is there without lingering, and resolves when everything appended so far is settled. */
  flush(): Promise<void>;
  /** Refuses everything that is not settled yet. */
  abandon(error: FluvioError): void;
}

/** Buffers begin at least here. */
const SMALLEST_BUFFER_BYTES = 512;
/** Room behind what the last batch needed, so that one of the same size does not have to grow. */
const ROOM_BYTES = 128;

/** Makes an empty lane. */
export function lane(options: LaneOptions): Lane {
  const { lingerMs, batchBytes, maxRequestBytes, give } = options;
  const life = stopper();
  /** Complete batches, in order; the first ones are those in flight. */
  const ready: SealedBatch[] = [];
  let open: OpenBatch | undefined;
  /** Size of the next batch's buffer: what the last one needed. */
  let expectedBytes = SMALLEST_BUFFER_BYTES;
  let busy = false;
  let scheduled = false;
  let hurry = false;
  let lingering: ReturnType<typeof setTimeout> | undefined;
  const drained: (() => void)[] = [];

  const sealOpen = (): void => {
    if (open === undefined) return;
    const batch = seal(open);
    ready.push(batch);
    expectedBytes = Math.max(SMALLEST_BUFFER_BYTES, batch.bytes.length + ROOM_BYTES);
    open = undefined;
    clearTimeout(lingering);
    lingering = undefined;
  };

  const settled = (batch: SealedBatch): void => give(batch.heldBytes);

  /** As many batches as one request may carry, at least one. */
  const takeRequest = (): SealedBatch[] => {
    let bytes = 0;
    let count = 0;
    for (const batch of ready) {
      bytes += batch.bytes.length;
      if (count > 0 && bytes > maxRequestBytes) break;
      count++;
    }
    return ready.splice(0, count);
  };

  const run = async (): Promise<void> => {
    scheduled = false;
    if (busy) return;
    busy = true;
    try {
      for (;;) {
        if (lingerMs === 0 || hurry) sealOpen();
        if (ready.length === 0) break;
        await deliver(options, takeRequest(), settled, life.signal);
      }
    } finally {
      busy = false;
      hurry = false;
    }
    for (const wake of drained.splice(0)) wake();
    schedule();
  };

  const start = (): void => {
    if (busy || scheduled) return;
    scheduled = true;
    // Not at once: records that are sent in the same turn belong into one batch.
    queueMicrotask(() => void run());
  };

  const schedule = (): void => {
    if (ready.length > 0 || (open !== undefined && (lingerMs === 0 || hurry))) start();
    else if (open !== undefined && !busy) {
      lingering ??= setTimeout(() => {
        lingering = undefined;
        hurry = true;
        start();
      }, lingerMs);
    }
  };

  return {
    append(key, value, timestampMs, heldBytes, waiter) {
      if (open !== undefined) {
        const fits =
          open.builder.takesTimestamp(timestampMs) && open.builder.tryAdd(key, value, timestampMs, batchBytes) >= 0;
        if (!fits) sealOpen();
      }
      if (open === undefined) {
        const batch = openBatch(timestampMs, Date.now(), expectedBytes);
        batch.builder.add(key, value, timestampMs);
        open = batch;
      }
      open.waiters.push(waiter);
      open.heldBytes += heldBytes;
      if (!busy && !scheduled) schedule();
    },
    flush() {
      if (open === undefined && ready.length === 0 && !busy && !scheduled) return Promise.resolve();
      hurry = true;
      schedule();
      return new Promise((resolve) => {
        drained.push(resolve);
      });
    },
    abandon(error) {
      life.stop(error);
      sealOpen();
      for (const batch of ready.splice(0)) {
        refuse(batch, error);
        settled(batch);
      }
      for (const wake of drained.splice(0)) wake();
    },
  };
}
