/** Appending and reading with one replica and with three: how fast, how late, and for how long nobody leads when a leader dies. */
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import type { BenchRow } from '../row.ts';
import { percentile, row } from './target.ts';

const VALUE_BYTES = 1_024;
const RECORDS = 40_000;
const ROUNDS = 7;
const TRIPS = 2_000;
const KILLS = 15;
const COMMITTED = { isolation: 'read_committed' } as const;

/** Records a second, every one committed, and milliseconds from a send to the reader, for one replica and for three. */
export async function appendRows(say: (text: string) => void): Promise<BenchRow[]> {
  await using cluster = await startCluster({ mode: 'processes', spus: 3 });
  await using client = await connect({ endpoint: cluster.endpoint, transport: tcp() });
  const rows: BenchRow[] = [];
  for (const replicationFactor of [1, 3]) {
    const topic = `append-${replicationFactor}`;
    await admin(client).topics.create(topic, { replicationFactor });
    say(`append, replication ${replicationFactor}`);
    const rates = await append(client, topic);
    const megabytes = (percentile(rates, 0.5) * VALUE_BYTES) / 1e6;
    rows.push(
      row(
        `append 1 KB, committed, replication ${replicationFactor}`,
        'records/s',
        rates,
        undefined,
        `${megabytes.toFixed(0)} MB/s`,
      ),
    );
    say(`latency, replication ${replicationFactor}`);
    const late = await latency(client, topic);
    const tail = `p99 ${percentile(late, 0.99).toFixed(2)} ms, p99.9 ${percentile(late, 0.999).toFixed(2)} ms`;
    rows.push(row(`send to reader, committed, replication ${replicationFactor}`, 'ms', late, undefined, tail));
  }
  return rows;
}

async function append(client: Client, topic: string): Promise<number[]> {
  await using producer = await client.producer(topic, COMMITTED);
  const value = new Uint8Array(VALUE_BYTES).fill(97);
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = performance.now();
    let last: Promise<unknown> = Promise.resolve();
    for (let i = 0; i < RECORDS; i += 1_000) {
      const before = last;
      for (let n = 0; n < 1_000; n++) last = producer.send({ value });
      await before;
    }
    await producer.flush();
    if (round > 0) rates.push((RECORDS / (performance.now() - began)) * 1_000);
  }
  return rates;
}

/** One record at a time, each sent when the reader has the one before. */
async function latency(client: Client, topic: string): Promise<number[]> {
  await using producer = await client.producer(topic, COMMITTED);
  const consumer = client.consumer(topic, { start: { end: 1 }, ...COMMITTED });
  const reader = consumer[Symbol.asyncIterator]();
  await reader.next();
  const value = new Uint8Array(VALUE_BYTES).fill(97);
  const samples: number[] = [];
  for (let trip = 0; trip < 2 * TRIPS; trip++) {
    const began = performance.now();
    const sent = producer.send({ value });
    await reader.next();
    if (trip >= TRIPS) samples.push(performance.now() - began);
    await sent;
  }
  await consumer.close();
  return samples;
}

/** Milliseconds from `kill -9` of a leader to the first record that the next one has committed, under load. */
export async function failoverRows(say: (text: string) => void): Promise<BenchRow[]> {
  await using cluster = await startCluster({ mode: 'processes', spus: 3 });
  await using client = await connect({ endpoint: cluster.endpoint, transport: tcp() });
  await admin(client).topics.create('failover', { replicationFactor: 3 });
  await using producer = await client.producer('failover', COMMITTED);
  const samples: number[] = [];
  for (let i = 0; i <= KILLS; i++) {
    say(`failover ${i} of ${KILLS}`);
    const killedMs = await killLeader(cluster, client, () => producer.send({ value: 'x' }));
    // The first one meets code that has not run yet.
    if (i > 0) samples.push(killedMs);
  }
  const note = `p99 ${percentile(samples, 0.99).toFixed(0)} ms`;
  return [row('kill -9 of a leader to the first committed record', 'ms', samples, { atMost: 500 }, note)];
}

async function killLeader(cluster: Cluster, client: Client, send: () => Promise<unknown>): Promise<number> {
  await untilInSync(client);
  const [partition] = await admin(client).partitions.list({ topic: 'failover' });
  const leader = partition?.spec.leader as number;
  let done = false;
  let killedAt = Number.POSITIVE_INFINITY;
  let firstMs: number | undefined;
  /** Sends one after another, as a service that has something to say now and then. */
  const working = (async () => {
    while (!done) {
      const sentAt = performance.now();
      await send();
      const now = performance.now();
      // One that was on its way at the kill counts as well, if it was not acknowledged before.
      if (now > killedAt && firstMs === undefined && (sentAt >= killedAt || now - killedAt > 2))
        firstMs = now - killedAt;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 100));
  killedAt = performance.now();
  await cluster.kill(leader);
  while (firstMs === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  done = true;
  await working;
  await cluster.restart(leader);
  return firstMs;
}

/** Until all three have everything, so that two can lead. */
async function untilInSync(client: Client): Promise<void> {
  for (;;) {
    const [partition] = await admin(client).partitions.list({ topic: 'failover' });
    const { leader, replicas = [] } = partition?.status ?? {};
    if (replicas.length === 2 && replicas.every(({ leo }) => leo === leader?.leo)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
