/** What a client tells of a producer's batch. */
import type { ProducerBatch } from '../producer/events.ts';
import type { Observer } from './observer.ts';

/** Tells that a batch is settled. */
export function tellBatch(observer: Observer, batch: ProducerBatch): void {
  const { topic, partition, records, bytes, attempts, queuedMs, latencyMs, error } = batch;
  observer.tell({
    type: 'batch',
    topic,
    partition,
    records,
    bytes,
    attempts,
    queuedMs,
    latencyMs,
    ...(error !== undefined && { error }),
  });
}
