/** The consumer's cases, as an application would write them. */
import { setTimeout as pause } from 'node:timers/promises';
import { tcp } from '@fluvio-ts/adapter-tcp';
import type { Client } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import { codecs } from '@fluvio-ts/compression';
import { percentile } from '../cluster/target.ts';
import type { ConsumeJob, Measured } from './job.ts';

type Job<Kind extends ConsumeJob['do']> = Extract<ConsumeJob, { readonly do: Kind }>;

const ROUNDS = 5;
const LATENCY_BYTES = 100;

const open = (endpoint: string): Promise<Client> => connect({ endpoint, transport: tcp(), codecs: codecs() });

/** Lines of JSON that are alike, and not the same, of about the size. */
function values(sizeBytes: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const line = JSON.stringify({ id: i, customer: `customer-${(i * 7919) % 1000}`, total: (i * 104_729) % 100_000 });
    const words = ['shipped', 'paid', 'returned', 'ordered', 'packed'];
    let text = line;
    for (let n = i; text.length < sizeBytes; n = (n * 31 + 7) % 9973) text += ` ${words[n % words.length]}-${n}`;
    return text.slice(0, sizeBytes);
  });
}

/** Fills a topic, all partitions alike. */
export async function fill({ endpoint, topic, sizeBytes, records, codec }: Job<'fill'>): Promise<Measured> {
  await using client = await open(endpoint);
  await using producer = await client.producer(topic, { compression: codec, batchBytes: 65_536 });
  const texts = values(sizeBytes, 512);
  for (let sent = 0; sent < records; sent += 1_000) {
    const last = Math.min(records, sent + 1_000);
    const sends: Promise<unknown>[] = [];
    for (let i = sent; i < last; i++) sends.push(producer.send({ value: texts[i % texts.length] as string }));
    await Promise.all(sends);
  }
  return { samples: [] };
}

/** Records per second from the beginning; of each record offset and value are touched. */
export async function read({ endpoint, topic, by, sizeBytes, records }: Job<'read'>): Promise<Measured> {
  await using client = await open(endpoint);
  const samples: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const consumer = client.consumer(topic, { start: 'beginning' });
    let seen = 0;
    let bytes = 0;
    let offsets = 0n;
    const busy = process.cpuUsage();
    const began = performance.now();
    if (by === 'batch') {
      for await (const batch of consumer.batches()) {
        for (const record of batch) {
          bytes += record.value.length;
          offsets += record.offset;
          seen++;
        }
        if (seen >= records) break;
      }
    } else {
      for await (const record of consumer) {
        bytes += record.value.length;
        offsets += record.offset;
        if (++seen >= records) break;
      }
    }
    if (bytes < records * sizeBytes || offsets === 0n) throw new Error(`${records} records had only ${bytes} bytes`);
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(busy);
    if (round === 0) continue;
    samples.push((seen / ms) * 1_000);
    cpu.push((user + system) / seen);
  }
  const rate = percentile(samples, 0.5);
  const each = percentile(cpu, 0.5);
  return {
    samples,
    cpu,
    note: `${((rate * sizeBytes) / 1e6).toFixed(0)} MB/s, ${each.toFixed(2)} us of CPU per record`,
  };
}

/** Milliseconds from `send` to the reader's hands, at a steady rate. */
export async function latency({ endpoint, topic, perSecond, records }: Job<'latency'>): Promise<Measured> {
  await using client = await open(endpoint);
  await using producer = await client.producer(topic);
  const consumer = client.consumer(topic, { start: 'beginning' });
  const samples: number[] = [];
  const warm = Math.floor(records / 5);
  const reading = (async () => {
    let seen = 0;
    for await (const record of consumer) {
      const now = performance.now();
      const { value } = record;
      const sentAt = new DataView(value.buffer, value.byteOffset).getFloat64(0);
      if (++seen > warm) samples.push(now - sentAt);
      if (seen === records) break;
    }
  })();
  const sends: Promise<unknown>[] = [];
  const began = performance.now();
  for (let i = 0; i < records; i++) {
    const due = began + (i * 1_000) / perSecond;
    while (performance.now() < due) await pause(0);
    const value = new Uint8Array(LATENCY_BYTES);
    new DataView(value.buffer).setFloat64(0, performance.now());
    sends.push(producer.send({ value }));
  }
  await Promise.all(sends);
  await reading;
  return { samples };
}

/** Milliseconds from making a consumer, its connection included, to its first record. */
export async function first({ endpoint, topic, consumers }: Job<'first'>): Promise<Measured> {
  await using client = await open(endpoint);
  const samples: number[] = [];
  for (let i = 0; i < consumers; i++) {
    const began = performance.now();
    for await (const _ of client.consumer(topic, { start: 'beginning' })) break;
    samples.push(performance.now() - began);
  }
  return { samples };
}

/** Heap and array buffers, in bytes, after a collection. */
function held(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Megabytes that reading a million records leaves behind, and the most that it held meanwhile. */
export async function heap({ endpoint, topic, records }: Job<'heap'>): Promise<Measured> {
  await using client = await open(endpoint);
  const round = async (): Promise<{ left: number; peak: number }> => {
    const before = held();
    let peak = 0;
    let seen = 0;
    for await (const batch of client.consumer(topic, { start: 'beginning' }).batches()) {
      for (const record of batch) if (record.value.length > 0) seen++;
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      peak = Math.max(peak, heapUsed + arrayBuffers - before);
      if (seen >= records) break;
    }
    return { left: ((held() - before) / seen) * 1e6, peak };
  };
  await round();
  const rounds = [await round(), await round(), await round()];
  const peak = Math.max(...rounds.map((each) => each.peak)) / 1e6;
  return { samples: rounds.map(({ left }) => left / 1e6), note: `${peak.toFixed(0)} MB at most, garbage included` };
}

/** Megabytes that a consumer holds which is paused in the middle of a topic. */
export async function paused({ endpoint, topic }: Job<'paused'>): Promise<Measured> {
  await using client = await open(endpoint);
  const before = held();
  const samples: number[] = [];
  for (let i = 0; i < 3; i++) {
    const consumer = client.consumer(topic, { start: 'beginning' });
    const batches = consumer.batches()[Symbol.asyncIterator]();
    for (let n = 0; n < 20; n++) await batches.next();
    consumer.pause();
    await pause(500);
    samples.push((held() - before) / 1e6);
    await consumer.close();
  }
  return { samples };
}
