/** Stored consumer offsets, as clients see them: on one SPU and on several, through restarts and elections. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConsumerOffsetFilter } from '@fluvio-ts/protocol';
import {
  DeleteConsumerOffset,
  decodeResponse,
  encodeRequest,
  FetchConsumerOffsets,
  FetchOffsets,
  listOf,
  StreamFetch,
  UpdateConsumerOffset,
} from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../../cluster.ts';
import { startCluster } from '../../cluster.ts';
import type { StartClusterOptions } from '../../cluster-options.ts';
import { CONSUMER_OFFSET_PARTITION, CONSUMER_OFFSET_TOPIC } from '../../consumer-offset-topic.ts';
import { batchOf } from '../../testing/batches.ts';
import {
  computed,
  connectSc,
  connectSpu,
  createTopic,
  deleteTopic,
  produceTo,
  streamRequest,
} from '../../testing/clients.ts';
import { replicated, untilPartition } from '../../testing/partitions.ts';
import { connect } from '../../testing/vectors.ts';

let cluster: Cluster;
let sc: Session;
afterEach(() => cluster?.stop());

async function start(options: StartClusterOptions = {}): Promise<void> {
  cluster = await startCluster({ heartbeatMs: 50, ...options });
  sc = await connectSc(cluster.endpoint);
}

const addressOf = (id: number) => cluster.spus.find((one) => one.id === id)?.address ?? expect.fail();
const spu = (id: number): Promise<Session> => connectSpu(cluster.spus.find((one) => one.id === id) ?? expect.fail());
const leaderOf = async (name: string): Promise<number> =>
  (await untilPartition(sc, name, ({ status }) => status.resolution === 'Online')).spec.leader;

/** Commits through a new stream at the partition's leader; the answer's error. */
async function commit(topic: string, partition: number, consumerId: string, offset: number): Promise<string> {
  const session = await spu(await leaderOf(`${topic}-${partition}`));
  session.open(StreamFetch, streamRequest(topic, partition, 0, { consumerId }));
  const answer = await session.call(UpdateConsumerOffset, { offset: BigInt(offset), sessionId: 1 });
  expect(answer.offset).toBe(answer.errorCode.kind === 'None' ? BigInt(offset) : 0n);
  session.close();
  return answer.errorCode.kind;
}

async function listAt(id: number, filter?: Partial<ConsumerOffsetFilter>): Promise<(string | number)[][]> {
  const session = await spu(id);
  const { errorCode, consumers } = await session.call(FetchConsumerOffsets, {
    filter: filter === undefined ? undefined : { replicaId: undefined, consumerId: undefined, ...filter },
  });
  session.close();
  if (errorCode.kind !== 'None') return [[errorCode.kind]];
  return consumers.map(({ consumerId, replicaId, offset }) => [
    replicaId.topic,
    replicaId.partition,
    consumerId,
    Number(offset),
  ]);
}
const list = async (filter?: Partial<ConsumerOffsetFilter>) =>
  listAt(await leaderOf(CONSUMER_OFFSET_PARTITION), filter);

describe('on one SPU', () => {
  it('stores, lists by both filters, and deletes, each consumer and partition on its own', async () => {
    await start();
    await createTopic(sc, 'a', computed(2));
    await createTopic(sc, 'b');
    const before = BigInt(Math.floor(Date.now() / 1000));
    for (const [topic, partition, consumer, offset] of [
      ['a', 0, 'one', 5],
      ['a', 1, 'one', 6],
      ['a', 0, 'two', -1],
      ['b', 0, 'one', 1_000_000],
      ['a', 0, 'one', 3],
    ] as const) {
      expect(await commit(topic, partition, consumer, offset)).toBe('None');
    }
    const all = [
      ['a', 0, 'one', 3],
      ['a', 0, 'two', -1],
      ['a', 1, 'one', 6],
      ['b', 0, 'one', 1_000_000],
    ];
    expect(await list()).toEqual(all);
    expect(await list({ consumerId: 'two' })).toEqual([all[1]]);
    expect(await list({ replicaId: { topic: 'a', partition: 0 } })).toEqual(all.slice(0, 2));
    expect(await list({ replicaId: { topic: 'a', partition: 0 }, consumerId: 'on' })).toEqual([]);
    const session = await spu(5001);
    const { consumers } = await session.call(FetchConsumerOffsets, { filter: undefined });
    const times = consumers.map(({ modifiedTime }) => modifiedTime);
    expect(times.every((time) => time >= before && time <= before + 60n)).toBe(true);
    const remove = { replicaId: { topic: 'a', partition: 0 }, consumerId: 'one' };
    for (let i = 0; i < 2; i++) expect((await session.call(DeleteConsumerOffset, remove)).errorCode.kind).toBe('None');
    expect(await list()).toEqual(all.slice(1));
    session.close();
  });

  it('refuses streams that are not there or have no name, and takes one that was only just asked for', async () => {
    await start();
    await createTopic(sc, 't');
    const session = await spu(5001);
    await produceTo(session, 't', 0, batchOf('x'));
    session.open(StreamFetch, streamRequest('t', 0, 0));
    const update = (sessionId: number) => session.call(UpdateConsumerOffset, { offset: 0n, sessionId });
    for (const id of [0, 9]) expect((await update(id)).errorCode.kind).toBe('FetchSessionNotFoud');
    expect((await update(1)).errorCode).toEqual({ kind: 'Other', message: 'stream without consumer id' });
    session.close();

    const raw = await connect(addressOf(5001));
    raw.send(encodeRequest(StreamFetch, 25, 1, 'raw', streamRequest('t', 0, 1, { consumerId: 'reset' })));
    raw.send(encodeRequest(UpdateConsumerOffset, 25, 2, 'raw', { offset: 0n, sessionId: 1 }));
    expect(decodeResponse(UpdateConsumerOffset, 25, await raw.answer(2)).errorCode.kind).toBe('None');
    raw.close();
    expect(await list()).toEqual([['t', 0, 'reset', 0]]);
  });

  it('tells clients of version 23 in FetchOffsets where a consumer goes on', async () => {
    await start();
    await createTopic(sc, 't');
    await commit('t', 0, 'c', 19);
    const raw = await connect(addressOf(5001));
    const ask = async (consumerId: string) => {
      const topics = [{ name: 't', partitions: [{ partitionIndex: 0 }] }];
      raw.send(encodeRequest(FetchOffsets, 23, 5, 'raw', { topics, consumerId }));
      return decodeResponse(FetchOffsets, 23, await raw.answer(5)).topics[0]?.partitions[0];
    };
    expect(await ask('c')).toMatchObject({ startOffset: 20n, lastStableOffset: 0n });
    expect(await ask('other')).toMatchObject({ startOffset: 0n });
    raw.close();
  });

  it('forgets a deleted topic, and shows nothing of it in one of the same name', async () => {
    await start();
    await createTopic(sc, 'stays');
    await createTopic(sc, 'goes', computed(2));
    await commit('stays', 0, 'c', 1);
    await commit('goes', 0, 'c', 2);
    await commit('goes', 1, 'c', 3);
    await deleteTopic(sc, 'goes');
    await expect.poll(list, { timeout: 5000 }).toEqual([['stays', 0, 'c', 1]]);
    await createTopic(sc, 'goes', computed(2));
    expect(await list()).toEqual([['stays', 0, 'c', 1]]);
    expect(await commit('goes', 1, 'c', 0)).toBe('None');
    expect(await list()).toEqual([
      ['goes', 1, 'c', 0],
      ['stays', 0, 'c', 1],
    ]);
  });

  it('keeps them in a data folder, but not those of a topic that was made again meanwhile', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'fluvio-offsets-'));
    try {
      await start({ dataDir });
      await createTopic(sc, 'kept');
      await createTopic(sc, 'again');
      await commit('kept', 0, 'c', 41);
      await commit('again', 0, 'c', 42);
      await cluster.shutdown(5001);
      await deleteTopic(sc, 'again');
      void createTopic(sc, 'again');
      await cluster.restart(5001);
      await leaderOf('again-0');
      await expect.poll(list, { timeout: 5000 }).toEqual([['kept', 0, 'c', 41]]);
      await cluster.stop();
      await start({ dataDir });
      expect(await list()).toEqual([['kept', 0, 'c', 41]]);
      await cluster.stop();
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });
});

describe('the system topic', () => {
  it('is hidden, is not deleted unless by force, and comes again then, empty', async () => {
    await start();
    await createTopic(sc, 't');
    await commit('t', 0, 'c', 1);
    const topics = (system: boolean) => sc.call(listOf.Topic, { nameFilters: [], summary: false, system });
    expect((await topics(false)).map(({ name }) => name)).toEqual(['t']);
    expect((await topics(true)).map(({ name }) => name)).toEqual([CONSUMER_OFFSET_TOPIC]);
    expect((await deleteTopic(sc, CONSUMER_OFFSET_TOPIC)).errorCode).toEqual({
      kind: 'SystemSpecDeletionAttempt',
      objectKind: 'topic',
      name: CONSUMER_OFFSET_TOPIC,
    });
    expect((await deleteTopic(sc, CONSUMER_OFFSET_TOPIC, true)).errorCode.kind).toBe('None');
    // A commit meanwhile waits for the topic.
    await leaderOf(CONSUMER_OFFSET_PARTITION);
    expect(await commit('t', 0, 'c', 2)).toBe('None');
    expect(await list()).toEqual([['t', 0, 'c', 2]]);
  }, 30_000);

  it('has as many replicas as there are SPUs, up to three', async () => {
    for (const [spus, replicas] of [
      [2, [5001, 5002]],
      [4, [5001, 5002, 5003]],
    ] as const) {
      await start({ spus });
      const { spec } = await untilPartition(sc, CONSUMER_OFFSET_PARTITION, () => true);
      expect([...spec.replicas].sort()).toEqual(replicas);
      await cluster.stop();
    }
  });
});

describe('on several SPUs', () => {
  it('are committed at any, and listed and deleted at the one that leads', async () => {
    await start({ spus: 4 });
    await createTopic(sc, 't', computed(4));
    const offsets = await leaderOf(CONSUMER_OFFSET_PARTITION);
    const expected: unknown[] = [];
    for (const partition of [0, 1, 2, 3]) {
      expect(await commit('t', partition, 'c', partition * 10)).toBe('None');
      expected.push(['t', partition, 'c', partition * 10]);
    }
    expect(new Set(await Promise.all([0, 1, 2, 3].map((p) => leaderOf(`t-${p}`)))).size).toBe(4);
    for (const { id } of cluster.spus) {
      expect(await listAt(id)).toEqual(id === offsets ? expected : [['PartitionNotLeader']]);
      const session = await spu(id);
      const { errorCode } = await session.call(DeleteConsumerOffset, {
        replicaId: { topic: 't', partition: 0 },
        consumerId: 'nobody',
      });
      expect(errorCode.kind).toBe(id === offsets ? 'None' : 'PartitionNotLeader');
      const raw = await connect(addressOf(id));
      const led = (await Promise.all([0, 1, 2, 3].map((p) => leaderOf(`t-${p}`)))).indexOf(id);
      const topics = [{ name: 't', partitions: [{ partitionIndex: led }] }];
      raw.send(encodeRequest(FetchOffsets, 23, 5, 'raw', { topics, consumerId: 'c' }));
      expect(decodeResponse(FetchOffsets, 23, await raw.answer(5)).topics[0]?.partitions[0]?.startOffset).toBe(
        BigInt(led * 10 + 1),
      );
      raw.close();
      session.close();
    }
  });

  it('survive their leader, and are committed again as soon as there is another', async () => {
    await start({ spus: 3 });
    await createTopic(sc, 't', replicated(3));
    const offsets = await leaderOf(CONSUMER_OFFSET_PARTITION);
    let acknowledged = -1;
    for (let i = 0; i < 20; i++) {
      expect(await commit('t', 0, 'c', i)).toBe('None');
      acknowledged = i;
    }
    const reader = (await leaderOf('t-0')) === offsets ? undefined : await spu(await leaderOf('t-0'));
    reader?.open(StreamFetch, streamRequest('t', 0, 0, { consumerId: 'c' }));
    const stopped = cluster.shutdown(offsets);
    // The connection is to an SPU that lives: its commit waits for the election.
    if (reader !== undefined) {
      const answer = await reader.call(UpdateConsumerOffset, { offset: 20n, sessionId: 1 });
      expect(answer).toEqual({ offset: 20n, errorCode: { kind: 'None' } });
      acknowledged = 20;
    }
    await stopped;
    const other = await untilPartition(
      sc,
      CONSUMER_OFFSET_PARTITION,
      ({ spec, status }) => spec.leader !== offsets && status.resolution === 'Online',
    );
    await expect.poll(() => listAt(other.spec.leader), { timeout: 5000 }).toEqual([['t', 0, 'c', acknowledged]]);
    await cluster.restart(offsets);
    expect(await commit('t', 0, 'c', 100)).toBe('None');
    expect(await list()).toEqual([['t', 0, 'c', 100]]);
    reader?.close();
  });
});
