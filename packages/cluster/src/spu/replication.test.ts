/** Replicas on several SPUs, as clients see them: committed records, elections, and leaders that come back. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode, Isolation } from '@fluvio-ts/protocol';
import { FetchOffsets, Produce, StreamFetch } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { startCluster } from '../cluster.ts';
import type { StartClusterOptions } from '../cluster-options.ts';
import { batchOf, recordsIn } from '../testing/batches.ts';
import { connectSc, connectSpu, createTopic, deleteTopic, produceRequest, streamRequest } from '../testing/clients.ts';
import { level, replicated, untilPartition } from '../testing/partitions.ts';

let cluster: Cluster;
let sc: Session;
afterEach(() => cluster?.stop());

async function start(options: StartClusterOptions = {}): Promise<void> {
  cluster = await startCluster({ spus: 3, heartbeatMs: 50, ...options });
  sc = await connectSc(cluster.endpoint);
}

const create = async (name: string, spec = replicated(3)): Promise<void> => {
  expect(await createTopic(sc, name, spec)).toMatchObject({ errorCode: { kind: 'None' } });
};

const spu = async (id: number): Promise<Session> =>
  connectSpu(cluster.spus.find((one) => one.id === id) ?? expect.fail());

const leaderOf = async (name: string): Promise<number> =>
  (await untilPartition(sc, name, ({ status }) => status.resolution === 'Online')).spec.leader;

async function produce(
  session: Session,
  topic: string,
  value: string,
  isolation: Isolation = 'read_committed',
  timeoutMs = 5000,
): Promise<{ readonly error: ErrorCode; readonly offset: number }> {
  const request = { ...produceRequest(topic, 0, batchOf(value)), isolation, timeoutMs };
  const { responses } = await session.call(Produce, request);
  const entry = responses[0]?.partitions[0] ?? expect.fail();
  return { error: entry.errorCode, offset: Number(entry.baseOffset) };
}

/** Files of a partition on every SPU. */
const files = (name: string): Map<string, string>[] =>
  [5001, 5002, 5003].map((id) => {
    const dir = join(cluster.dataDir, `spu-logs-${id}`, name);
    return new Map(
      readdirSync(dir)
        .filter((file) => file.endsWith('.log'))
        .sort()
        .map((file) => [file, readFileSync(join(dir, file)).toString('hex')]),
    );
  });

const expectAlike = (name: string): void => {
  const [first, ...others] = files(name);
  expect(first?.size).toBeGreaterThan(0);
  for (const other of others) expect(other).toEqual(first);
};

const none = { kind: 'None' };

it('shows that the followers of a partition without records have all of it', async () => {
  await start();
  await create('idle');
  const { status } = await untilPartition(sc, 'idle-0', level(0));
  expect(status.lsr).toBe(2);
});

describe('a replicated partition', () => {
  it('commits a record when every replica has it, and shows how far each of them is', async () => {
    await start();
    await create('t', replicated(3, 1, { storage: { segmentSize: 2048, maxPartitionSize: undefined } }));
    const leader = await leaderOf('t-0');
    const session = await spu(leader);
    for (let i = 0; i < 50; i++) {
      expect(await produce(session, 't', `${i}-${'x'.repeat(100)}`)).toEqual({ error: none, offset: i });
    }
    expectAlike('t-0');
    expect(files('t-0')[0]?.size).toBeGreaterThan(2);
    const { status } = await untilPartition(sc, 't-0', level(50));
    expect(status).toMatchObject({ leader: { spu: leader, hw: 50n, leo: 50n }, lsr: 2 });
  });

  it('goes on without a follower that is gone, and takes it back when it has what it missed', async () => {
    await start();
    await create('t');
    const leader = await leaderOf('t-0');
    const session = await spu(leader);
    const away = [5001, 5002, 5003].find((id) => id !== leader) ?? 0;
    await produce(session, 't', 'all');
    await cluster.shutdown(away);
    expect(await produce(session, 't', 'two of three')).toEqual({ error: none, offset: 1 });
    await cluster.restart(away);
    await untilPartition(sc, 't-0', level(2));
    expect(await produce(session, 't', 'all again')).toEqual({ error: none, offset: 2 });
    await untilPartition(sc, 't-0', level(3));
    expectAlike('t-0');
  });

  it('commits nothing with fewer replicas in sync than it needs, and stores it all the same', async () => {
    await start({ minInSyncReplicas: 2 });
    await create('t');
    const leader = await leaderOf('t-0');
    const session = await spu(leader);
    const others = [5001, 5002, 5003].filter((id) => id !== leader);
    for (const id of others) await cluster.shutdown(id);
    const late = await produce(session, 't', 'alone', 'read_committed', 100);
    expect(late).toEqual({ error: { kind: 'RequestTimedOut', timeoutMs: 100n, request: 'Produce' }, offset: 0 });
    expect(await produce(session, 't', 'for myself', 'read_uncommitted')).toEqual({ error: none, offset: 1 });
    const offsets = async () =>
      (
        await session.call(FetchOffsets, {
          topics: [{ name: 't', partitions: [{ partitionIndex: 0 }] }],
          consumerId: undefined,
        })
      ).topics[0]?.partitions[0];
    expect(await offsets()).toMatchObject({ lastStableOffset: 0n });
    await cluster.restart(others[0] ?? 0);
    expect(await produce(session, 't', 'two')).toEqual({ error: none, offset: 2 });
    expect(await offsets()).toMatchObject({ lastStableOffset: 3n });
  });
});

describe('an election', () => {
  it('makes a follower the leader, which has every committed record, and the old one comes back as a follower', async () => {
    await start();
    await create('t');
    const first = await leaderOf('t-0');
    let session = await spu(first);
    for (let i = 0; i < 20; i++) await produce(session, 't', `${i}`);
    await cluster.shutdown(first);
    const { spec } = await untilPartition(sc, 't-0', (p) => p.spec.leader !== first && p.status.leader.leo === 20n);
    session = await spu(spec.leader);
    expect(await produce(session, 't', 'after')).toEqual({ error: none, offset: 20 });
    await cluster.restart(first);
    const back = await untilPartition(sc, 't-0', level(21));
    expect(back.spec.leader).toBe(spec.leader);
    expect(await produce(session, 't', 'and again')).toEqual({ error: none, offset: 21 });
    expect((await produce(await spu(first), 't', 'x')).error.kind).toBe('NotLeaderForPartition');
    await untilPartition(sc, 't-0', level(22));
    expectAlike('t-0');
  });

  it('waits for one that has everything, rather than lose a record', async () => {
    await start();
    await create('t');
    const first = await leaderOf('t-0');
    const others = [5001, 5002, 5003].filter((id) => id !== first);
    let session = await spu(first);
    await produce(session, 't', 'all have this');
    for (const id of others) await cluster.shutdown(id);
    expect(await produce(session, 't', 'only one has this')).toEqual({ error: none, offset: 1 });
    await cluster.shutdown(first);
    for (const id of others) await cluster.restart(id);
    await untilPartition(sc, 't-0', ({ status }) => status.resolution === 'LeaderOffline');
    expect((await produce(await spu(others[0] ?? 0), 't', 'x')).error.kind).toBe('NotLeaderForPartition');
    await cluster.restart(first);
    await untilPartition(sc, 't-0', level(2));
    session = await spu(first);
    expect(await produce(session, 't', 'all again')).toEqual({ error: none, offset: 2 });
    expectAlike('t-0');
  });

  it('ends the streams of a leader that steps down', async () => {
    await start();
    await create('t');
    const first = await leaderOf('t-0');
    await produce(await spu(first), 't', 'one');
    const reader = await spu(first);
    const stream = reader.open(StreamFetch, streamRequest('t', 0, 0));
    const records = await stream.next();
    expect(recordsIn(records?.partition.records ?? new Uint8Array())).toEqual([{ offset: 0, value: 'one' }]);
    await cluster.shutdown(first);
    await expect(stream.next()).rejects.toMatchObject({ code: 'connection/closed' });
  });

  it('brings a topic online that is made right after another was deleted, every time', async () => {
    await start();
    for (let life = 0; life < 15; life++) {
      await create('phoenix', replicated(3, 2));
      const leader = await leaderOf('phoenix-0');
      expect(await produce(await spu(leader), 'phoenix', `${life}`)).toEqual({ error: none, offset: 0 });
      expect((await deleteTopic(sc, 'phoenix')).errorCode.kind).toBe('None');
    }
  });

  it('leads what was assigned to SPUs that are away by one that is there', async () => {
    await start();
    await cluster.shutdown(5002);
    const maps = [{ id: 0, replicas: [5002, 5003, 5001], mirror: undefined }];
    await create('t', { ...replicated(1), replicas: { kind: 'assigned', maps } });
    const leader = await leaderOf('t-0');
    expect(leader).toBe(5003);
    expect(await produce(await spu(leader), 't', 'x')).toEqual({ error: none, offset: 0 });
    await cluster.restart(5002);
    await untilPartition(sc, 't-0', level(1));
    expectAlike('t-0');
  });
});
