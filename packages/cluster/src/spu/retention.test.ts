/** Retention as clients and the SC see it, with the clocks of the SPUs set ahead. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PartitionData, StreamFetchResponse } from '@fluvio-ts/protocol';
import { Fetch, FetchOffsets, StreamFetch, UpdateOffsets } from '@fluvio-ts/protocol';
import type { Answers, Session } from '@fluvio-ts/protocol/internal';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { startCluster } from '../cluster.ts';
import type { ClusterMode, StartClusterOptions } from '../cluster-options.ts';
import { batchOf, recordsIn } from '../testing/batches.ts';
import { connectSc, connectSpu, createTopic, produceTo, streamRequest } from '../testing/clients.ts';
import { level, replicated, untilPartition } from '../testing/partitions.ts';

let cluster: Cluster;
let sc: Session;
afterEach(() => cluster?.stop());

const HOUR_MS = 3_600_000;

async function start(options: StartClusterOptions = {}): Promise<void> {
  cluster = await startCluster({ heartbeatMs: 50, ports: 'any', ...options });
  sc = await connectSc(cluster.endpoint);
}

/** Segments of three batches each. */
const storage = { segmentSize: 1024, maxPartitionSize: undefined };
const anHour = { kind: 'segment', timeInSeconds: 3600 } as const;
const value = (i: number): string => `${i}-`.padEnd(200, 'x');

const leaderSession = async (name: string): Promise<Session> => {
  const { spec } = await untilPartition(sc, name, ({ status }) => status.resolution === 'Online');
  return connectSpu(cluster.spus.find(({ id }) => id === spec.leader) ?? expect.fail());
};
const produce = async (spu: Session, topic: string, from: number, to: number): Promise<void> => {
  for (let i = from; i < to; i++) {
    expect(await produceTo(spu, topic, 0, batchOf(value(i)))).toEqual({ error: { kind: 'None' }, baseOffset: i });
  }
};
const startOf = async (spu: Session, topic: string): Promise<number> => {
  const { topics } = await spu.call(FetchOffsets, {
    topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }],
    consumerId: undefined,
  });
  return Number(topics[0]?.partitions[0]?.startOffset);
};
const fetchFrom = async (spu: Session, topic: string, from: number): Promise<PartitionData> => {
  const partition = {
    partitionIndex: 0,
    currentLeaderEpoch: -1,
    fetchOffset: BigInt(from),
    logStartOffset: 0n,
    maxBytes: 0,
  };
  const { topics } = await spu.call(Fetch, {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 1_000_000,
    isolation: 'read_uncommitted',
    topics: [{ name: topic, partitions: [partition] }],
    forgotten: [],
  });
  return topics[0]?.partitions[0] ?? expect.fail();
};
const next = async (answers: Answers<StreamFetchResponse>): Promise<PartitionData> =>
  ((await answers.next()) ?? expect.fail()).partition;
const segmentsOf = (id: number, partition: string): number[] =>
  readdirSync(join(cluster.dataDir, `spu-logs-${id}`, partition))
    .filter((file) => file.endsWith('.log'))
    .map((file) => Number.parseInt(file, 10))
    .sort((a, b) => a - b);

describe.each<ClusterMode>(['inProcess', 'processes'])('retention by age, %s', (mode) => {
  it('removes closed segments when they are old, and leaves the one that is written to', async () => {
    await start({ mode });
    await createTopic(sc, 'old', replicated(1, 1, { storage, cleanupPolicy: anHour }));
    await createTopic(sc, 'kept', replicated(1, 1, { storage }));
    const spu = await leaderSession('old-0');
    await produce(spu, 'old', 0, 10);
    await produce(spu, 'kept', 0, 10);
    expect(segmentsOf(5001, 'old-0')).toEqual([0, 3, 6, 9]);
    await cluster.advanceClock(HOUR_MS / 2);
    expect(await startOf(spu, 'old')).toBe(0);
    await cluster.advanceClock(HOUR_MS);
    expect(await startOf(spu, 'old')).toBe(9);
    expect(segmentsOf(5001, 'old-0')).toEqual([9]);
    // The other keeps the week that is the default.
    expect(await startOf(spu, 'kept')).toBe(0);
    await cluster.advanceClock(8 * 24 * HOUR_MS);
    expect(await startOf(spu, 'kept')).toBe(9);
    // What was written before is as it was, and offsets go on.
    expect(recordsIn((await fetchFrom(spu, 'old', 9)).records)).toEqual([{ offset: 9, value: value(9) }]);
    await produce(spu, 'old', 10, 13);
    const shown = await untilPartition(
      sc,
      'old-0',
      ({ status }) => status.baseOffset === 9n && status.leader.leo === 13n,
    );
    expect(Number(shown.status.size)).toBeLessThan(1200);
    // A server that starts again keeps the time, and what is gone stays gone.
    await cluster.kill(5001);
    await cluster.restart(5001);
    const again = await leaderSession('old-0');
    expect(await startOf(again, 'old')).toBe(9);
    await cluster.advanceClock(0);
    expect(await startOf(again, 'old')).toBe(12);
    again.close();
    sc.close();
  });
});

describe('readers of what was removed', () => {
  it('are told where to go on, whatever they do', async () => {
    await start();
    await createTopic(sc, 't', replicated(1, 1, { storage, cleanupPolicy: anHour }));
    const spu = await leaderSession('t-0');
    await produce(spu, 't', 0, 10);
    // One waits for its acknowledgement, one at the end, one has read nothing yet.
    const behind = spu.open(StreamFetch, streamRequest('t', 0, 0, { maxBytes: 300 }));
    const atEnd = spu.open(StreamFetch, streamRequest('t', 0, 10));
    expect(recordsIn((await next(behind)).records).map(({ offset }) => offset)).toEqual([0]);
    await cluster.advanceClock(2 * HOUR_MS);
    const evicted = (offset: number) => ({ kind: 'OffsetEvicted', offset: BigInt(offset), nextAvailable: 9n });
    await spu.call(UpdateOffsets, { offsets: [{ sessionId: 1, offset: 1n }] });
    const told = await next(behind);
    expect(told).toMatchObject({ errorCode: evicted(1), highWatermark: 0n, logStartOffset: 0n });
    expect(told.records.length).toBe(0);
    expect((await next(spu.open(StreamFetch, streamRequest('t', 0, 8)))).errorCode).toEqual(evicted(8));
    expect((await fetchFrom(spu, 't', 3)).errorCode).toEqual(evicted(3));
    const fresh = await next(spu.open(StreamFetch, streamRequest('t', 0, 9)));
    expect(fresh).toMatchObject({ errorCode: { kind: 'None' }, highWatermark: 10n, logStartOffset: 9n });
    // The stream at the end did not notice.
    await produce(spu, 't', 10, 11);
    expect(recordsIn((await next(atEnd)).records)).toEqual([{ offset: 10, value: value(10) }]);
    // A stream that was told so is over: the rest of the connection is not.
    await spu.call(UpdateOffsets, { offsets: [{ sessionId: 1, offset: 9n }] });
    expect(await Promise.race([next(behind).then(() => 'more'), startOf(spu, 't').then(() => 'nothing')])).toBe(
      'nothing',
    );
    spu.close();
  });
});

describe('retention by size', () => {
  it('removes as Fluvio does, by itself, look after look', async () => {
    await start({ retentionCheckMs: 20 });
    await createTopic(sc, 't', replicated(1, 1, { storage: { segmentSize: 1024, maxPartitionSize: 2048n } }));
    const spu = await leaderSession('t-0');
    await produce(spu, 't', 0, 40);
    const { status } = await untilPartition(
      sc,
      't-0',
      (shown) => shown.status.leader.leo === 40n && shown.status.size <= 2048n,
    );
    expect(status.baseOffset).toBeGreaterThan(29n);
    const start40 = await startOf(spu, 't');
    const kept = await fetchFrom(spu, 't', start40);
    expect(recordsIn(kept.records)[0]).toEqual({ offset: start40, value: value(start40) });
    spu.close();
  });
});

describe('replicas', () => {
  it('remove what their leader has removed, and one that was away begins anew behind it', async () => {
    await start({ spus: 3 });
    await createTopic(sc, 't', replicated(3, 1, { storage, cleanupPolicy: anHour }));
    const { spec } = await untilPartition(sc, 't-0', ({ status }) => status.resolution === 'Online');
    const [away, other] = spec.replicas.filter((id) => id !== spec.leader) as [number, number];
    const spu = await leaderSession('t-0');
    await produce(spu, 't', 0, 10);
    await untilPartition(sc, 't-0', level(10));
    await cluster.shutdown(away);
    await produce(spu, 't', 10, 20);
    await cluster.advanceClock(2 * HOUR_MS);
    expect(await startOf(spu, 't')).toBe(18);
    await expect.poll(() => segmentsOf(other, 't-0'), { timeout: 10_000 }).toEqual([18]);
    expect(segmentsOf(away, 't-0')).toEqual([0, 3, 6, 9]);
    await cluster.restart(away);
    await untilPartition(sc, 't-0', level(20));
    await expect.poll(() => segmentsOf(away, 't-0'), { timeout: 10_000 }).toEqual([18]);
    await produce(spu, 't', 20, 25);
    await untilPartition(sc, 't-0', level(25));
    for (const id of [away, other]) expect(segmentsOf(id, 't-0')).toEqual(segmentsOf(spec.leader, 't-0'));
    spu.close();
  });
});
