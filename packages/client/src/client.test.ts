import { getEventListeners } from 'node:events';
import { defineErrors, listOf } from '@fluvio-ts/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import type { Client } from './client.ts';
import { clusterOf, connect } from './client.ts';
import type { Broker } from './testing/broker.ts';
import { broker } from './testing/broker.ts';
import { until } from './testing/until.ts';

const refused = defineErrors<{ 'connection/refused': { at: string } }>({
  'connection/refused': { text: (c) => `nobody listens at ${c.at}`, retryable: true },
});

const clients: Client[] = [];
const connected = async (cluster: Broker, options = {}): Promise<Client> => {
  const client = await connect({ endpoint: 'localhost:9003', transport: cluster.transport, ...options });
  clients.push(client);
  return client;
};
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close({ timeoutMs: 1 })));
});

describe('connect', () => {
  test('learns the version of the cluster', async () => {
    expect((await connected(broker())).platformVersion).toBe('0.18.1');
  });

  test('asks localhost:9003 when it is not told where', async () => {
    const cluster = broker();
    const client = await connect({ transport: cluster.transport });
    clients.push(client);
    expect(client.endpoint).toBe('localhost:9003');
  });

  test('tries the endpoints in order', async () => {
    const cluster = broker();
    const tried: string[] = [];
    cluster.faults.connect = ({ address }) => {
      tried.push(`${address.host}:${address.port}`);
      return address.host === 'down' ? refused('connection/refused', { at: 'down:1' }) : undefined;
    };
    await connected(cluster, { endpoint: undefined, endpoints: ['down:1', 'up:2'] });
    expect(tried).toEqual(['down:1', 'up:2']);
  });

  test('fails when none answers, with the last reason', async () => {
    const cluster = broker();
    cluster.faults.connect = () => refused('connection/refused', { at: 'here' });
    await expect(connected(cluster, { endpoint: undefined, endpoints: ['a:1', 'b:2'] })).rejects.toMatchObject({
      code: 'connect/failed',
      message: 'no Fluvio cluster could be reached at a:1, b:2: nobody listens at here',
    });
  });

  test('fails within its deadline when the server is silent', async () => {
    const silent = {
      connect: (_: unknown, { signal }: { signal?: AbortSignal } = {}) =>
        new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    };
    await expect(connect({ endpoint: 'a:1', transport: silent, connectTimeoutMs: 20 })).rejects.toMatchObject({
      code: 'connect/failed',
      message: expect.stringContaining('20 ms'),
    });
  });

  test('can be aborted', async () => {
    const why = new Error('enough');
    await expect(connected(broker(), { signal: AbortSignal.abort(why) })).rejects.toMatchObject({
      code: 'request/aborted',
      cause: why,
    });
  });

  test.each([['nonsense'], ['host:0'], ['host:99999']])('refuses the endpoint %o', async (endpoint) => {
    await expect(connected(broker(), { endpoint })).rejects.toMatchObject({
      code: 'option/invalid',
      context: { option: 'endpoint' },
    });
  });
});

describe('metadata', () => {
  test('survives a lost controller, is refreshed by the next one, and serves meanwhile', async () => {
    const cluster = broker();
    cluster.addTopic('old', 1);
    const client = await connected(cluster);
    let down = true;
    cluster.faults.connect = (to) =>
      to.kind === 'sc' && down ? refused('connection/refused', { at: 'sc' }) : undefined;
    cluster.cut(0);
    await until(() => cluster.connections(0) === 0);
    const producer = await client.producer('old');
    expect(await producer.send({ value: '' })).toMatchObject({ offset: 0n });
    cluster.addTopic('new', 2);
    down = false;
    expect(await client.offsets('new', 1)).toEqual({ start: 0n, highWatermark: 0n });
  });

  test('a topic deleted and announced is gone', async () => {
    const cluster = broker();
    cluster.addTopic('a', 1);
    cluster.addTopic('b', 1);
    const client = await connected(cluster);
    cluster.deleteTopic('a');
    await until(() => clusterOf(client).metadata.topics.get('a') === undefined);
    await expect(client.producer('a')).rejects.toMatchObject({
      code: 'topic/not-found',
    });
  });
});

test('a dial that hangs holds nobody up whose partition has found another leader', async () => {
  const cluster = broker(2);
  cluster.addTopic('t', 1);
  let hangs = true;
  const dialled: number[] = [];
  const client = await connect({
    transport: {
      connect(to, options) {
        if (to.kind === 'spu') dialled.push(to.id);
        if (to.kind === 'spu' && to.id === 1 && hangs) return new Promise(() => {});
        return cluster.transport.connect(to, options);
      },
    },
  });
  clients.push(client);
  const producer = await client.producer('t');
  const sent = producer.send({ value: 'x' });
  await until(() => dialled.includes(1));
  cluster.moveLeader('t', 0, 2);
  expect(await sent).toMatchObject({ partition: 0, offset: 0n });
  hangs = false;
});

test('a dead SPU with many partitions is dialled once per pause, not once per partition', async () => {
  const cluster = broker(1);
  cluster.addTopic('t', 50);
  const client = await connected(cluster);
  let dials = 0;
  let down = true;
  cluster.faults.connect = (to) => {
    if (to.kind === 'sc' || !down) return undefined;
    dials++;
    return refused('connection/refused', { at: 'spu' });
  };
  const producer = await client.producer('t');
  const failures = new Set<number>();
  client.on('connect-failed', () => failures.add(performance.now()));
  const sends = Array.from({ length: 50 }, (_, partition) => producer.send({ value: 'x', partition }));
  await until(() => dials >= 4);
  // Four attempts are three pauses later; with an own dial for each partition it would be dozens.
  expect(dials).toBeLessThan(10);
  down = false;
  expect(await Promise.all(sends)).toHaveLength(50);
});

test('close ends in time although a record can never be delivered', async () => {
  const cluster = broker();
  cluster.addTopic('t', 1);
  cluster.faults.produce = () => 'silent';
  const client = await connected(cluster);
  const producer = await client.producer('t');
  const sent = producer.send({ value: 'x' });
  const rejected = expect(sent).rejects.toMatchObject({ code: 'produce/closed' });
  await client.close({ timeoutMs: 20 });
  await rejected;
  expect(cluster.connections(0) + cluster.connections(1)).toBe(0);
});

test.each([
  [{ endpoints: [] }, 'endpoints', /is empty/],
  [{ endpoint: 'a:1', endpoints: ['b:2'] }, 'endpoint', /give one of them/],
])('refuses %o', async (options, option, words) => {
  const wrong = connect({ transport: broker().transport, ...options });
  await expect(wrong).rejects.toMatchObject({
    code: 'option/invalid',
    context: { option },
    message: expect.stringMatching(words),
  });
});

test.each([-1, 1, 0.5, Number.NaN])('partition %d is refused at once: there is none', async (partition) => {
  const cluster = broker();
  cluster.addTopic('t', 1);
  const client = await connected(cluster);
  const refusal = { code: 'partition/not-found', context: { partition, partitions: 1 } };
  await expect(client.offsets('t', partition)).rejects.toMatchObject(refusal);
  await expect(client.fetch('t', partition, { offset: 0n })).rejects.toMatchObject(refusal);
});

test('a hundred calls and consumers with one signal are no leak, and leave no listener', async () => {
  const cluster = broker();
  cluster.addTopic('t', 1);
  const client = await connected(cluster);
  await (await client.producer('t')).send({ value: 'x' });
  const { signal } = new AbortController();
  const warnings: Error[] = [];
  const hear = (warning: Error): void => void warnings.push(warning);
  process.on('warning', hear);
  const read = async (): Promise<void> => {
    for await (const _ of client.consumer('t', { start: 'beginning', until: 'end', signal }));
  };
  await Promise.all(
    Array.from({ length: 100 }, () => [
      client.offsets('t', 0, { signal }),
      client.fetch('t', 0, { offset: 0n, signal }),
      clusterOf(client).callSc(listOf.Topic, { nameFilters: [], summary: false, system: false }, { signal }),
      read(),
    ]).flat(),
  );
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', hear);
  expect(warnings).toEqual([]);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('offsets are asked of the leader until there is one', async () => {
  const cluster = broker(2);
  cluster.addTopic('t', 1);
  const client = await connected(cluster);
  await (await client.producer('t')).send({ value: '' });
  cluster.moveLeader('t', 0, 2, { quietly: true });
  const offsets = client.offsets('t', 0);
  await until(() => cluster.connections(1) === 2);
  cluster.announce();
  expect(await offsets).toEqual({ start: 0n, highWatermark: 1n });
  await expect(client.offsets('t', 1)).rejects.toMatchObject({ code: 'partition/not-found' });
});

test('close tells what was not delivered, although a consumer took all of its time', async () => {
  const cluster = broker();
  cluster.addTopic('t', 1);
  cluster.addTopic('consumer-offset', 1);
  const client = await connect({ transport: cluster.transport });
  const producer = await client.producer('t');
  await producer.sendAll([{ value: 'a' }, { value: 'b' }]);
  const records = client.consumer('t', { consumerId: 'c', start: 'beginning' })[Symbol.asyncIterator]();
  await records.next();
  await records.next();
  // The first record is done, and the SPU is gone when its offset should be stored.
  cluster.freeze(1);
  await producer.enqueue({ value: 'c' });
  await expect(client.close({ timeoutMs: 50 })).rejects.toMatchObject({
    code: 'produce/undelivered',
    context: { records: 1 },
  });
});

test('close is idempotent, ends every connection, and refuses what comes later', async () => {
  const cluster = broker();
  cluster.addTopic('t', 1);
  const client = await connected(cluster);
  await (await client.producer('t')).send({ value: '' });
  await Promise.all([client.close(), client.close()]);
  await until(() => cluster.connections(0) + cluster.connections(1) === 0);
  expect(() => client.consumer('t')).toThrow(/closed/);
  await expect(client.offsets('t', 0)).rejects.toMatchObject({ code: 'client/closed' });
});
