/** A leader whose disk fails in another way than by being full, as clients see it. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '@fluvio-ts/protocol';
import { Fetch, Produce, StreamFetch, UpdateConsumerOffset } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { startCluster } from '../cluster.ts';
import type { ClusterMode } from '../cluster-options.ts';
import { CONSUMER_OFFSET_PARTITION } from '../consumer-offset-topic.ts';
import { batchOf, recordsIn } from '../testing/batches.ts';
import { connectSc, connectSpu, createTopic, produceRequest, streamRequest } from '../testing/clients.ts';
import { level, replicated, untilPartition } from '../testing/partitions.ts';

let cluster: Cluster;
let sc: Session;
afterEach(() => cluster?.stop());

async function start(mode: ClusterMode, spus: number): Promise<void> {
  cluster = await startCluster({ mode, spus, heartbeatMs: 50 });
  sc = await connectSc(cluster.endpoint);
}

const storage = { segmentSize: 1024, maxPartitionSize: undefined };
const online = ({ status }: { readonly status: { readonly resolution: string } }): boolean =>
  status.resolution === 'Online';
const spu = (id: number): Promise<Session> => connectSpu(cluster.spus.find((one) => one.id === id) ?? expect.fail());
/** The next segment of the partition cannot be made: there is no folder for it. */
const breakDisk = (id: number, partition: string): void =>
  rmSync(join(cluster.dataDir, `spu-logs-${id}`, partition), { recursive: true });

async function produce(session: Session, value: string): Promise<{ error: ErrorCode; offset: number }> {
  const { responses } = await session.call(Produce, {
    ...produceRequest('t', 0, batchOf(value.padEnd(200))),
    isolation: 'read_committed',
    timeoutMs: 10_000,
  });
  const entry = responses[0]?.partitions[0] ?? expect.fail();
  return { error: entry.errorCode, offset: Number(entry.baseOffset) };
}

async function valuesAt(session: Session): Promise<string[]> {
  const values: string[] = [];
  for (;;) {
    const partition = {
      partitionIndex: 0,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(values.length),
      logStartOffset: 0n,
      maxBytes: 0,
    };
    const { topics } = await session.call(Fetch, {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1_000_000,
      isolation: 'read_committed',
      topics: [{ name: 't', partitions: [partition] }],
      forgotten: [],
    });
    const data = topics[0]?.partitions[0] ?? expect.fail();
    expect(data.errorCode.kind).toBe('None');
    if (data.records.length === 0) return values;
    values.push(...recordsIn(data.records).map(({ value }) => value.trim()));
  }
}

describe.each<ClusterMode>(['inProcess', 'processes'])('with other replicas, %s', (mode) => {
  it('hands leadership over, loses nothing, and follows after a restart', async () => {
    await start(mode, 3);
    await createTopic(sc, 't', replicated(3, 1, { storage }));
    const { spec } = await untilPartition(sc, 't-0', online);
    const old = await spu(spec.leader);
    const acknowledged: string[] = [];
    for (const value of ['a', 'b', 'c']) {
      expect((await produce(old, value)).error.kind).toBe('None');
      acknowledged.push(value);
    }
    breakDisk(spec.leader, 't-0');
    // What is refused is stored nowhere: a producer sends it to the next leader.
    for (let i = 0; ; i++) {
      const { error } = await produce(old, `${i}`);
      if (error.kind !== 'None') {
        expect(error.kind).toBe('NotLeaderForPartition');
        break;
      }
      acknowledged.push(`${i}`);
    }
    const moved = await untilPartition(sc, 't-0', (shown) => shown.spec.leader !== spec.leader && online(shown));
    expect((await produce(old, 'x')).error.kind).toBe('NotLeaderForPartition');
    const leader = await spu(moved.spec.leader);
    for (const value of ['d', 'e', 'f', 'g', 'h', 'i']) {
      expect(await produce(leader, value)).toEqual({ error: { kind: 'None' }, offset: acknowledged.length });
      acknowledged.push(value);
    }
    expect(await valuesAt(leader)).toEqual(acknowledged);
    old.close();
    await cluster.kill(spec.leader);
    await cluster.restart(spec.leader);
    await untilPartition(sc, 't-0', level(acknowledged.length));
    expect((await produce(leader, 'all three')).error.kind).toBe('None');
    leader.close();
    sc.close();
  });
});

describe('the topic of consumer offsets', () => {
  it('gets another leader, and no commit hears of it', async () => {
    await start('inProcess', 3);
    await createTopic(sc, 't', replicated(1));
    const { spec } = await untilPartition(sc, CONSUMER_OFFSET_PARTITION, online);
    const reader = await spu((await untilPartition(sc, 't-0', online)).spec.leader);
    const consumerId = 'x'.repeat(10_000);
    reader.open(StreamFetch, streamRequest('t', 0, 0, { consumerId }));
    const commit = (offset: bigint) => reader.call(UpdateConsumerOffset, { offset, sessionId: 1 });
    expect((await commit(0n)).errorCode.kind).toBe('None');
    breakDisk(spec.leader, CONSUMER_OFFSET_PARTITION);
    // More than a segment holds.
    for (let i = 1n; i < 150n; i++) expect(await commit(i)).toEqual({ offset: i, errorCode: { kind: 'None' } });
    const moved = await untilPartition(sc, CONSUMER_OFFSET_PARTITION, online);
    expect(moved.spec.leader).not.toBe(spec.leader);
    reader.close();
  });
});

describe('without other replicas', () => {
  it('refuses records as Fluvio does, shows the partition as offline, and reads', async () => {
    await start('inProcess', 1);
    await createTopic(sc, 't', replicated(1, 1, { storage }));
    const session = await spu(5001);
    for (const value of ['a', 'b', 'c']) expect((await produce(session, value)).error.kind).toBe('None');
    breakDisk(5001, 't-0');
    const kinds: string[] = [];
    for (let i = 0; i < 5; i++) kinds.push((await produce(session, 'd')).error.kind);
    expect(kinds.filter((kind) => kind !== 'None').slice(0, 2)).toEqual(['StorageError', 'PartitionShortCircuited']);
    await untilPartition(sc, 't-0', ({ status }) => status.resolution === 'Offline');
    session.close();
  });
});
