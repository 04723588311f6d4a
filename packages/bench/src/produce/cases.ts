/** The producer's cases, as an application would write them. */
import { tcp } from '@fluvio-ts/adapter-tcp';
import type { Client, Producer, ProducerRecord } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import { codecs } from '@fluvio-ts/compression';
import { TRIPS } from '../stream/job.ts';
import type { Measured, ProduceJob, Way } from './job.ts';

type Job<Kind extends ProduceJob['do']> = Extract<ProduceJob, { readonly do: Kind }>;

const ROUNDS = 7;
const DISTINCT = 512;
/** Records between two looks at what became of the earlier ones. */
const STRIDE = 1_000;
const STRIDE_BYTES = 1_048_576;

const open = (endpoint: string): Promise<Client> => connect({ endpoint, transport: tcp(), codecs: codecs() });

/** Records of JSON lines that are alike, and not the same, of exactly the size. */
function records(sizeBytes: number): ProducerRecord[] {
  const utf8 = new TextEncoder();
  const words = ['shipped', 'paid', 'returned', 'ordered', 'packed'];
  return Array.from({ length: DISTINCT }, (_, i) => {
    let text = JSON.stringify({ id: i, customer: `customer-${(i * 7919) % 1000}`, total: (i * 104_729) % 100_000 });
    for (let n = i; text.length < sizeBytes; n = (n * 31 + 7) % 9973) text += ` ${words[n % words.length]}-${n}`;
    return { key: `key-${i}`, value: utf8.encode(text.slice(0, sizeBytes)) };
  });
}

/** Hands `count` records over, and resolves when every one is acknowledged. */
const round: Record<Way, (producer: Producer, given: readonly ProducerRecord[], count: number) => Promise<void>> = {
  async send(producer, given, count) {
    let last: Promise<unknown> = Promise.resolve();
    for (let i = 0; i < count; i += STRIDE) {
      const before = last;
      for (let n = i; n < Math.min(i + STRIDE, count); n++) {
        last = producer.send(given[n % DISTINCT] as ProducerRecord);
      }
      await before;
    }
    await producer.flush();
  },
  async enqueue(producer, given, count) {
    for (let n = 0; n < count; n++) {
      const room = producer.enqueue(given[n % DISTINCT] as ProducerRecord);
      if (room !== undefined) await room;
    }
    await producer.flush();
  },
  async sendAll(producer, given, count) {
    const { length = 1 } = (given[0] as ProducerRecord).value;
    const stride = Math.max(1, Math.min(STRIDE, Math.floor(STRIDE_BYTES / length)));
    let last: Promise<unknown> = Promise.resolve();
    for (let i = 0; i < count; i += stride) {
      const before = last;
      const most = Math.min(stride, count - i);
      last = producer.sendAll(Array.from({ length: most }, (_, n) => given[(i + n) % DISTINCT] as ProducerRecord));
      await before;
    }
    await last;
  },
};

/** Records per second, every one acknowledged. */
export async function rate({ endpoint, topic, by, sizeBytes, records: count, codec }: Job<'rate'>): Promise<Measured> {
  await using client = await open(endpoint);
  await using producer = await client.producer(topic, codec === undefined ? {} : { compression: codec });
  const given = records(sizeBytes);
  const samples: number[] = [];
  const cpuUs: number[] = [];
  for (let i = 0; i <= ROUNDS; i++) {
    const busy = process.cpuUsage();
    const began = performance.now();
    await round[by](producer, given, count);
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(busy);
    // The first one teaches the optimiser.
    if (i === 0) continue;
    samples.push((count / ms) * 1_000);
    cpuUs.push((user + system) / count);
  }
  return { samples, cpuUs };
}

/** Microseconds of one awaited send at a time. */
export async function trip({ endpoint, topic, sizeBytes }: Job<'trip'>): Promise<Measured> {
  await using client = await open(endpoint);
  await using producer = await client.producer(topic);
  const [{ value } = { value: '' }] = records(sizeBytes);
  const samples: number[] = [];
  for (let i = 0; i < 2 * TRIPS; i++) {
    const began = performance.now();
    await producer.send({ value });
    if (i >= TRIPS) samples.push((performance.now() - began) * 1_000);
  }
  return { samples };
}

/** Heap and array buffers, in megabytes, after a collection. */
function held(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

/** Megabytes that producing a million records leaves behind, and the most that were held meanwhile. */
export async function heap({ endpoint, topic, records: count }: Job<'heap'>): Promise<Measured> {
  await using client = await open(endpoint);
  await using producer = await client.producer(topic);
  const given = records(100);
  const samples: number[] = [];
  let peak = 0;
  for (let i = 0; i <= 3; i++) {
    const before = held();
    for (let sent = 0; sent < count; sent += 20_000) {
      await round.send(producer, given, 20_000);
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      peak = Math.max(peak, (heapUsed + arrayBuffers) / 1e6 - before);
    }
    if (i > 0) samples.push(((held() - before) / count) * 1e6);
  }
  return { samples, peak };
}
