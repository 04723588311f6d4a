/**
 * Sends many records without waiting for each: counts what becomes of them, and makes the reader wait while the producer
 * holds enough.
 */
import type { Producer, ProducerRecord, SendResult } from '@fluvio-ts/client';
import { isFluvioError } from '@fluvio-ts/protocol';

/** What has become of the records so far. */
export interface Tally {
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  /** Bytes of keys and values that are acknowledged. */
  readonly bytes: number;
  /** The first failure. */
  readonly first: unknown;
}

/** See the file's head. */
export interface Sending extends Tally {
  /** Aborted by a failure that the next record would meet as well. */
  readonly hopeless: AbortSignal;
  /** Hands a record over. Its bytes are copied at once. */
  send(record: ProducerRecord): Promise<SendResult | undefined>;
  /** Counts a record that cannot be sent at all. */
  reject(error: unknown): void;
  /** Resolves when the producer has room for more. */
  room(): Promise<void>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

/** Failures of the one record; all others are of the connection, the topic or the options. */
const OF_THE_RECORD = new Set(['produce/too-large', 'input/no-separator', 'input/line-too-long']);

/** Starts to count. `highBytes` under way are enough. */
export function sending(producer: Producer, highBytes: number): Sending {
  const hopeless = new AbortController();
  let sent = 0;
  let acknowledged = 0;
  let failed = 0;
  let bytes = 0;
  let first: unknown;
  let wake: (() => void) | undefined;

  const fail = (error: unknown): void => {
    failed++;
    first ??= error;
    if (!isFluvioError(error) || !OF_THE_RECORD.has(error.code)) hopeless.abort(error);
  };
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    wake = undefined;
  };

  return {
    get sent() {
      return sent;
    },
    get acknowledged() {
      return acknowledged;
    },
    get failed() {
      return failed;
    },
    get bytes() {
      return bytes;
    },
    get first() {
      return first;
    },
    hopeless: hopeless.signal,
    // Without `async`: a record costs half as much.
    send(record) {
      sent++;
      const size = (record.key?.length ?? 0) + record.value.length;
      return producer.send(record).then(
        (result) => {
          acknowledged++;
          bytes += size;
          wake?.();
          return result;
        },
        (error: unknown) => {
          fail(error);
          wake?.();
          return undefined;
        },
      );
    },
    reject(error) {
      sent++;
      fail(error);
    },
    room: () => until(() => producer.bufferedBytes < highBytes || hopeless.signal.aborted),
    settled: () => until(() => acknowledged + failed >= sent),
  };
}
