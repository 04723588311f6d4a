import { defineErrors } from '@fluvio-ts/protocol';
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
    await connected(cluster, { endpoint: ['down:1', 'up:2'] });
    expect(tried).toEqual(['down:1', 'up:2']);
  });

  test('fails when none answers, with the last reason', async () => {
    const cluster = broker();
    cluster.faults.connect = () => refused('connection/refused', { at: 'here' });
    await expect(connected(cluster, { endpoint: ['a:1', 'b:2'] })).rejects.toMatchObject({
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

  test.each([['nonsense'], ['host:0'], ['host:99999'], [[]]])('refuses the endpoint %o', async (endpoint) => {
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
