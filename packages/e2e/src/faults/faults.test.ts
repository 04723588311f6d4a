/** Faults that a cluster injects on purpose, as a client meets them, in both modes of a cluster. */
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

describe.each(['inProcess', 'processes'] as const)('a cluster in mode %s', (mode) => {
  let cluster: Cluster;
  let client: Client;
  let topics = 0;

  beforeAll(async () => {
    cluster = await startCluster({ mode, spus: 2, heartbeatMs: 50 });
    client = await connect({ endpoint: cluster.endpoint, transport: tcp() });
  });
  afterAll(async () => {
    await client?.close({ timeoutMs: 1_000 });
    await cluster?.stop();
  });

  /** A topic of one partition for this test alone. */
  const newTopic = async (replicas = 1): Promise<string> => {
    const name = `t${++topics}`;
    await admin(client).topics.create(name, { replicationFactor: replicas });
    return name;
  };
  const readAll = async (topic: string, maxBytes = 1_048_576): Promise<string[]> => {
    const values: string[] = [];
    const options = { start: 'beginning', until: 'end', maxBytes } as const;
    for await (const record of client.consumer(topic, options)) values.push(record.text());
    return values;
  };
  const leaderOf = async (topic: string): Promise<number> =>
    (await admin(client).partitions.list({ topic }))[0]?.spec.leader ?? 0;

  test('loses a request: the client sends it again, and it is stored once', async () => {
    const topic = await newTopic();
    const fault = await cluster.faults.drop('Produce', { topic });
    await using impatient = await connect({ endpoint: cluster.endpoint, transport: tcp(), requestTimeoutMs: 1_000 });
    const producer = await impatient.producer(topic, { ackTimeoutMs: 100 });
    expect(await producer.send({ value: 'a' })).toMatchObject({ offset: 0n });
    expect(fault.strikes).toBe(1);
    expect(await readAll(topic)).toEqual(['a']);
  });

  test('loses an answer: what was stored is sent again, and the result says that it may be twice', async () => {
    const topic = await newTopic();
    await cluster.faults.drop('Produce', { topic, what: 'answer' });
    await using impatient = await connect({ endpoint: cluster.endpoint, transport: tcp(), requestTimeoutMs: 1_000 });
    const producer = await impatient.producer(topic, { ackTimeoutMs: 100 });
    expect(await producer.send({ value: 'a' })).toMatchObject({ offset: 1n, mayBeDuplicate: true });
    expect(await readAll(topic)).toEqual(['a', 'a']);
  });

  test('delays answers, those of one topic alone', async () => {
    const [slow, quick] = [await newTopic(), await newTopic()];
    await cluster.faults.delay('Produce', 700, { topic: slow, count: Infinity });
    const [a, b] = [await client.producer(slow), await client.producer(quick)];
    const began = performance.now();
    const late = a.send({ value: 'late' }).then(() => 'late');
    expect(await Promise.race([late, b.send({ value: 'quick' }).then(() => 'quick')])).toBe('quick');
    await late;
    expect(performance.now() - began).toBeGreaterThan(690);
    await cluster.faults.clear();
    expect(await a.send({ value: 'again' })).toMatchObject({ offset: 1n });
  });

  test('breaks the connection in the middle of an acknowledgement', async () => {
    const topic = await newTopic();
    const fault = await cluster.faults.cutMidFrame('Produce', { topic });
    const producer = await client.producer(topic);
    expect(await producer.send({ value: 'a' })).toMatchObject({ offset: 1n, mayBeDuplicate: true });
    await fault.struck();
    expect(await readAll(topic)).toEqual(['a', 'a']);
  });

  test('breaks the connection in the middle of what a consumer reads: nothing is missing, nothing comes twice', async () => {
    const topic = await newTopic();
    const producer = await client.producer(topic);
    await Promise.all(['a', 'b', 'c'].map((value) => producer.send({ value })));
    const fault = await cluster.faults.cutMidFrame('StreamFetch', { topic, count: 2 });
    expect(await readAll(topic)).toEqual(['a', 'b', 'c']);
    expect(fault.strikes).toBe(2);
  });

  test('answers with an error that passes: the client tries again', async () => {
    const topic = await newTopic();
    const fault = await cluster.faults.error('Produce', { kind: 'NotLeaderForPartition' }, { topic, count: 2 });
    const producer = await client.producer(topic);
    expect(await producer.send({ value: 'a' })).toMatchObject({ offset: 0n, mayBeDuplicate: false });
    await fault.struck(2);
    expect(await readAll(topic)).toEqual(['a']);
  });

  test('answers with an error that stays: the client tells of it', async () => {
    const topic = await newTopic();
    await cluster.faults.error('Produce', { kind: 'MessageTooLarge' }, { topic });
    const producer = await client.producer(topic);
    await expect(producer.send({ value: 'a' })).rejects.toMatchObject({
      code: 'batch/too-large',
      context: { name: 'MessageTooLarge' },
    });
    await cluster.faults.error('Create', { kind: 'PermissionDenied' });
    await expect(admin(client).topics.create(`${topic}-more`, { partitions: 1 })).rejects.toMatchObject({
      context: { error: { kind: 'PermissionDenied' } },
    });
    await admin(client).topics.create(`${topic}-more`, { partitions: 1 });
  });

  test('carries the numbers of an error to the client', async () => {
    const topic = await newTopic();
    const evicted = { kind: 'OffsetEvicted', offset: 0n, nextAvailable: 2n } as const;
    const producer = await client.producer(topic);
    for (const value of ['a', 'b', 'c']) await producer.send({ value });
    await cluster.faults.error('StreamFetch', evicted, { topic });
    expect(await readAll(topic)).toEqual(['c']);
  });

  test('says that it speaks old versions only: new connections do with them, or refuse in words', async () => {
    const topic = await newTopic();
    const cap = await cluster.faults.versionCap('Produce', { max: 20 });
    await using older = await connect({ endpoint: cluster.endpoint, transport: tcp() });
    const producer = await older.producer(topic);
    expect(await producer.send({ value: 'old' })).toMatchObject({ offset: 0n });
    await cap.clear();
    await cluster.faults.versionCap('StreamFetch', { max: 12 });
    await using tooOld = await connect({ endpoint: cluster.endpoint, transport: tcp() });
    const reading = (async () => {
      for await (const _ of tooOld.consumer(topic, { start: 'beginning', until: 'end' }));
    })();
    await expect(reading).rejects.toThrow(/StreamFetch/);
    await cluster.faults.clear();
    expect(await readAll(topic)).toEqual(['old']);
  });

  test('cuts answers at the size that was asked for: the client reads everything all the same', async () => {
    const topic = await newTopic();
    const producer = await client.producer(topic, { batchBytes: 400 });
    const values = Array.from({ length: 60 }, (_, i) => `${i}-${'v'.repeat(150)}`);
    await Promise.all(values.map((value) => producer.send({ value })));
    const fault = await cluster.faults.truncateAtMaxBytes('StreamFetch', { topic });
    expect(await readAll(topic, 1_000)).toEqual(values);
    expect(fault.strikes).toBeGreaterThan(0);
    await fault.clear();
  });

  test('moves a leader, and refuses to where the replica may lack something', async () => {
    const topic = await newTopic(2);
    const producer = await client.producer(topic, { isolation: 'read_committed' });
    await producer.send({ value: 'before' });
    const before = await leaderOf(topic);
    const other = cluster.spus.find(({ id }) => id !== before)?.id ?? 0;
    await cluster.faults.moveLeader(topic, 0, other);
    expect(await leaderOf(topic)).toBe(other);
    expect(await producer.send({ value: 'after' })).toMatchObject({ offset: 1n });
    expect(await readAll(topic)).toEqual(['before', 'after']);
    await expect(cluster.faults.moveLeader(topic, 0, 5009)).rejects.toMatchObject({ code: 'cluster/request' });
    await expect(cluster.faults.moveLeader('nowhere', 0, other)).rejects.toMatchObject({ code: 'cluster/request' });
  });

  test('evicts the oldest records, on every replica: a reader from the beginning goes on behind them', async () => {
    const topic = await newTopic(2);
    const producer = await client.producer(topic, { isolation: 'read_committed' });
    for (const value of ['a', 'b', 'c', 'd']) await producer.send({ value });
    expect(await cluster.faults.evict(topic, 0, 2n)).toBe(2n);
    expect(await readAll(topic)).toEqual(['c', 'd']);
    const exact = (async () => {
      for await (const _ of client.consumer(topic, { start: { offset: 0n }, until: 'end' }));
    })();
    await expect(exact).rejects.toMatchObject({ context: { error: { kind: 'OffsetEvicted', nextAvailable: 2n } } });
    expect(await producer.send({ value: 'e' })).toMatchObject({ offset: 4n });
    const leader = await leaderOf(topic);
    await cluster.faults.moveLeader(topic, 0, cluster.spus.find(({ id }) => id !== leader)?.id ?? 0);
    expect(await readAll(topic)).toEqual(['c', 'd', 'e']);
    expect(await cluster.faults.evict(topic, 0, 1_000n)).toBe(5n);
    expect(await readAll(topic)).toEqual([]);
    expect(await producer.send({ value: 'f' })).toMatchObject({ offset: 5n });
    await expect(cluster.faults.evict('nowhere', 0, 1n)).rejects.toMatchObject({ code: 'cluster/request' });
  });

  test('keeps a fault through the restart of its server, with what is left of it', async () => {
    const topic = await newTopic();
    const leader = await leaderOf(topic);
    const fault = await cluster.faults.error(
      'Produce',
      { kind: 'NotLeaderForPartition' },
      { at: leader, topic, count: 3 },
    );
    const producer = await client.producer(topic);
    const held = producer.send({ value: 'a' });
    await fault.struck(1);
    await cluster.kill(leader);
    await cluster.restart(leader);
    expect(await held).toMatchObject({ offset: 0n });
    await expect.poll(() => fault.strikes).toBe(3);
    expect(await readAll(topic)).toEqual(['a']);
  });

  test('refuses what makes no sense, and says when a fault did not strike', async () => {
    const { faults } = cluster;
    await expect(faults.error('Watch', { kind: 'SpuError' })).rejects.toMatchObject({ code: 'cluster/options' });
    await expect(faults.drop('Produce', { at: 'sc' })).rejects.toMatchObject({ context: { option: 'at' } });
    await expect(faults.drop('Produce', { count: 0 })).rejects.toMatchObject({ context: { option: 'count' } });
    await using fault = await faults.drop('Fetch');
    await expect(fault.struck(1, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'cluster/fault-missed',
      context: { api: 'Fetch', strikes: 0, expected: 1 },
    });
  });
});
