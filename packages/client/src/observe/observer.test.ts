import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { connect } from '../client.ts';
import { broker } from '../testing/broker.ts';
import { until } from '../testing/until.ts';
import { channels } from './diagnostics.ts';
import type { ClientEvent } from './events.ts';
import type { LogFields } from './logger.ts';
import { observer } from './observer.ts';

const clients: Client[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close({ timeoutMs: 1 })));
});

describe('events', () => {
  test('a client tells of connections, their loss, and the next ones, through hooks and listeners', async () => {
    const cluster = broker();
    cluster.addTopic('t', 2);
    const seen: ClientEvent[] = [];
    const hook = (event: ClientEvent): void => void seen.push(event);
    const client = await connect({
      transport: cluster.transport,
      hooks: { connected: hook, disconnected: hook, metadata: hook },
    });
    clients.push(client);
    expect(seen.map(({ type }) => type)).toEqual(['connected', 'metadata']);
    expect(seen[1]).toMatchObject({ topics: 1, partitions: 2, spus: 1 });
    const again = new Promise((resolve) => {
      client.on('connected', resolve);
    });
    cluster.cut(0);
    expect(await again).toMatchObject({ server: 'sc', address: 'localhost:9003' });
    expect(seen.find(({ type }) => type === 'disconnected')).toMatchObject({ server: 'sc', isExpected: false });
  });

  test('requests are told of with their server and time, failures with their error', async () => {
    const cluster = broker();
    cluster.addTopic('t', 1);
    const client = await connect({ transport: cluster.transport });
    clients.push(client);
    const requests: unknown[] = [];
    const stop = client.on('request', (event) => requests.push(event));
    const producer = await client.producer('t');
    await producer.send({ value: 'x' });
    expect(requests).toContainEqual({
      type: 'request',
      server: 'spu',
      spuId: 1,
      address: 'localhost:9010',
      api: 'Produce',
      durationMs: expect.any(Number),
    });
    cluster.faults.produce = () => 'cut';
    const failed = producer.send({ value: 'x' }).catch(() => {});
    await until(() => requests.some((event) => (event as { error?: unknown }).error !== undefined));
    stop();
    cluster.faults.produce = () => undefined;
    const before = requests.length;
    await failed;
    await producer.send({ value: 'x' });
    expect(requests).toHaveLength(before);
  });

  test('the channels of the runtime carry the same, and cost nothing when nobody subscribes', async () => {
    const cluster = broker();
    const heard: unknown[] = [];
    const listener = (message: unknown): void => void heard.push(message);
    subscribe('fluvio:connected', listener);
    clients.push(await connect({ transport: cluster.transport }));
    unsubscribe('fluvio:connected', listener);
    expect(heard).toMatchObject([{ type: 'connected', server: 'sc' }]);
    expect(observer().wants('request')).toBe(false);
  });

  test('a runtime without channels is no obstacle', () => {
    for (const runtime of [{}, { process: {} }, { process: { getBuiltinModule: () => undefined } }]) {
      expect(channels(runtime)('x').hasSubscribers).toBe(false);
    }
    const broken = {
      process: {
        getBuiltinModule: () => {
          throw new Error('no such module');
        },
      },
    };
    expect(channels(broken)('x').hasSubscribers).toBe(false);
  });

  test('what listeners throw, or reject with, is told to the log and changes nothing', async () => {
    const lines: string[] = [];
    const told = observer(
      {
        warning: () => {
          throw new Error('mine');
        },
      },
      { error: (message) => lines.push(message) },
    );
    told.on('warning', (async () => {
      throw new Error('later');
    }) as () => void);
    told.tell({ type: 'warning', message: 'x' });
    await until(() => lines.length === 2);
    expect(lines).toEqual(["a listener of 'warning' failed: mine", "a listener of 'warning' failed: later"]);
  });
});

describe('what callers call asynchronous and fails', () => {
  const unhandled: unknown[] = [];
  const hear = (reason: unknown): void => void unhandled.push(reason);
  /** As JavaScript allows it, and TypeScript where a function that returns nothing is wanted. */
  const fail = (async (): Promise<void> => {
    throw new Error('mine');
  }) as () => void;
  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', hear);
  });
  afterEach(() => {
    process.off('unhandledRejection', hear);
  });
  const noneUnhandled = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  };

  test('loggers, and hooks of producers, end no process', async () => {
    const cluster = broker();
    cluster.addTopic('t', 1);
    const logger = { debug: fail, info: fail, warn: fail, error: fail };
    const client = await connect({
      transport: cluster.transport,
      logger,
      hooks: { batch: fail, 'producer-retry': fail },
    });
    clients.push(client);
    const producer = await client.producer('t', { onBatch: fail, onRetry: fail, onFailure: fail });
    let cuts = 0;
    cluster.faults.produce = () => (cuts++ === 0 ? 'cut' : undefined);
    await producer.send({ value: 'x' });
    cluster.faults.produce = () => ({ kind: 'MessageTooLarge' });
    await producer.enqueue({ value: 'y' });
    await producer.flush();
    expect(producer.stats()).toMatchObject({ retries: 1, failed: 1 });
    await noneUnhandled();
  });

  test('hooks of consumers end the consumer, as when they throw', async () => {
    const cluster = broker();
    cluster.addTopic('t', 1);
    const client = await connect({ transport: cluster.transport });
    clients.push(client);
    const reading = client.consumer('t', { start: 'beginning', onRetry: fail })[Symbol.asyncIterator]().next();
    await until(() => cluster.streams.length === 1);
    cluster.cut(1);
    await expect(reading).rejects.toThrow('mine');
    await noneUnhandled();
  });
});

describe('the log', () => {
  test('says what a reader needs, in plain fields, and no payload', async () => {
    const lines: { level: string; message: string; fields: LogFields }[] = [];
    const at = (level: string) => (message: string, fields: LogFields) => void lines.push({ level, message, fields });
    const cluster = broker();
    cluster.addTopic('t', 1);
    const client = await connect({
      transport: cluster.transport,
      logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    });
    clients.push(client);
    await (await client.producer('t')).send({ key: 'secret-key', value: 'secret-value' });
    cluster.cut(0);
    await until(() => lines.some(({ level }) => level === 'warn'));
    expect(lines.find(({ message }) => message === 'connected to the SC at localhost:9003')?.level).toBe('info');
    expect(lines.find(({ level }) => level === 'warn')).toMatchObject({
      message: expect.stringContaining('lost the SC at localhost:9003'),
      fields: { server: 'sc', code: 'connection/closed' },
    });
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  test('an SPU that registered an address of this machine with a controller elsewhere is warned of, once', async () => {
    const cluster = broker();
    const warnings: string[] = [];
    const client = await connect({
      endpoint: 'far.example:9003',
      transport: cluster.transport,
      hooks: { warning: ({ message }) => warnings.push(message) },
    });
    clients.push(client);
    const again = new Promise((resolve) => {
      client.on('metadata', resolve);
    });
    cluster.cut(0);
    await again;
    expect(warnings).toEqual([expect.stringContaining('SPU 1 is registered at localhost:9010')]);
  });
});

describe('health', () => {
  test('is ready, degraded while the controller is gone, and closed; and it is JSON', async () => {
    const cluster = broker();
    cluster.addTopic('t', 1);
    const client = await connect({ transport: cluster.transport });
    const producer = await client.producer('t');
    await producer.send({ value: 'x' });
    client.consumer('t');
    expect(client.health()).toMatchObject({
      status: 'ready',
      controller: { state: 'ready' },
      connections: [{ server: 'sc' }, { server: 'spu', spuId: 1 }],
      producers: 1,
      consumers: 1,
      totals: { connects: 2, connectFailures: 0, losses: 0 },
    });
    let down = true;
    cluster.faults.connect = (to) => (to.kind === 'sc' && down ? new Error('gone') : undefined);
    cluster.cut(0);
    await until(() => client.health().totals.connectFailures > 0);
    const degraded = client.health();
    expect(degraded).toMatchObject({ status: 'degraded', totals: { losses: 1 }, lastError: { message: 'gone' } });
    expect(JSON.parse(JSON.stringify(degraded))).toEqual(degraded);
    down = false;
    await until(() => client.health().status === 'ready');
    await client.close();
    expect(client.health()).toMatchObject({ status: 'closed', connections: [], inFlight: 0 });
  });

  test('says which partitions are waited for, why and by whom, as events and the log do', async () => {
    const cluster = broker();
    cluster.addTopic('t', 1);
    const lines: string[] = [];
    const retries: unknown[] = [];
    const client = await connect({
      transport: cluster.transport,
      logger: { warn: (message) => lines.push(message) },
      hooks: { 'producer-retry': (event) => retries.push(event) },
    });
    clients.push(client);
    const producer = await client.producer('t');
    const reader = client.consumer('t', { start: 'beginning' })[Symbol.asyncIterator]();
    await producer.send({ value: 'x' });
    await reader.next();
    expect(client.health().waiting).toEqual([]);
    cluster.setOnline(1, false);
    cluster.cut(1);
    const sent = producer.send({ value: 'y' });
    const read = reader.next();
    const isOffline = ({ reason }: { reason: string }): boolean => reason.includes('is offline');
    await until(() => client.health().waiting.filter(isOffline).length === 2);
    const reason = expect.stringContaining('its leader, SPU 1, is offline (the partition is LeaderOffline)');
    const wait = { topic: 't', partition: 0, forMs: expect.any(Number), attempts: expect.any(Number), reason };
    const { waiting } = client.health();
    expect(waiting).toEqual(expect.arrayContaining([{ ...wait, by: 'producer' }]));
    expect(waiting).toEqual(expect.arrayContaining([{ ...wait, by: 'consumer' }]));
    await until(() => lines.some((line) => line.includes('records for t-0 wait (1): partition t-0 cannot be reached')));
    expect(retries).toContainEqual(
      expect.objectContaining({ type: 'producer-retry', topic: 't', partition: 0, records: 1 }),
    );
    cluster.setOnline(1, true);
    await Promise.all([sent, read]);
    expect(client.health().waiting).toEqual([]);
  });

  test('counts what is not answered', async () => {
    const cluster = broker();
    cluster.addTopic('t', 1);
    cluster.faults.produce = () => 'silent';
    const client = await connect({ transport: cluster.transport });
    clients.push(client);
    const producer = await client.producer('t');
    const sent = producer.send({ value: 'x' }).catch(() => {});
    await until(() => client.health().inFlight === 1);
    expect(client.health().bufferedBytes).toBeGreaterThan(0);
    await client.close({ timeoutMs: 1 });
    await sent;
  });
});
