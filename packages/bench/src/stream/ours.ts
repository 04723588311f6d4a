/** Our client in the form that an application writes: `send` without waiting for each, and batches in a loop. */
import { tcp } from '@fluvio-ts/adapter-tcp';
import { connect } from '@fluvio-ts/client';
import type { Contender, Samples } from './job.ts';
import { ROUNDS, TRIPS, values } from './job.ts';

const DISTINCT = 512;
/** Sends between two looks at the oldest acknowledgement; the producer's own buffer is the bound. */
const STRIDE = 1_000;

const keys = Array.from({ length: 1_000 }, (_, i) => `key-${i}`.padEnd(8, '.'));

/** Records per second, every one acknowledged. */
async function produce(endpoint: string, topic: string, sizeBytes: number, records: number): Promise<Samples> {
  await using client = await connect({ endpoint, transport: tcp() });
  await using producer = await client.producer(topic);
  const data = values(sizeBytes, DISTINCT);
  const samples: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = performance.now();
    let last: Promise<unknown> = Promise.resolve();
    for (let i = 0; i < records; i += STRIDE) {
      const before = last;
      for (let n = i; n < Math.min(i + STRIDE, records); n++) {
        last = producer.send({ key: keys[n % keys.length] as string, value: data[n % DISTINCT] as Uint8Array });
      }
      await before;
    }
    await last;
    await producer.flush();
    if (round > 0) samples.push((records / (performance.now() - began)) * 1000);
  }
  return samples;
}

/** Records per second from the beginning, of each record key length, value length and offset touched. */
async function consume(endpoint: string, topic: string, sizeBytes: number, records: number): Promise<Samples> {
  await using client = await connect({ endpoint, transport: tcp() });
  const samples: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    let seen = 0;
    let bytes = 0;
    let offsets = 0n;
    const began = performance.now();
    for await (const batch of client.consumer(topic, { start: 'beginning' }).batches()) {
      for (const record of batch) {
        bytes += record.value.length + (record.key?.length ?? 0);
        offsets += record.offset;
        seen++;
      }
      if (seen >= records) break;
    }
    if (bytes < records * sizeBytes || offsets === 0n) throw new Error(`${records} records had only ${bytes} bytes`);
    if (round > 0) samples.push((seen / (performance.now() - began)) * 1000);
  }
  return samples;
}

/** Microseconds of one awaited send at a time. */
async function send(endpoint: string, topic: string, sizeBytes: number): Promise<Samples> {
  await using client = await connect({ endpoint, transport: tcp() });
  await using producer = await client.producer(topic);
  const [value = new Uint8Array(0)] = values(sizeBytes, 1);
  const samples: number[] = [];
  for (let trip = 0; trip < 2 * TRIPS; trip++) {
    const began = performance.now();
    await producer.send({ value });
    if (trip >= TRIPS) samples.push((performance.now() - began) * 1000);
  }
  return samples;
}

/** Our client. */
export const ours: Contender = { produce, consume, send };
