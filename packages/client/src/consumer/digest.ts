/** What an answer of a stream holds: its batches checked, opened, cut and handed out. */
import type { Batch, RecordBlock, StreamFetchResponse } from '@fluvio-ts/protocol';
import { readBatches } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import { clientError, serverError } from '../errors.ts';
import type { Cut } from './batch.ts';
import { cutBatch } from './batch.ts';
import type { Share } from './budget.ts';
import type { ConsumerTransform, PartitionTransform, Sink, StreamSettings } from './settings.ts';

/** Where a stream is. */
export interface Place {
  /** The next offset wanted. */
  next: bigint;
  /** Offset in front of which the stream ends. */
  limit: bigint | undefined;
  /** Records older than this are left out until the first that is not. */
  sinceMs: number | undefined;
  /** Whether `untilMs` was reached. */
  isOver: boolean;
}

/** What a {@link digester} works with. */
export interface DigestContext {
  readonly topic: string;
  readonly partition: number;
  readonly settings: StreamSettings;
  readonly share: Share;
  readonly sink: Sink;
  readonly signal: StopSignal;
}

/** An answer whose batches have been found and are accounted for. */
export interface Answer {
  readonly batches: readonly Batch[];
  /** Where to go on when all of it is read. */
  readonly next: bigint;
  readonly highWatermark: bigint;
  readonly error: StreamFetchResponse['partition']['errorCode'];
  /** The batch that was cut, if there is nothing else. */
  readonly cut: { readonly offset: bigint; readonly neededBytes: number; readonly sentBytes: number } | undefined;
}

/** See the file's head. */
export interface Digester {
  /** Finds what is new in an answer, and counts what of it is not compressed as not read. */
  find(answer: StreamFetchResponse, from: bigint): Answer;
  /** Hands out what was found. `place.next` moves with each batch. @throws `wire/*`, `codec/missing`, codes of `ServerCodes`, `consume/transform-failed` */
  digest(answer: Answer, place: Place): Promise<void>;
  close(): Promise<void>;
}

const isPlain = (batch: Batch): boolean => batch.codec === 'none';

/** Makes the digester of one partition. */
export function digester({ topic, partition, settings, share, sink, signal }: DigestContext): Digester {
  const { codecs, verifyCrc, transform } = settings;
  const byServer = settings.smartModules.length > 0;
  let chain: Promise<PartitionTransform> | undefined;
  const started = (made: ConsumerTransform): Promise<PartitionTransform> => {
    chain ??= made.start();
    return chain;
  };

  const open = async (batch: Batch): Promise<RecordBlock> => batch.open(codecs);

  /** Cuts a batch and hands it out; `heldBytes` of it are counted already. */
  const push = (batch: Batch, block: RecordBlock, heldBytes: number, place: Place, highWatermark: bigint): void => {
    const cut: Cut = {
      from: place.next,
      until: place.limit,
      sinceMs: place.sinceMs,
      untilMs: settings.until.timeMs,
      isTransformed: byServer,
    };
    const { batch: wanted, reachedTime } = cutBatch({ topic, partition, highWatermark }, batch, block, cut);
    if (reachedTime) place.isOver = true;
    if (wanted.length === 0) {
      share.remove(heldBytes);
      return;
    }
    place.sinceMs = undefined;
    const bytes = Math.max(heldBytes, block.payload.length);
    if (bytes > heldBytes) share.add(bytes - heldBytes);
    sink.push(wanted, () => share.remove(bytes));
  };

  const pushTransformed = async (batch: Batch, place: Place, highWatermark: bigint): Promise<bigint> => {
    const running = await started(transform as ConsumerTransform);
    const { records, nextOffset, error } = await running.apply(batch, { fromOffset: place.next, codecs });
    share.remove(batch.size);
    for (const made of readBatches(records).batches) {
      share.add(made.size);
      push(made, await open(made), made.size, place, highWatermark);
    }
    if (error === undefined) return batch.nextOffset;
    place.next = nextOffset;
    await failed(nextOffset - 1n, nextOffset, error);
    // What is behind the refused record in the same batch is looked at once more.
    if (nextOffset < batch.nextOffset && nextOffset > batch.baseOffset) {
      share.add(batch.size);
      return pushTransformed(batch, place, highWatermark);
    }
    return batch.nextOffset;
  };

  const failed = async (offset: bigint, next: bigint, error: unknown): Promise<void> => {
    if (settings.onSmartModuleFailure === 'stop') throw error;
    await settings.onSkip?.({ topic, partition, offset, next, error });
  };

  return {
    find({ partition: data }, from) {
      const { batches: all, rest, missingBytes } = readBatches(data.records);
      let next = from;
      const batches: Batch[] = [];
      for (const batch of all) {
        if (batch.nextOffset <= next) continue;
        batches.push(batch);
        if (isPlain(batch)) share.add(batch.size);
        next = batch.nextOffset;
      }
      if (data.nextFilterOffset > next) next = data.nextFilterOffset;
      const isCut = next === from && rest.length > 0;
      return {
        batches,
        next,
        highWatermark: data.highWatermark,
        error: data.errorCode,
        cut: isCut ? { offset: next, neededBytes: rest.length + missingBytes, sentBytes: rest.length } : undefined,
      };
    },
    async digest({ batches, next, highWatermark, error }, place) {
      for (const batch of batches) {
        // It may be many times as large when it is decompressed, so it is counted then.
        if (!isPlain(batch)) {
          if (!share.hasRoom(batch.size)) await share.room(batch.size, signal);
          share.add(batch.size);
        }
        if (signal.aborted || place.isOver) return;
        if (verifyCrc) batch.verifyCrc();
        if (transform !== undefined) {
          place.next = await pushTransformed(batch, place, highWatermark);
        } else {
          const opened = batch.open(codecs);
          push(batch, opened instanceof Promise ? await opened : opened, batch.size, place, highWatermark);
          // Offsets within what a SmartModule made are not to be relied on: such a stream moves on at the end of its answer.
          if (!byServer) place.next = batch.nextOffset;
        }
      }
      place.next = next;
      if (error.kind === 'None') return;
      if (error.kind !== 'SmartModuleRuntimeError')
        throw serverError(`reading ${topic}-${partition} at offset ${next}`, error);
      const { offset, hint, recordKey, recordValue } = error;
      const key = recordKey ?? null;
      await failed(
        offset,
        next,
        clientError('consume/smartmodule-failed', { topic, partition, offset, hint, key, value: recordValue }),
      );
    },
    async close() {
      await (await chain?.catch(() => undefined))?.close();
    },
  };
}
