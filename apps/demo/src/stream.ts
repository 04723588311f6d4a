/** The job itself, the same over every transport: produce records, consume them at the same time, prove that they agree. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Client } from '@fluvio-ts/client';
import type { CityRecord, Place } from './cities.ts';
import type { Countries } from './countries.ts';
import type { Progress } from './progress.ts';
import type { Tally } from './proof.ts';
import { tally } from './proof.ts';
import type { LiveLine } from './screen.ts';

/** What came of a run. */
export interface Outcome {
  readonly sent: Tally;
  /** Every record once, in the order in which its first copy was read. */
  readonly received: Tally;
  readonly acknowledged: number;
  /** Acknowledged records by partition. */
  readonly partitions: ReadonlyMap<number, number>;
  /** Copies beyond the first, and how many of those nobody had announced: the result of their record said nothing. */
  readonly copies: number;
  readonly unannounced: number;
  readonly produceSeconds: number;
  readonly consumeSeconds: number;
}

/** Records that are handed to the producer before the loop lets the acknowledgements in. */
const STRIDE = 512;
/** Records that may be on their way: enough to keep every partition busy, few enough to see the line move. */
const IN_FLIGHT = 32 * STRIDE;

/** Produces all records and consumes them concurrently, until everything that is stored has come back. */
export async function streamThrough(
  client: Client,
  topic: string,
  records: readonly CityRecord[],
  seen: Countries,
  progress: Progress,
  line: LiveLine,
  signal: AbortSignal,
): Promise<Outcome> {
  const sent = tally();
  const received = tally();
  const partitions = new Map<number, number>();
  /** Places that have been read, and those whose record may be stored twice. */
  const read = new Set<number>();
  const copied: number[] = [];
  const mayBeTwice = new Set<number>();
  let produceSeconds = 0;
  let stored: number | undefined;

  const seconds = (): number => progress.nowMs() / 1000;
  const show = (): void => {
    const { acknowledged } = progress.counts();
    const rate = acknowledged / seconds();
    const megabytes = (sent.bytes * (acknowledged / Math.max(1, sent.records))) / 1e6 / seconds();
    line.update(
      `${acknowledged.toLocaleString('en-US')} of ${records.length.toLocaleString('en-US')} acknowledged · ` +
        `${Math.round(rate).toLocaleString('en-US')} records/s · ${megabytes.toFixed(1)} MB/s · ` +
        `${received.records.toLocaleString('en-US')} read back`,
    );
  };

  const consumer = client.consumer(topic, { start: 'beginning', isolation: 'read_committed', signal });
  /** Ends the consumer when it has read all that is stored, which is known when the last record is acknowledged. */
  const endIfComplete = (): void => {
    if (stored !== undefined && read.size + copied.length >= stored) void consumer.close();
  };

  const produce = async (): Promise<void> => {
    await using producer = await client.producer(topic, { isolation: 'read_committed' });
    const acks: Promise<void>[] = [];
    for (let i = 0; i < records.length; i += STRIDE) {
      signal.throwIfAborted();
      for (const record of records.slice(i, i + STRIDE)) {
        sent.add(record.key, record.value);
        const { id, key, value } = record;
        const ack = producer.send({ key, value }, { signal }).then(({ partition, mayBeDuplicate }) => {
          progress.acknowledged(partition);
          partitions.set(partition, (partitions.get(partition) ?? 0) + 1);
          if (mayBeDuplicate) mayBeTwice.add(id);
        });
        // One that fails is met below, unless the run has been stopped by then.
        ack.catch(() => {});
        acks.push(ack);
      }
      // The producer bounds its memory by itself; this bound is for the eye.
      await acks.at(-IN_FLIGHT);
      await nextTurn();
      show();
    }
    await Promise.all(acks);
    produceSeconds = seconds();
    const ends = await Promise.all(
      [...partitions.keys()].map((partition) => client.offsets(topic, partition, { signal })),
    );
    stored = ends.reduce((sum, { start, highWatermark }) => sum + Number(highWatermark - start), 0);
    endIfComplete();
  };

  const consume = async (): Promise<void> => {
    for await (const batch of consumer.batches()) {
      let count = 0;
      for (const record of batch) {
        const key = record.keyText() ?? '';
        const place = record.json<Place>();
        count++;
        if (read.has(place.id)) {
          copied.push(place.id);
          continue;
        }
        read.add(place.id);
        received.add(key, record.value);
        seen.add(key, place);
      }
      progress.received(batch.partition, count);
      show();
      endIfComplete();
    }
  };

  await Promise.all([produce(), consume()]);
  progress.finish();
  return {
    sent,
    received,
    acknowledged: progress.counts().acknowledged,
    partitions,
    copies: copied.length,
    unannounced: copied.filter((id) => !mayBeTwice.has(id)).length,
    produceSeconds,
    consumeSeconds: seconds(),
  };
}
