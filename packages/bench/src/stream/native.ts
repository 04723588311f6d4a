/**
 * The native Rust client of npm in its best configuration: `sendAll` of a thousand records at a time, since it crashes
 * when calls overlap, and takes no options. It has no batch that holds 16 KiB of value, so it is given 16,000 bytes.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Contender, Samples } from './job.ts';
import { ROUNDS, TRIPS, values } from './job.ts';

const require = createRequire(import.meta.url);

interface Producer {
  send(key: string, value: Uint8Array): Promise<void>;
  sendAll(records: (readonly [string, Uint8Array])[]): Promise<void>;
  flush(): Promise<void>;
}
interface Stream {
  next(): Promise<{ readonly value: { value(): ArrayBuffer; key(): ArrayBuffer } }>;
}
interface Native {
  connect(endpoint: string): Promise<{
    topicProducer(topic: string): Promise<Producer>;
    partitionConsumer(
      topic: string,
      partition: number,
    ): Promise<{ createStream(offset: { index: number; from: 'beginning' }): Promise<Stream> }>;
  }>;
}

/** Largest value that fits into its batch of 16 KiB. */
export const NATIVE_LARGEST_BYTES = 16_000;
const CHUNK = 1_000;
const CHUNK_BYTES = 1_048_576;
const DISTINCT = 512;

/** The binary, where there is one for this platform. */
export function findNative(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const binary = join(dirname(require.resolve('@fluvio/client/package.json')), 'dist/linux/index.node');
  return existsSync(binary) ? binary : undefined;
}

const load = (): Native => require(findNative() as string) as Native;

/** Records per second, flushed at the end of each round. */
async function produce(endpoint: string, topic: string, sizeBytes: number, records: number): Promise<Samples> {
  const producer = await (await load().connect(endpoint)).topicProducer(topic);
  const data = values(sizeBytes, DISTINCT);
  const chunk = Math.max(1, Math.min(CHUNK, Math.floor(CHUNK_BYTES / sizeBytes)));
  const samples: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = performance.now();
    for (let i = 0; i < records; i += chunk) {
      const count = Math.min(chunk, records - i);
      await producer.sendAll(
        Array.from({ length: count }, (_, n) => [`key-${(i + n) % 1000}`, data[(i + n) % DISTINCT] as Uint8Array]),
      );
    }
    await producer.flush();
    if (round > 0) samples.push((records / (performance.now() - began)) * 1000);
  }
  return samples;
}

/** Records per second from the beginning. */
async function consume(endpoint: string, topic: string, _: number, records: number): Promise<Samples> {
  const fluvio = await load().connect(endpoint);
  const consumer = await fluvio.partitionConsumer(topic, 0);
  const samples: number[] = [];
  for (let round = 0; round < 3; round++) {
    const stream = await consumer.createStream({ index: 0, from: 'beginning' });
    const began = performance.now();
    for (let seen = 0; seen < records; seen++) (await stream.next()).value.value();
    samples.push((records / (performance.now() - began)) * 1000);
  }
  return samples;
}

/** Microseconds of one send and flush at a time. */
async function send(endpoint: string, topic: string, sizeBytes: number): Promise<Samples> {
  const producer = await (await load().connect(endpoint)).topicProducer(topic);
  const [value = new Uint8Array(0)] = values(sizeBytes, 1);
  const samples: number[] = [];
  for (let trip = 0; trip < 2 * TRIPS; trip++) {
    const began = performance.now();
    await producer.send('key', value);
    await producer.flush();
    if (trip >= TRIPS) samples.push((performance.now() - began) * 1000);
  }
  return samples;
}

/** The native client. */
export const native: Contender = { produce, consume, send };
