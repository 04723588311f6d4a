/** The way of one partition: records gather in batches, which requests take to the leader in order. */
import type { Codec, FluvioError } from '@fluvio-ts/protocol';
import { EMPTY_BATCH_BYTES } from '@fluvio-ts/protocol';
import { stopper } from '@fluvio-ts/protocol/internal';
import type { OpenBatch, SealedBatch } from './batch.ts';
import { openBatch, refuse, seal } from './batch.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { Caller } from './callers.ts';
import type { DeliveryOptions, Settled } from './delivery.ts';
import type { ProducerBatch } from './events.ts';
import { tell } from './events.ts';
import { requestLine } from './line.ts';

/** What a lane needs. */
export interface LaneOptions extends DeliveryOptions {
  readonly lingerMs: number;
  readonly batchBytes: number;
  readonly maxRequestBytes: number;
  readonly codec: Codec | undefined;
  readonly pool: BufferPool;
  /** Gives a settled batch's records and bytes back to the producer's budget. */
  readonly give: (bytes: number, records: number) => void;
  /** Takes bytes from the budget that a text turned out to need beyond its characters. */
  readonly takeMore: (bytes: number) => void;
  readonly onBatch?: ((batch: ProducerBatch) => unknown) | undefined;
}

/** See the file's head. */
export interface Lane {
  /**
   * Adds a record of a caller, the `position`th of its records, which took `heldBytes` from the budget.
   *
   * @throws `wire/unwritable` for a timestamp that is not a whole number; nothing is added then
   */
  append(
    key: Uint8Array | string | null,
    value: Uint8Array | string,
    timestampMs: number,
    heldBytes: number,
    caller: Caller,
    position: number,
  ): void;
  /** Batches that were closed so far. */
  readonly sealedBatches: number;
  /** When the oldest record that is not settled was added, on the clock of `performance.now()`. */
  readonly oldestAt: number | undefined;
  /** Sends what is there without lingering, and resolves when everything appended so far is settled. */
  flush(): Promise<void>;
  /** Refuses everything that is not settled yet. */
  abandon(error: FluvioError): void;
}

/** Buffers begin at least here. */
const SMALLEST_BUFFER_BYTES = 512;
/** Room behind what the last batch needed, so that one of the same size does not have to grow. */
const ROOM_BYTES = 128;

/** A record's lengths and numbers never take more. */
const MOST_FRAMING_BYTES = 32;

/** What full batches come to before they follow a request that is not answered yet. */
const AHEAD_BYTES = 524_288;

/** Someone who waits until certain batches are settled. */
interface Flush {
  readonly unsettled: Set<SealedBatch>;
  readonly done: () => void;
}

/** Makes an empty lane. */
export function lane(options: LaneOptions): Lane {
  const { topic, partition, lingerMs, deliveryTimeoutMs, batchBytes, maxRequestBytes } = options;
  const { give, codec, codecs, pool, counters, onBatch } = options;
  const life = stopper();
  /** Complete batches that are not in flight, in order. */
  const ready: SealedBatch[] = [];
  let readyBytes = 0;
  let open: OpenBatch | undefined;
  /** Size of the next batch's buffer: what the last one needed. */
  let expectedBytes = SMALLEST_BUFFER_BYTES;
  let sealedBatches = 0;
  let busy = false;
  let scheduled = false;
  let lingering: ReturnType<typeof setTimeout> | undefined;
  const flushes = new Set<Flush>();

  const settled: Settled = (batch, outcome) => {
    batch.isSettled = true;
    const { records, rawBytes, bytes, attempts, mayBeDuplicate, createdAt } = batch;
    const isStored = 'baseOffset' in outcome;
    if (isStored) {
      counters.batches++;
      counters.records += records;
      counters.rawBytes += rawBytes;
      counters.bytes += bytes.length;
    } else {
      counters.failed += records;
    }
    if (onBatch !== undefined) {
      const now = performance.now();
      const sentAt = batch.sentAt ?? now;
      tell(onBatch, {
        topic,
        partition,
        records,
        bytes: bytes.length,
        rawBytes,
        codec: codec?.name ?? 'none',
        attempts,
        queuedMs: sentAt - createdAt,
        latencyMs: now - sentAt,
        mayBeDuplicate,
        ...outcome,
      });
    }
    // The only answer to the only request says that nobody holds the bytes any more; a connection that is ending may.
    if (isStored && codec === undefined && attempts === 1 && !mayBeDuplicate) pool.give(bytes.buffer);
    give(batch.heldBytes, records);
    for (const flush of flushes) {
      if (!flush.unsettled.delete(batch) || flush.unsettled.size > 0) continue;
      flushes.delete(flush);
      flush.done();
    }
  };

  const fail = (batch: SealedBatch, error: unknown): void => {
    if (batch.isSettled) return;
    refuse(batch, partition, codecs, error);
    settled(batch, { error });
  };

  const line = requestLine(options, settled, life.signal);

  const sealOpen = (): void => {
    const batch = open;
    if (batch === undefined) return;
    open = undefined;
    sealedBatches++;
    clearTimeout(lingering);
    const sealed = seal(batch, codec, pool, fail);
    if (!sealed.isSettled) {
      ready.push(sealed);
      readyBytes += sealed.rawBytes;
    }
    expectedBytes = Math.max(SMALLEST_BUFFER_BYTES, sealed.rawBytes + ROOM_BYTES);
  };

  /** As many batches as one request may carry, at least one; no more of them than are needed for `enoughBytes`. */
  const takeRequest = (enoughBytes: number): SealedBatch[] => {
    let bytes = 0;
    let count = 0;
    for (const { rawBytes } of ready) {
      if (count > 0 && (bytes >= enoughBytes || bytes + rawBytes > maxRequestBytes)) break;
      bytes += rawBytes;
      count++;
    }
    readyBytes -= bytes;
    return ready.splice(0, count);
  };

  /** Sends what is worth a request of its own behind those that are on their way. */
  const sendAhead = (): void => {
    while (readyBytes >= AHEAD_BYTES && line.takesMore) line.join(takeRequest(AHEAD_BYTES));
    if (!line.isEmpty) start();
  };

  const run = async (): Promise<void> => {
    scheduled = false;
    if (busy) return;
    busy = true;
    for (;;) {
      if (line.isEmpty) {
        if (lingerMs === 0) sealOpen();
        if (ready.length === 0) break;
        line.join(takeRequest(maxRequestBytes));
      }
      await line.first();
      sendAhead();
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
    append(key, value, timestampMs, heldBytes, caller, position) {
      let index = -1;
      let before = open?.builder.size ?? EMPTY_BATCH_BYTES;
      if (open !== undefined) {
        if (open.builder.takesTimestamp(timestampMs)) index = open.builder.tryAdd(key, value, timestampMs, batchBytes);
        if (index < 0) {
          sealOpen();
          sendAhead();
        }
      }
      if (open === undefined) {
        const createdAt = performance.now();
        const deadlineAt = createdAt + lingerMs + deliveryTimeoutMs;
        const batch = openBatch(timestampMs, createdAt, deadlineAt, pool.take(expectedBytes));
        before = EMPTY_BATCH_BYTES;
        index = batch.builder.add(key, value, timestampMs);
        open = batch;
        if (lingerMs > 0) {
          lingering = setTimeout(() => {
            sealOpen();
            start();
          }, lingerMs);
        }
      }
      caller.enter(open.runs, index, timestampMs, position);
      const more = open.builder.size - before - value.length - (key?.length ?? 0) - MOST_FRAMING_BYTES;
      if (more > 0) options.takeMore(more);
      open.heldBytes += more > 0 ? heldBytes + more : heldBytes;
      // Nothing else fits: there is nothing to linger for.
      if (lingerMs > 0 && open.builder.size >= batchBytes) sealOpen();
      if (lingerMs === 0 || ready.length > 0) start();
    },
    get sealedBatches() {
      return sealedBatches;
    },
    get oldestAt() {
      return (line.batches.find(({ isSettled }) => !isSettled) ?? ready[0] ?? open)?.createdAt;
    },
    flush() {
      sealOpen();
      if (ready.length > 0) start();
      const unsettled = new Set([...line.batches, ...ready].filter(({ isSettled }) => !isSettled));
      if (unsettled.size === 0) return Promise.resolve();
      return new Promise((done) => {
        flushes.add({ unsettled, done });
      });
    },
    abandon(error) {
      life.stop(error);
      sealOpen();
      readyBytes = 0;
      for (const batch of ready.splice(0)) fail(batch, error);
      // A codec that never answers holds nobody up; what is on its way to the leader ends with its request.
      for (const batch of line.batches) if (batch.encoding !== undefined) fail(batch, error);
    },
  };
}
