/** Reads records into standard output until one of the ends that the user gave. */
import type { Client, ConsumerBatch, ConsumerOptions } from '@fluvio-ts/client';
import type { DataOut } from '../output/data-out.ts';
import { recordOut } from './record-out.ts';
import type { Write } from './template.ts';

/** What to read, and until when. */
export interface Reading {
  readonly client: Client;
  readonly topic: string;
  readonly consumer: ConsumerOptions;
  /** The partitions to read one by one; undefined: all of them at once, those that are added later included. */
  readonly partitions: readonly number[] | undefined;
  /** Last offset of each partition. */
  readonly end: bigint | undefined;
  /** Number of records. */
  readonly count: number;
  readonly write: Write;
  readonly out: DataOut;
  /** Ends it as if there were no more. */
  readonly signal: AbortSignal;
  /** Told of every batch that was written. */
  readonly onBatch: (partition: number, records: number) => void;
}

/** Resolves at an end; everything is written then. @throws what the consumer or the stream throws */
export async function readRecords(reading: Reading): Promise<void> {
  const { client, topic, partitions, signal, out, write, end } = reading;
  const output = recordOut(out);
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  let left = reading.count;
  /** The last record of each partition. */
  const written = new Map<number, bigint>();

  /** Writes what is wanted of a batch; false when no more is wanted of its partition. */
  const take = async (batch: ConsumerBatch): Promise<boolean> => {
    let taken = 0;
    for (const record of batch) {
      if (end !== undefined && record.offset > end) break;
      output.begin();
      write(record, output.sink);
      written.set(record.partition, record.offset);
      taken++;
      const full = output.written();
      if (full !== undefined) await full;
      if (--left <= 0 || until.aborted) break;
    }
    reading.onBatch(batch.partition, taken);
    output.soon();
    if (left <= 0) stop.abort();
    return !until.aborted && (end === undefined || batch.nextOffset <= end);
  };

  const read = async (options: ConsumerOptions): Promise<void> => {
    const consumer = client.consumer(topic, options);
    const close = (): void => void consumer.close();
    until.addEventListener('abort', close, { once: true });
    try {
      if (until.aborted) return;
      for await (const batch of consumer.batches()) {
        if (!(await take(batch))) return;
      }
    } finally {
      until.removeEventListener('abort', close);
      // What was printed is done, also where the loop was left in the middle of a batch.
      if (consumer.commitMode !== 'none') {
        await output.flush();
        for (const [partition, offset] of written) await consumer.commit({ partition, offset });
      }
      await consumer.close();
    }
  };

  try {
    if (partitions === undefined) await read(reading.consumer);
    else await Promise.all(partitions.map((partition) => read({ ...reading.consumer, partitions: [partition] })));
  } finally {
    // The others would read on while the first error is told.
    stop.abort();
    await output.flush();
  }
}
