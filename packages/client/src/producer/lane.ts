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

/** Someone who waits until certain batches are settled. */
interface Flush {
  readonly unsettled: Set<SealedBatch>;
  readonly done: () => void;
}

/** Makes an empty lane. */
export function lane(options: LaneOptions): Lane {
  const { lingerMs, deliveryTimeoutMs, batchBytes, maxRequestBytes, give } = options;
  const life = stopper();
  /** Complete batches that are not in flight, in order. */
  const ready: SealedBatch[] = [];
  /** The batches of the request in flight. An array of each request's own: one Set for all costs the garbage collector dear. */
  let inFlight: readonly SealedBatch[] = [];
  let open: OpenBatch | undefined;
  /** Size of the next batch's buffer: what the last one needed. */
  let expectedBytes = SMALLEST_BUFFER_BYTES;
  let busy = false;
  let scheduled = false;
  let lingering: ReturnType<typeof setTimeout> | undefined;
  const flushes = new Set<Flush>();

  const sealOpen = (): void => {
    const batch = open;
    if (batch === undefined) return;
    open = undefined;
    clearTimeout(lingering);
    try {
      const sealed = seal(batch);
      ready.push(sealed);
      expectedBytes = Math.max(SMALLEST_BUFFER_BYTES, sealed.bytes.length + ROOM_BYTES);
    } catch (error) {
      refuse(batch, error);
      give(batch.heldBytes);
    }
  };

  const settled = (batch: SealedBatch): void => {
    batch.isSettled = true;
    give(batch.heldBytes);
    for (const flush of flushes) {
      if (!flush.unsettled.delete(batch) || flush.unsettled.size > 0) continue;
      flushes.delete(flush);
      flush.done();
    }
  };

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
    for (;;) {
      if (lingerMs === 0) sealOpen();
      if (ready.length === 0) break;
      inFlight = takeRequest();
      await deliver(options, inFlight, settled, life.signal);
      inFlight = [];
    }
    busy = false;
  };

  const start = (): void => {
    if (busy || scheduled) return;
    scheduled = true;
    // Not at once: records that are sent in the same turn belong into one batch.
    queueMicrotask(() => void run());
  };

  return {
    append(key, value, timestampMs, heldBytes, waiter) {
      if (open !== undefined) {
        const fits =
          open.builder.takesTimestamp(timestampMs) && open.builder.tryAdd(key, value, timestampMs, batchBytes) >= 0;
        if (!fits) sealOpen();
      }
      if (open === undefined) {
        const batch = openBatch(timestampMs, performance.now() + lingerMs + deliveryTimeoutMs, expectedBytes);
        batch.builder.add(key, value, timestampMs);
        open = batch;
        if (lingerMs > 0) {
          lingering = setTimeout(() => {
            sealOpen();
            start();
          }, lingerMs);
        }
      }
      open.waiters.push(waiter);
      open.heldBytes += heldBytes;
      if (lingerMs === 0 || ready.length > 0) start();
    },
    flush() {
      sealOpen();
      if (ready.length > 0) start();
      const unsettled = new Set([...inFlight, ...ready].filter(({ isSettled }) => !isSettled));
      if (unsettled.size === 0) return Promise.resolve();
      return new Promise((done) => {
        flushes.add({ unsettled, done });
      });
    },
    abandon(error) {
      life.stop(error);
      sealOpen();
      for (const batch of ready.splice(0)) {
        refuse(batch, error);
        settled(batch);
      }
    },
  };
}
