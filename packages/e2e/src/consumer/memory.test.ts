/** What a consumer holds that does not read: in a process of its own, so that nothing else is measured. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { admin } from '@fluvio-ts/admin';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestCluster } from '../test-cluster.ts';
import { testCluster } from '../test-cluster.ts';

const RECORDS = 16_384;
const VALUE_BYTES = 16_384;
const TOPIC_BYTES = RECORDS * VALUE_BYTES;
const MEGABYTE = 1_048_576;
const MINUTE_MS = 60_000;

let cluster: TestCluster;
let topic: string;

beforeAll(async () => {
  cluster = await testCluster();
  topic = cluster.name('large');
  await using client = await cluster.connect();
  await admin(client).topics.create(topic);
  await using producer = await client.producer(topic);
  const value = new Uint8Array(VALUE_BYTES).fill(97);
  for (let sent = 0; sent < RECORDS; sent += 512) {
    await Promise.all(Array.from({ length: 512 }, () => producer.send({ value })));
  }
}, 3 * MINUTE_MS);
afterAll(() => cluster?.stop());

/** Reads `batches` batches and then no more, until the memory no longer changes; then to the end, after which it gives its memory back. */
const reader = `
import { setTimeout as delay } from 'node:timers/promises';
import { tcp } from '@fluvio-ts/adapter-tcp';
import { connect } from '@fluvio-ts/client';
const { endpoint, tls, topic, options, batches, pauses, records, atLeast } = JSON.parse(process.argv[1]);
const held = () => {
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};
const client = await connect({ endpoint, transport: tcp({ tls }) });
const before = held();
const consumer = client.consumer(topic, { start: 'beginning', ...options });
const reading = consumer.batches()[Symbol.asyncIterator]();
let seen = 0;
let inOrder = true;
const take = async () => {
  const { value: batch } = await reading.next();
  inOrder &&= batch.firstOffset === BigInt(seen);
  seen += batch.length;
};
for (let i = 0; i < batches; i++) await take();
if (pauses) consumer.pause();
const settled = async (from, to) => {
  for (let last = NaN, same = 0; ; ) {
    await delay(20);
    const grown = held() - before;
    same = Math.abs(grown - last) < 262_144 && grown >= from && grown <= to ? same + 1 : 0;
    if (same === 15) return grown;
    last = grown;
  }
};
const grown = await settled(atLeast, Infinity);
consumer.resume();
while (seen < records) await take();
await client.close();
await settled(-Infinity, 4_194_304);
console.log(JSON.stringify({ grown, seen, inOrder }));
`;

interface Held {
  readonly grown: number;
  readonly seen: number;
  readonly inOrder: boolean;
}

const run = async (job: {
  readonly options: object;
  readonly batches: number;
  readonly pauses: boolean;
  /** What it comes to hold, however long that takes. */
  readonly atLeast: number;
}): Promise<Held> => {
  const { endpoint, tls = false } = cluster;
  const argument = JSON.stringify({ endpoint, tls, topic, records: RECORDS, ...job });
  const args = ['--expose-gc', '--input-type=module', '-e', reader, argument];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  return JSON.parse(stdout) as Held;
};

test(
  'a consumer that is paused in a large topic holds 16 MB at most, and then reads all of it',
  async () => {
    const { grown, seen, inOrder } = await run({ options: {}, batches: 20, pauses: true, atLeast: 0 });
    expect(grown).toBeLessThan(16 * MEGABYTE);
    expect(TOPIC_BYTES).toBeGreaterThan(200 * MEGABYTE);
    expect({ seen, inOrder }).toEqual({ seen: RECORDS, inOrder: true });
  },
  2 * MINUTE_MS,
);

test.each([2, 6])(
  'one that is not paused and does not read holds its budget of %i MB and an answer',
  async (megabytes) => {
    const options = { prefetchBytes: megabytes * MEGABYTE };
    // It does read ahead: a bound that nothing comes near proves nothing.
    const atLeast = (megabytes - 1.5) * MEGABYTE;
    const { grown, seen, inOrder } = await run({ options, batches: 1, pauses: false, atLeast });
    expect(grown).toBeGreaterThanOrEqual(atLeast);
    expect(grown).toBeLessThan((megabytes + 2.5) * MEGABYTE);
    expect({ seen, inOrder }).toEqual({ seen: RECORDS, inOrder: true });
  },
  2 * MINUTE_MS,
);
