/** The job itself, the same over every transport: produce records, consume them at the same time, prove that they agree. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Client } from '@fluvio-ts/client';
import type { CityRecord, Place } from './cities.ts';
import type { Countries } from './countries.ts';
import type { Tally } from './proof.ts';
import { tally } from './proof.ts';
import type { LiveLine } from './screen.ts';

/** What came of a run. */
export interface Outcome {
  readonly sent: Tally;
  readonly received: Tally;
  readonly acknowledged: number;
  /** Acknowledged records by partition. */
  readonly partitions: ReadonlyMap<number, number>;
  readonly produceSeconds: number;
  readonly consumeSeconds: number;
}

/** Records that are handed to the producer before the loop lets the acknowledgements in. */
const STRIDE = 512;
/** Records that may be on their way: enough to keep every partition busy, few enough to see the line move. */
const IN_FLIGHT = 32 * STRIDE;

/** Produces all records and consumes them concurrently, until the last one has come back. */
export async function streamThrough(
  client: Client,
  topic: string,
  records: readonly CityRecord[],
  seen: Countries,
  line: LiveLine,
  signal: AbortSignal,
): Promise<Outcome> {
  const sent = tally();
  const received = tally();
  const partitions = new Map<number, number>();
  let acknowledged = 0;
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let produceSeconds = 0;

  const show = (): void => {
    const rate = acknowledged / seconds();
    const megabytes = (sent.bytes * (acknowledged / Math.max(1, sent.records))) / 1e6 / seconds();
    line.update(
      `${acknowledged.toLocaleString('en-US')} of ${records.length.toLocaleString('en-US')} acknowledged · ` +
        `${Math.round(rate).toLocaleString('en-US')} records/s · ${megabytes.toFixed(1)} MB/s · ` +
        `${received.records.toLocaleString('en-US')} read back`,
    );
  };

  const produce = async (): Promise<void> => {
    await using producer = await client.producer(topic);
    const acks: Promise<void>[] = [];
    const onAck = ({ partition }: { readonly partition: number }): void => {
      acknowledged++;
      partitions.set(partition, (partitions.get(partition) ?? 0) + 1);
    };
    for (let i = 0; i < records.length; i += STRIDE) {
      signal.throwIfAborted();
      for (const record of records.slice(i, i + STRIDE)) {
        sent.add(record.key, record.value);
        acks.push(producer.send(record, { signal }).then(onAck));
      }
      // The producer bounds its memory by itself; this bound is for the eye.
      await acks.at(-IN_FLIGHT);
      await nextTurn();
      show();
    }
    await Promise.all(acks);
    produceSeconds = seconds();
  };

  const consume = async (): Promise<void> => {
    for await (const batch of client.consumer(topic, { start: 'beginning', signal }).batches()) {
      for (const record of batch) {
        const key = record.keyText() ?? '';
        received.add(key, record.value);
        seen.add(key, record.json<Place>());
      }
      show();
      if (received.records >= records.length) break;
    }
  };

  await Promise.all([produce(), consume()]);
  return { sent, received, acknowledged, partitions, produceSeconds, consumeSeconds: seconds() };
}
