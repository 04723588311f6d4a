/** The client, unchanged, through the gateway: against the embedded cluster, in Node. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tcp } from '@fluvio-ts/adapter-tcp';
import { type WebSocketOptions, webSocket } from '@fluvio-ts/adapter-ws';
import { admin } from '@fluvio-ts/admin';
import { type Client, connect } from '@fluvio-ts/client';
import { type Cluster, type StartClusterOptions, startCluster } from '@fluvio-ts/cluster';
import { type Gateway, type GatewayOptions, startGateway } from '@fluvio-ts/gateway';
import { parseAddress } from '@fluvio-ts/protocol';
import { afterEach, expect, test, vi } from 'vitest';

const toRelease: AsyncDisposable[] = [];
const owned = <T extends AsyncDisposable>(resource: T): T => {
  toRelease.push(resource);
  return resource;
};

afterEach(async () => {
  for (const resource of toRelease.splice(0).reverse()) await resource[Symbol.asyncDispose]();
});

interface Setting {
  readonly cluster: Cluster;
  readonly gateway: Gateway;
}

async function setting(
  options: StartClusterOptions = {},
  gatewayOptions: Partial<GatewayOptions> = {},
): Promise<Setting> {
  const cluster = owned(await startCluster({ spus: 3, ...options }));
  return {
    cluster,
    gateway: owned(await startGateway({ cluster: { endpoint: cluster.endpoint }, ...gatewayOptions })),
  };
}

/** A client through the gateway. */
const through = async ({ url }: Gateway, options: Partial<WebSocketOptions> = {}): Promise<Client> =>
  owned(
    await connect({ endpoint: 'gateway:9095', transport: webSocket({ url, ...options }), requestTimeoutMs: 20_000 }),
  );

/** Texts of all records of a topic, by partition. */
async function contents(client: Client, topic: string): Promise<Map<number, string[]>> {
  const texts = new Map<number, string[]>();
  for await (const record of client.consumer(topic, { start: 'beginning', until: 'end' })) {
    const own = texts.get(record.partition) ?? [];
    own.push(record.text());
    texts.set(record.partition, own);
  }
  return new Map([...texts].sort(([a], [b]) => a - b));
}

test('topics are created, records produced and consumed, the same as over TCP', async () => {
  const { cluster, gateway } = await setting();
  const client = await through(gateway);
  await admin(client).topics.create('cities', { partitions: 6 });
  {
    await using producer = await client.producer('cities');
    const results = await Promise.all(
      Array.from({ length: 5_000 }, (_, i) => producer.send({ key: `country-${i % 40}`, value: `city ${i}` })),
    );
    expect(new Set(results.map(({ partition }) => partition)).size).toBe(6);
  }
  const overWebSocket = await contents(client, 'cities');
  const direct = owned(await connect({ endpoint: cluster.endpoint, transport: tcp() }));
  expect([...overWebSocket.values()].flat()).toHaveLength(5_000);
  expect(overWebSocket).toEqual(await contents(direct, 'cities'));
  // The SC, and the three SPUs for producing; consuming has gone.
  expect(gateway.connections).toBeGreaterThanOrEqual(4);
});

test('large records come through both ways', async () => {
  const { gateway } = await setting({ spus: 1 });
  const client = await through(gateway);
  await admin(client).topics.create('large', { partitions: 1 });
  const values = [1_000_000, 1_048_000, 5_000_000].map((length, seed) =>
    Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 0xff),
  );
  await using producer = await client.producer('large', { maxRequestBytes: 8_000_000 });
  for (const value of values) await producer.send({ value });
  let read = 0;
  for await (const { value } of client.consumer('large', { start: 'beginning', until: 'end' })) {
    expect(Buffer.compare(value, values[read++] ?? new Uint8Array())).toBe(0);
  }
  expect(read).toBe(3);
});

test('what is not in the metadata cannot be reached, however it is asked for', async () => {
  const { cluster, gateway } = await setting({ spus: 1 });
  const ask = async (query: string) => {
    const response = await fetch(`${gateway.url.replace('ws', 'http')}?${query}`);
    return { status: response.status, code: ((await response.json()) as { code: string }).code };
  };
  const [spu] = cluster.spus;
  const address = `127.0.0.1:${spu?.address.port}`;
  const sc = cluster.endpoint;
  expect(await ask(`endpoint=spu&id=${spu?.id}`)).toEqual({ status: 426, code: 'tunnel/upgrade-required' });
  expect(await ask(`domain=${spu?.name}.&addr=${address}`)).toEqual({ status: 426, code: 'tunnel/upgrade-required' });
  const unknown = { status: 404, code: 'tunnel/unknown-spu' };
  expect(await ask('endpoint=spu&id=1')).toEqual(unknown);
  expect(await ask(`domain=${spu?.name}.&addr=${sc}`)).toEqual(unknown);
  expect(await ask(`domain=${spu?.name}.&addr=localhost:22`)).toEqual(unknown);
  expect(await ask(`domain=other.&addr=${address}`)).toEqual(unknown);
  expect(await ask(`endpoint=${address}`)).toEqual({ status: 400, code: 'tunnel/query' });
});

test('the token that the transport presents opens the gateway, another does not', async () => {
  const { gateway } = await setting({ spus: 1 }, { token: 's3cret' });
  const client = await through(gateway, { token: 's3cret' });
  expect(client.platformVersion).toMatch(/^\d+\./);
  const wrong = through(gateway, { token: 'guess' });
  await expect(wrong).rejects.toThrow(/refused the tunnel with 401 .*the token is not the one of this gateway/);
  await expect(through(gateway)).rejects.toThrow(/401 .*wants a token/);
});

test('when no tunnel is free, the client is told so', async () => {
  const { gateway } = await setting({ spus: 1 }, { limits: { maxConnections: 1 } });
  await through(gateway);
  await expect(through(gateway)).rejects.toThrow(/503 .*all 1 tunnels of this gateway are in use/);
});

test('an SPU that goes away and comes back interrupts producing and consuming, and nothing is lost', async () => {
  const { cluster, gateway } = await setting({ spus: 2 });
  const client = await through(gateway);
  await admin(client).topics.create('steady', { partitions: 2 });
  await using producer = await client.producer('steady', { deliveryTimeoutMs: 30_000 });
  const retries: string[] = [];
  const consumer = client.consumer('steady', {
    start: 'beginning',
    onRetry: ({ error }) => retries.push(String(error)),
  });
  const seen = new Set<string>();
  const reading = (async () => {
    for await (const record of consumer) {
      seen.add(record.text());
      if (seen.size === 400) return;
    }
  })();
  const send = (from: number) =>
    Promise.all(Array.from({ length: 200 }, (_, i) => producer.send({ value: `${from + i}`, partition: i % 2 })));
  await send(0);
  await vi.waitFor(() => expect(seen.size).toBe(200), 10_000);
  const [first] = cluster.spus;
  await cluster.shutdown(first?.id ?? 0);
  const sending = send(200);
  sending.catch(() => {}); // Awaited below, when the SPU is back.
  await vi.waitFor(() => expect(retries).not.toEqual([]), 10_000);
  await cluster.restart(first?.id ?? 0);
  const results = await sending;
  await reading;
  expect(results).toHaveLength(200);
  expect(retries[0]).toContain('is closed: ');
  expect([...seen].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, i) => i));
});

test('a cluster that restarts is found again, by the gateway and through it', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'fluvio-gateway-'));
  owned({ [Symbol.asyncDispose]: async () => rmSync(dataDir, { recursive: true, force: true }) });
  const { cluster, gateway } = await setting({ spus: 1, dataDir });
  const client = await through(gateway);
  await admin(client).topics.create('lasting', { partitions: 1 });
  await using producer = await client.producer('lasting');
  await producer.send({ value: 'before' });

  const { port: scPort } = parseAddress(cluster.endpoint);
  const spuPorts = cluster.spus.map(({ address }) => address.port);
  await cluster.stop();
  const health = async () => (await fetch(new URL('/healthz', gateway.url.replace('ws', 'http')))).status;
  expect(await health()).toBe(503);
  // Sent while nobody is there, and acknowledged by the next one.
  const sending = producer.send({ value: 'meanwhile' });
  owned(await startCluster({ spus: 1, dataDir, scPort, spuPorts }));
  expect(await sending).toMatchObject({ partition: 0, offset: 1n });
  await vi.waitFor(async () => expect(await health()).toBe(200), 10_000);
  expect(await contents(await through(gateway), 'lasting')).toEqual(new Map([[0, ['before', 'meanwhile']]]));
});

test('a record waits for a tunnel to become free, as it waits for a leader', async () => {
  const { cluster, gateway } = await setting({ spus: 1 }, { limits: { maxConnections: 2 } });
  const direct = owned(await connect({ endpoint: cluster.endpoint, transport: tcp() }));
  await admin(direct).topics.create('waiting', { partitions: 1 });
  const client = await through(gateway);
  const other = await through(gateway);
  await using producer = await client.producer('waiting', { deliveryTimeoutMs: 20_000 });
  const sending = producer.send({ value: 'x' });
  await expect(through(gateway)).rejects.toThrow(/503/);
  await other.close();
  expect(await sending).toMatchObject({ offset: 0n });
});
