/** The client over a network that fails: cut, reset, stalled, slow, in pieces, and into nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import type { Client, ConnectOptions } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import { formatAddress, parseAddress } from '@fluvio-ts/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { settled, sockets } from '../transport/support.ts';
import type { FaultProxy, NetworkFault } from './proxy.ts';
import { faultProxy } from './proxy.ts';

let cluster: Cluster;
let sc: FaultProxy;
let spu: FaultProxy;
const clients: Client[] = [];
let topics = 0;

beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.stop());
beforeEach(async () => {
  const [only] = cluster.spus;
  if (only === undefined) throw new Error('the cluster has no SPU');
  sc = await faultProxy(parseAddress(cluster.endpoint));
  spu = await faultProxy(only.address);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(clients.splice(0).map((client) => client.close({ timeoutMs: 1_000 })));
  await Promise.all([sc.close(), spu.close()]);
});

/** A client that knows the cluster only behind the proxies. */
const through = async (options: Partial<ConnectOptions> = {}): Promise<Client> => {
  const client = await connect({
    endpoint: formatAddress(sc.address),
    transport: tcp(),
    spuAddress: () => spu.address,
    ...options,
  });
  clients.push(client);
  return client;
};

/** A topic made over a sound connection. */
const newTopic = async (): Promise<string> => {
  const name = `t${++topics}`;
  await using client = await connect({ endpoint: cluster.endpoint, transport: tcp() });
  await admin(client).topics.create(name);
  return name;
};

/** What is stored, over a sound connection. */
const stored = async (topic: string): Promise<string[]> => {
  await using client = await connect({ endpoint: cluster.endpoint, transport: tcp() });
  const values: string[] = [];
  for await (const record of client.consumer(topic, { start: 'beginning', until: 'end' })) values.push(record.text());
  return values;
};

/** Produces and consumes at the same time, and checks that nothing is lost, out of order, or twice without a word. */
async function conforms(client: Client, topic: string, rounds = 20): Promise<void> {
  const consumer = client.consumer(topic, { start: 'beginning', maxBytes: 2_000 });
  const received: string[] = [];
  const values = Array.from({ length: rounds * 5 }, (_, i) => `${i}`.padEnd(100, '.'));
  const reading = (async () => {
    for await (const record of consumer) {
      received.push(record.text());
      if (record.text() === values.at(-1)) break;
    }
  })();
  const producer = await client.producer(topic, { batchBytes: 1_000 });
  let duplicates = 0;
  for (let round = 0; round < rounds; round++) {
    const results = await producer.sendAll(values.slice(round * 5, round * 5 + 5).map((value) => ({ value })));
    duplicates += results.filter(({ mayBeDuplicate }) => mayBeDuplicate).length;
  }
  await reading;
  const once = [...new Set(received)];
  expect(once).toEqual(values);
  expect(received.length - once.length).toBeLessThanOrEqual(duplicates);
  // What the consumer has seen is what is stored: it repeated nothing of its own.
  expect(received).toEqual((await stored(topic)).slice(0, received.length));
}

describe('what changes nothing but the shape and speed of the stream', () => {
  test.each<[NetworkFault]>([
    [{ kind: 'fragment', bytes: 1 }],
    [{ kind: 'fragment', bytes: 7 }],
    [{ kind: 'slow', bytesPerSecond: 200_000 }],
  ])('%o', async (fault) => {
    sc.inject(fault);
    spu.inject(fault);
    const client = await through();
    await conforms(client, await newTopic(), 6);
  });
});

describe('a connection that is cut', () => {
  test.each(['boundary', 'middle'] as const)('at every answer of the SPU, at its %s', async (at) => {
    for (let frames = 0; frames < 12; frames++) {
      const client = await through();
      const topic = await newTopic();
      spu.inject({ kind: 'cut', frames, at });
      await conforms(client, topic, 4);
      await client.close();
    }
  });

  test.each(['boundary', 'middle'] as const)('at every answer of the controller, at its %s', async (at) => {
    for (let frames = 0; frames < 8; frames++) {
      sc.inject({ kind: 'cut', frames, at });
      // Before the metadata is complete it is a connection that failed; a second endpoint of the same controller answers.
      const client = await through({
        endpoint: undefined,
        endpoints: [formatAddress(sc.address), cluster.endpoint],
      } as never);
      await conforms(client, await newTopic(), 2);
      await client.close();
    }
  });

  test('by resets, again and again, while records come and go', async () => {
    const client = await through();
    const topic = await newTopic();
    let done = false;
    const resets = (async () => {
      for (let seen = spu.frames; !done; ) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (spu.frames < seen + 15) continue;
        spu.reset();
        seen = spu.frames;
      }
    })();
    await conforms(client, topic, 60);
    done = true;
    await resets;
    expect(client.health().totals.losses).toBeGreaterThan(3);
  });
});

test('a half-open connection is found by a probe, and left', { timeout: 60_000 }, async () => {
  const client = await through({ probeIntervalMs: 200 });
  const topic = await newTopic();
  const producer = await client.producer(topic);
  await producer.send({ value: 'before' });
  const lost = new Promise<number>((resolve) => {
    const since = performance.now();
    client.on('disconnected', ({ server }) => server === 'spu' && resolve(performance.now() - since));
  });
  spu.inject({ kind: 'stall' });
  const sent = producer.send({ value: 'meanwhile' });
  expect(await lost).toBeLessThan(30_000);
  spu.inject({ kind: 'none' });
  expect(await sent).toMatchObject({ mayBeDuplicate: true });
  expect(await stored(topic)).toContain('meanwhile');
});

describe('a program that is busy for longer than its deadlines', () => {
  const busy = (ms: number): void => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  };

  test('connects all the same', async () => {
    const connecting = connect({
      endpoint: cluster.endpoint,
      transport: tcp({ connectTimeoutMs: 500 }),
      connectTimeoutMs: 500,
    });
    busy(1_200);
    await (await connecting).close();
  });

  test('gets the answers that came meanwhile: no error, and nothing sent again', async () => {
    const client = await through({ requestTimeoutMs: 500 });
    const topic = await newTopic();
    const producer = await client.producer(topic, { deliveryTimeoutMs: 500 });
    await producer.send({ value: 'first' });
    await client.offsets(topic, 0);
    const answers = [producer.send({ value: 'second' }), client.offsets(topic, 0), admin(client).topics.list()];
    await new Promise((resolve) => setImmediate(resolve));
    busy(1_200);
    expect((await Promise.all(answers))[0]).toMatchObject({ offset: 1n, mayBeDuplicate: false });
    expect(await stored(topic)).toEqual(['first', 'second']);
  });
});

test('an endpoint that takes connections and loses everything is left for the next', async () => {
  sc.inject({ kind: 'black-hole' });
  const endpoints = [formatAddress(sc.address), cluster.endpoint];
  await using client = await connect({ endpoints, transport: tcp(), connectTimeoutMs: 500 });
  expect(client.health()).toMatchObject({ status: 'ready', totals: { connectFailures: 1 } });
});

test('a thousand lost connections leave no socket, no timer and no listener', { timeout: 120_000 }, async () => {
  // The shortest pauses that chance may bring.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const before = sockets();
  const controller = new AbortController();
  const add = vi.spyOn(controller.signal, 'addEventListener');
  const remove = vi.spyOn(controller.signal, 'removeEventListener');
  const client = await through({ signal: controller.signal });
  const topic = await newTopic();
  const producer = await client.producer(topic);
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const reconnect = async (proxy: FaultProxy, server: 'sc' | 'spu'): Promise<void> => {
    const again = new Promise<void>((resolve) => {
      const stop = client.on('connected', (event) => {
        if (event.server !== server) return;
        stop();
        resolve();
      });
    });
    proxy.reset();
    if (server === 'spu') await producer.send({ value: 'x' });
    await again;
  };
  await producer.send({ value: 'first' });
  await reconnect(sc, 'sc');
  await reconnect(spu, 'spu');
  const steady = { sockets: sockets(), timers: timers() };
  for (let i = 0; i < 500; i++) {
    await reconnect(sc, 'sc');
    await reconnect(spu, 'spu');
  }
  await settled(() => sockets() <= steady.sockets);
  expect(timers()).toBeLessThanOrEqual(steady.timers + 2);
  expect(client.health()).toMatchObject({ status: 'ready', totals: { losses: expect.any(Number) } });
  expect(client.health().totals.losses).toBeGreaterThanOrEqual(1_000);
  await client.close();
  expect(add.mock.calls.length).toBe(remove.mock.calls.length);
  await settled(() => sockets() <= before);
});

test('a program that closes its client ends by itself', async () => {
  const topic = await newTopic();
  const url = (name: string): string => JSON.stringify(import.meta.resolve(name));
  const program = `
    const { connect } = await import(${url('@fluvio-ts/client')});
    const { tcp } = await import(${url('@fluvio-ts/adapter-tcp')});
    const client = await connect({ endpoint: '${cluster.endpoint}', transport: tcp() });
    const producer = await client.producer('${topic}');
    await producer.send({ value: 'x' });
    for await (const record of client.consumer('${topic}', { start: 'beginning' })) { console.log(record.text()); break; }
    await client.close();
  `;
  const child = spawn(process.execPath, ['--unhandled-rejections=strict', '--input-type=module', '-e', program]);
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'exit');
  expect([code, output.trim()]).toEqual([0, 'x']);
});
