/** What a producer is: how records are sent to one topic. */
import type { ProducerRecord, SendResult } from './result.ts';
import type { ProducerStats } from './stats.ts';

/** Sends records to one topic. `R` is what it takes as a record: without serdes, a {@link ProducerRecord}. */
export interface Producer<R = ProducerRecord> extends AsyncDisposable {
  readonly topic: string;
  /**
   * Sends one record; resolves when it is acknowledged. Records of one partition keep the order in which they were sent,
   * awaited or not. Key and value are copied at once, unless the buffer is full: so leave them alone until it settles.
   *
   * `signal` gives up waiting for room in the buffer, and sends nothing if it is aborted already; a record that has entered the
   * buffer is delivered or rejected regardless.
   *
   * The promise is the only one to hear of a failure, and it is safe to drop: a rejection that nobody listens to does not end
   * the process. It still counts in {@link Producer.stats}, and `onBatch` hears of it.
   *
   * Waiting calls are not bounded, since each is a caller's own: await `send` now and then where records come faster than
   * the cluster takes them, or use {@link Producer.enqueue}.
   *
   * @throws `produce/invalid-record`, `produce/too-large`, `produce/timeout`, `produce/unconfirmed`, `produce/buffer-full`,
   *   `produce/closed`, `partition/not-found`, `topic/not-found`, codes of `ServerCodes`, `request/aborted`, `client/closed`
   */
  send(record: R, options?: { readonly signal?: AbortSignal }): Promise<SendResult>;
  /**
   * Sends many records with one promise for all, and resolves with their results, in order, when all are acknowledged. If one of them is no record or too large, none is sent. Otherwise each stands for itself:
   * when some fail, it rejects with `produce/partial` once all are settled, which has the results of the others.
   *
   * @throws `produce/partial`, and as {@link Producer.send}, where no record is stored, with the first failure
   */
  sendAll(records: readonly R[], options?: { readonly signal?: AbortSignal }): Promise<SendResult[]>;
  /**
   * Sends one record that nobody waits for, the cheapest way. Returns undefined when it is in the buffer, and a promise when
   * that is full: await it before the next, and leave key and value alone until it resolves. The promise never rejects. As much
   * again as the buffer holds may wait like this; what comes without waiting beyond that is not delivered.
   *
   * What is not delivered is told to `onFailure`, or else {@link Producer.flush} and {@link Producer.close} reject.
   *
   * @throws `produce/invalid-record`, `produce/too-large`, `produce/closed`, `partition/not-found`, `client/closed`, and, with
   *   `whenFull: 'reject'`, `produce/buffer-full`
   */
  enqueue(record: R): Promise<void> | undefined;
  /**
   * A stream that sends what is written to it, slowed down by the buffer. It errors when one of its records is not delivered;
   * its `close` resolves when all are acknowledged. The producer stays open.
   */
  writable(): WritableStream<R>;
  /**
   * Sends everything now, without lingering, and resolves when what was sent before is settled, however much follows it.
   * Rejections reach the callers of `send`.
   *
   * @throws `produce/undelivered` when records of `enqueue` failed since the last call, and there is no `onFailure`;
   *   `request/aborted`, `client/closed`, `connect/timeout` when a codec never answers
   */
  flush(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Bytes of records that are accepted and not settled, with what is kept for each. */
  readonly bufferedBytes: number;
  /** What it holds and has done, in numbers. */
  stats(): ProducerStats;
  /**
   * Takes no more, flushes, and rejects with `produce/closed` what is not settled after `timeoutMs` (default 10,000).
   * Safe to call twice. Everything is closed when it settles, either way.
   *
   * @throws `produce/undelivered` as {@link Producer.flush}
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}
