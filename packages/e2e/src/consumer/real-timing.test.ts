/** The cures for the timing of Fluvio's SPUs, against a server that writes like one. */
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import type { Client, ConnectOptions, ConsumerOptions } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import type { Address, Transport } from '@fluvio-ts/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pieces } from './pieces.ts';
import { pieces } from './pieces.ts';

let cluster: Cluster;
let writer: Client;
let topics = 0;

beforeAll(async () => {
  cluster = await startCluster();
  writer = await connect({ endpoint: cluster.endpoint, transport: tcp() });
});
afterAll(async () => {
  await writer.close();
  await cluster.stop();
});

const spuAddress = (): Address => {
  const [spu] = cluster.spus;
  if (spu === undefined) throw new Error('no SPU');
  return spu.address;
};

const topic = async (): Promise<string> => {
  const name = `pieces-${topics++}`;
  await admin(writer).topics.create(name);
  return name;
};

/** TCP, and how many writes to SPUs were no more than the beginning of a frame. */
const counting = (): { readonly transport: Transport; readonly begun: () => number } => {
  let begun = 0;
  const plain = tcp();
  const transport: Transport = {
    async connect(to, options) {
      const pipe = await plain.connect(to, options);
      if (to.kind === 'sc') return pipe;
      const write = (chunks: readonly Uint8Array[]): Promise<void> => {
        if (chunks.reduce((sum, chunk) => sum + chunk.length, 0) <= 3) begun++;
        return pipe.write(chunks);
      };
      return { ...pipe, write };
    },
  };
  return { transport, begun: () => begun };
};

const through = (proxy: Pieces, options: Partial<ConnectOptions> = {}): Promise<Client> =>
  connect({ endpoint: cluster.endpoint, transport: tcp(), spuAddress: () => proxy.address, ...options });

describe('acknowledging early', () => {
  /** Milliseconds for so many records, each produced when the one before it has been consumed. */
  const exchange = async (earlyAck: boolean, records: number): Promise<{ ms: number; begun: number }> => {
    const name = await topic();
    await using proxy = await pieces(spuAddress());
    const { transport, begun } = counting();
    await using client = await through(proxy, { earlyAck, transport });
    await using producer = await writer.producer(name);
    await producer.send({ value: 'the first' });
    const consumer = client.consumer(name, { start: 'beginning' });
    const values: string[] = [];
    let startedAt = performance.now();
    for await (const record of consumer) {
      values.push(record.text());
      // The kernel acknowledges at once in the beginning.
      if (values.length === 20) startedAt = performance.now();
      if (values.length === records) break;
      await producer.send({ value: `${values.length}` });
    }
    expect(values.slice(1)).toEqual(Array.from({ length: records - 1 }, (_, i) => `${i + 1}`));
    return { ms: performance.now() - startedAt, begun: begun() };
  };

  test('is several times as fast as waiting for the kernel, and loses and repeats nothing', async ({ skip }) => {
    skip(process.platform !== 'linux', 'the delay of acknowledgements that it is about is that of Linux');
    const late = await exchange(false, 60);
    const early = await exchange(true, 60);
    expect(late.begun).toBe(0);
    expect(early.begun).toBeGreaterThan(0);
    expect(late.ms / early.ms).toBeGreaterThan(2);
  });

  test('writes nothing more to a server that sends answers in one piece', async () => {
    const name = await topic();
    await using producer = await writer.producer(name);
    const { transport, begun } = counting();
    await using client = await connect({ endpoint: cluster.endpoint, transport });
    let seen = 0;
    await producer.send({ value: '0' });
    for await (const record of client.consumer(name, { start: 'beginning' })) {
      expect(record.text()).toBe(`${seen}`);
      if (++seen === 100) break;
      await producer.send({ value: `${seen}` });
    }
    expect(begun()).toBe(0);
  });
});

describe('windows that grow', () => {
  const BYTES = 24 * 1024 * 1024;
  const VALUE = new Uint8Array(10_000).fill(65);

  const catchUp = async (name: string, options: ConsumerOptions, answerMs: number) => {
    await using proxy = await pieces(spuAddress(), { answerMs });
    await using client = await through(proxy);
    const startedAt = performance.now();
    let next = 0n;
    for await (const batch of client.consumer(name, { start: 'beginning', until: 'end', ...options }).batches()) {
      for (const record of batch) {
        expect(record.offset).toBe(next);
        next++;
      }
    }
    return { ms: performance.now() - startedAt, next, windows: proxy.windows };
  };

  test('catch up faster where the server takes long for each answer, within the budget', async () => {
    const name = await topic();
    await using producer = await writer.producer(name);
    const records = Math.ceil(BYTES / VALUE.length);
    for (let sent = 0; sent < records; sent += 100) {
      const count = Math.min(100, records - sent);
      await Promise.all(Array.from({ length: count }, () => producer.send({ value: VALUE })));
    }
    const small = { maxBytes: 262_144, prefetchBytes: 8_388_608 };
    const fixed = await catchUp(name, { ...small, adaptive: false }, 20);
    const grown = await catchUp(name, small, 20);
    expect([fixed.next, grown.next]).toEqual([BigInt(records), BigInt(records)]);
    expect(fixed.windows).toEqual([262_144]);
    expect(grown.windows).toEqual([262_144, 1_048_576, 4_194_304]);
    expect(fixed.ms / grown.ms).toBeGreaterThan(1.5);
  }, 60_000);
});
