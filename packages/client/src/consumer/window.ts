/**
 * How many bytes one answer may hold.
 *
 * A batch that is larger than the window widens it, within a limit. So does a server that takes long for each answer while
 * there is much to read: an SPU of Fluvio spends about 5 ms on one, whatever its size, so that the window sets the speed.
 * A stream keeps its window for life, so a wider one begins a new stream at the next offset.
 */
import { clientError } from '../errors.ts';

/** Settings of a {@link fetchWindow}. */
export interface WindowSettings {
  readonly topic: string;
  readonly partition: number;
  /** Bytes to begin with. */
  readonly startBytes: number;
  /** Widest window for the sake of speed; no more than `startBytes` for none. */
  readonly widestBytes: number;
  /** Widest window for the sake of a large batch. */
  readonly maxBatchBytes: number;
}

/** See the file's head. */
export interface FetchWindow {
  readonly bytes: number;
  /** Widens for a batch of which only a part came. @throws `consume/batch-too-large`, `partition/unavailable` */
  widenFor(batch: { readonly offset: bigint; readonly neededBytes: number; readonly sentBytes: number }): void;
  /** Tells of an answer and how long it was waited for; true when the stream is to go on with a wider window. */
  answered(bytes: number, waitedMs: number): boolean;
}

/** Wait for one answer from which on a wider window pays. */
const SLOW_ANSWER_MS = 2;
/** Full and slow answers in a row that are no accident. */
const SLOW_ANSWERS = 3;
/** Part of the window that a full answer fills: real SPUs cut at the byte, ours between batches. */
const FULL = 0.75;
const FACTOR = 4;

/** Makes a window. */
export function fetchWindow(settings: WindowSettings): FetchWindow {
  const { topic, partition, widestBytes, maxBatchBytes } = settings;
  let bytes = settings.startBytes;
  let widenedFor = 0;
  let slow = 0;
  return {
    get bytes() {
      return bytes;
    },
    widenFor({ offset, neededBytes, sentBytes }) {
      if (bytes >= neededBytes && widenedFor === neededBytes) {
        const reason = `its leader sends ${sentBytes} of the ${neededBytes} bytes of the batch at offset ${offset}, although it may send all`;
        throw clientError('partition/unavailable', { topic, partition, reason });
      }
      if (neededBytes > maxBatchBytes) {
        const limitBytes = maxBatchBytes;
        throw clientError('consume/batch-too-large', { topic, partition, offset, neededBytes, limitBytes });
      }
      widenedFor = neededBytes;
      bytes = Math.min(maxBatchBytes, Math.max(neededBytes, bytes * 2));
    },
    answered(answerBytes, waitedMs) {
      slow = answerBytes >= bytes * FULL && waitedMs >= SLOW_ANSWER_MS ? slow + 1 : 0;
      if (slow < SLOW_ANSWERS || bytes >= widestBytes) return false;
      slow = 0;
      bytes = Math.min(widestBytes, bytes * FACTOR);
      return true;
    },
  };
}
