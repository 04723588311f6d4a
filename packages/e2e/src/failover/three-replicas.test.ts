/**
 * What becomes of the clients of a topic with three replicas when leaders are killed: each row of what other clients were
 * seen to do on a real cluster, with what this one does instead.
 */
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import type { Client, Consumer, ConsumerGap, ConsumerOptions, ConsumerRecord, SendResult } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { leaderOf, leadersOf } from './leaders.ts';

// Processes are started again and again here, on machines that may have more to do.
vi.setConfig({ testTimeout: 90_000 });

let cluster: Cluster;
let client: Client;
let topics = 0;

beforeAll(async () => {
  // An SPU that is killed is noticed at once; one that is only slow is not to be.
  cluster = await startCluster({ mode: 'processes', spus: 3, spuTimeoutMs: 60_000 });
  client = await connect({ endpoint: cluster.endpoint, transport: tcp() });
});
afterAll(async () => {
  await client?.close({ timeoutMs: 1_000 });
  await cluster?.stop();
});

const newTopic = async (partitions = 1): Promise<string> => {
  const name = `three-${topics++}`;
  await admin(client).topics.create(name, { partitions, replicationFactor: 3 });
  return name;
};

/** Something to be waited for. */
const latch = () => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};

/** What is committed in the end, by partition. */
const readAll = async (topic: string): Promise<Map<number, string[]>> => {
  const stored = new Map<number, string[]>();
  for await (const record of client.consumer(topic, {
    start: 'beginning',
    until: 'end',
    isolation: 'read_committed',
  })) {
    const values = stored.get(record.partition) ?? [];
    stored.set(record.partition, values);
    expect(record.offset).toBe(BigInt(values.length));
    values.push(record.text());
  }
  return stored;
};

/** Reads until it has met the record `end` in so many partitions; what was told to be lost is taken back. */
const follow = async (reading: (onGap: (gap: ConsumerGap) => void) => AsyncIterable<ConsumerRecord>, ends: number) => {
  const seen = new Map<number, string[]>();
  const onGap = ({ partition, next }: ConsumerGap): void => void seen.get(partition)?.splice(Number(next));
  for await (const record of reading(onGap)) {
    const { partition, offset } = record;
    const values = seen.get(partition) ?? [];
    seen.set(partition, values);
    expect(offset, `behind ${values.length} records of partition ${partition}`).toBe(BigInt(values.length));
    values.push(record.text());
    if (values.at(-1) === 'end' && [...seen.values()].filter((each) => each.at(-1) === 'end').length === ends) break;
  }
  return seen;
};
async function* recordsOf(consumer: Consumer): AsyncGenerator<ConsumerRecord> {
  for await (const batch of consumer.batches()) yield* batch;
}

describe.each([1, 3])('consumers of %i partitions, when a leader is killed while records come', (partitions) => {
  const EACH = 200;

  test('go on at the next leader, each partition from its own place: nothing is missing, nothing comes twice', async () => {
    const topic = await newTopic(partitions);
    const open = (options: ConsumerOptions): Consumer => client.consumer(topic, { start: 'beginning', ...options });
    const readers = {
      'by records': follow((onGap) => open({ onGap }), partitions),
      committed: follow((onGap) => open({ onGap, isolation: 'read_committed' }), partitions),
      'of one partition': follow((onGap) => open({ onGap, partitions: [partitions - 1] }), 1),
      'by batches': follow((onGap) => recordsOf(open({ onGap })), partitions),
      'as a web stream': follow((onGap) => open({ onGap }).readable(), partitions),
    };
    const producer = await client.producer(topic, { isolation: 'read_committed' });
    const kill = latch();
    const write = async (partition: number): Promise<void> => {
      for (let i = 0; i < EACH; i++) {
        await producer.send({ value: `${i}`, partition });
        if (i === EACH / 2) kill.open();
      }
    };
    const writing = Promise.all(Array.from({ length: partitions }, (_, partition) => write(partition)));
    await kill.opened;
    const dead = (await leadersOf(client, topic))[partitions - 1] as number;
    await cluster.kill(dead);
    await writing;
    for (let partition = 0; partition < partitions; partition++) await producer.send({ value: 'end', partition });
    const stored = await readAll(topic);
    for (const [name, reading] of Object.entries(readers)) {
      const expected = name === 'of one partition' ? [...stored].filter(([each]) => each === partitions - 1) : stored;
      expect(await reading, name).toEqual(new Map(expected));
    }
    for (const values of stored.values()) {
      expect([...new Set(values)]).toEqual([...Array.from({ length: EACH }, (_, i) => `${i}`), 'end']);
    }
    await cluster.restart(dead);
  });
});

test('a producer at full speed outlives one leader after another: every acknowledged record is where it is said to be', async () => {
  const topic = await newTopic();
  const producer = await client.producer(topic, { isolation: 'read_committed', batchBytes: 4_000 });
  const values: string[] = [];
  const sent: Promise<SendResult>[] = [];
  let isOver = false;
  const send = (value: string): Promise<SendResult> => {
    const result = producer.send({ value: value.padEnd(200, '.') });
    values.push(value.padEnd(200, '.'));
    sent.push(result);
    return result;
  };
  const writing = (async () => {
    while (!isOver) {
      for (let i = 0; i < 200; i++) void send(`${values.length}`);
      await sent.at(-100);
    }
  })();
  for (let kills = 0; kills < 3; kills++) {
    await send(`before kill ${kills}`);
    const leader = await leaderOf(client, topic);
    await cluster.kill(leader);
    await expect.poll(() => leaderOf(client, topic), { timeout: 20_000 }).not.toBe(leader);
    await cluster.restart(leader);
  }
  isOver = true;
  await writing;
  const results = await Promise.all(sent);
  const stored = (await readAll(topic)).get(0) ?? [];
  for (const [i, { offset }] of results.entries()) expect(stored[Number(offset)]).toBe(values[i]);
  const copies = stored.length - new Set(stored).size;
  expect(new Set(stored).size).toBe(values.length);
  expect(copies).toBeLessThanOrEqual(results.filter(({ mayBeDuplicate }) => mayBeDuplicate).length);
});

test('nobody is elected until the old leader is back: it is waited for, nothing is lost, and it is said what is waited for', async () => {
  const topic = await newTopic();
  const warnings: string[] = [];
  await using waiting = await connect({
    endpoint: cluster.endpoint,
    transport: tcp(),
    logger: { warn: (message) => warnings.push(message) },
  });
  const producer = await waiting.producer(topic, { isolation: 'read_committed' });
  const reading = follow((onGap) => waiting.consumer(topic, { start: 'beginning', onGap }), 1);
  await producer.send({ value: 'a' });
  const leader = await leaderOf(client, topic);
  const followers = cluster.spus.map(({ id }) => id).filter((id) => id !== leader);
  for (const id of followers) await cluster.kill(id);
  // Acknowledged as committed, which says that the followers do not count any more.
  await producer.send({ value: 'b' });
  await cluster.kill(leader);
  for (const id of followers) await cluster.restart(id);
  const sent = producer.send({ value: 'end' });
  const isTold = (by: string): boolean =>
    waiting.health().waiting.some((each) => each.by === by && each.reason.includes(`SPU ${leader}, is offline`));
  await expect.poll(() => isTold('producer') && isTold('consumer'), { timeout: 20_000 }).toBe(true);
  expect(warnings.join('\n')).toContain(`records for ${topic}-0 wait (1): `);
  expect(warnings.join('\n')).toContain(`reading ${topic}-0 was interrupted: `);
  expect(await leaderOf(client, topic)).toBe(leader);
  await cluster.restart(leader);
  expect(await sent).toMatchObject({ offset: 2n });
  expect(await reading).toEqual(new Map([[0, ['a', 'b', 'end']]]));
  expect(waiting.health().waiting).toEqual([]);
});

describe('a reader of records that only a leader has which is killed', () => {
  /** What the next leader has by the time when the reader finds it. */
  test.each([
    ['and whose successor has nothing new yet', 0],
    ['and whose successor has others in their place, and more', 40],
  ])('goes on where the logs part, and tells: %s', async (_, already) => {
    const topic = await newTopic();
    const inner = tcp();
    let gate: Promise<void> | undefined;
    await using own = await connect({
      endpoint: cluster.endpoint,
      transport: {
        async connect(to, options) {
          if (to.kind === 'spu') await gate;
          return inner.connect(to, options);
        },
      },
    });
    const gaps: ConsumerGap[] = [];
    const read: string[] = [];
    const told = latch();
    const onGap = (gap: ConsumerGap): void => {
      gaps.push(gap);
      told.open();
    };
    const reader = own.consumer(topic, { start: 'beginning', onGap })[Symbol.asyncIterator]();
    const take = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) read.push((await reader.next()).value?.text() ?? 'the end');
    };
    const safe = await client.producer(topic, { isolation: 'read_committed' });
    for (let i = 0; i < 5; i++) await safe.send({ value: `kept ${i}` });
    const hasty = await client.producer(topic, { isolation: 'read_uncommitted' });
    const leader = await leaderOf(client, topic);
    const followers = cluster.spus.map(({ id }) => id).filter((id) => id !== leader);
    // Without the SC the set of those in sync stays as it is, so that nothing more is committed.
    await cluster.kill('sc');
    for (const id of followers) await cluster.kill(id);
    for (let i = 0; i < 10; i++) await hasty.send({ value: `lost ${i}` });
    await take(15);
    expect(read.at(-1)).toBe('lost 9');
    const found = latch();
    gate = found.opened;
    await cluster.kill(leader);
    await cluster.restart('sc');
    await Promise.all(followers.map((id) => cluster.restart(id)));
    for (let i = 0; i < already; i++) await safe.send({ value: `new ${i}` });
    found.open();
    const rest = take(50);
    await told.opened;
    for (let i = already; i < 50; i++) await safe.send({ value: `new ${i}` });
    await rest;
    expect(gaps).toEqual([{ topic, partition: 0, wanted: 15n, next: 5n, reason: 'truncated' }]);
    expect(read.slice(15)).toEqual(Array.from({ length: 50 }, (_, i) => `new ${i}`));
    await reader.return?.();
    await cluster.restart(leader);
  });
});
