/** What a client sees of an SPU, beyond what the captures of a real one hold. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FetchRequest, PartitionData, StreamFetchResponse } from '@fluvio-ts/protocol';
import { encodeRequest, Fetch, FetchOffsets, Produce, StreamFetch, UpdateOffsets } from '@fluvio-ts/protocol';
import type { Answers, Session } from '@fluvio-ts/protocol/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { batchOf, recordsIn } from '../testing/batches.ts';
import {
  computed,
  connectSpu,
  createTopic,
  deleteTopic,
  produceRequest,
  produceTo,
  streamRequest,
} from '../testing/clients.ts';
import { type OneCluster, oneCluster } from '../testing/one-cluster.ts';
import { connect } from '../testing/vectors.ts';

let cluster: Cluster;
let sc: Session;
let spu: Session;
let newTopic: OneCluster['newTopic'];

beforeAll(async () => {
  ({ cluster, sc, spu, newTopic } = await oneCluster());
});
afterAll(() => cluster?.stop());

const next = async (answers: Answers<StreamFetchResponse>): Promise<StreamFetchResponse> =>
  (await answers.next()) ?? expect.fail();
const values = (data: PartitionData): string[] => recordsIn(data.records).map(({ value }) => value);
const acknowledge = (session: Session, sessionId: number, offset: number) =>
  session.call(UpdateOffsets, { offsets: [{ sessionId, offset: BigInt(offset) }] });

const fetchRequest = (topic: string, from: number, maxBytes = 1_000_000, partition = 0): FetchRequest => ({
  maxWaitMs: 0,
  minBytes: 0,
  maxBytes,
  isolation: 'read_uncommitted',
  topics: [
    {
      name: topic,
      partitions: [
        {
          partitionIndex: partition,
          currentLeaderEpoch: -1,
          fetchOffset: BigInt(from),
          logStartOffset: 0n,
          maxBytes: 0,
        },
      ],
    },
  ],
  forgotten: [],
});
const fetchFrom = async (topic: string, from: number, maxBytes?: number): Promise<PartitionData> =>
  (await spu.call(Fetch, fetchRequest(topic, from, maxBytes))).topics[0]?.partitions[0] ?? expect.fail();

describe('Produce', () => {
  it('stores an entry as a whole or not at all', async () => {
    const topic = await newTopic(computed(1, { storage: { segmentSize: 1024, maxPartitionSize: undefined } }));
    const huge = batchOf('h'.repeat(2000));
    expect(await produceTo(spu, topic, 0, batchOf('fits'), huge)).toMatchObject({ error: { kind: 'MessageTooLarge' } });
    const cut = batchOf('cut');
    expect(await produceTo(spu, topic, 0, batchOf('whole'), cut.subarray(0, cut.length - 3))).toMatchObject({
      error: { kind: 'Other', message: expect.stringContaining('lacks 3 bytes') },
    });
    const schema = batchOf('schema', 'x');
    new DataView(schema.buffer, schema.byteOffset).setInt16(21, 0x10);
    expect(await produceTo(spu, topic, 0, schema)).toMatchObject({
      error: { kind: 'Other', message: expect.stringContaining('schema') },
    });
    const negative = batchOf('negative');
    new DataView(negative.buffer, negative.byteOffset).setInt32(23, -7);
    expect(await produceTo(spu, topic, 0, negative)).toMatchObject({ error: { kind: 'Other' } });
    expect(await produceTo(spu, topic, 0, batchOf('good'))).toEqual({ error: { kind: 'None' }, baseOffset: 0 });
  });

  it('takes an entry without records for success, as upstream', async () => {
    const topic = await newTopic();
    expect(await produceTo(spu, topic, 0)).toEqual({ error: { kind: 'None' }, baseOffset: 0 });
    expect((await fetchFrom(topic, 0)).highWatermark).toBe(0n);
  });

  it('answers entries in their order, each for itself', async () => {
    const topic = await newTopic(computed(2));
    const one = (partitionIndex: number, value: string) => ({ partitionIndex, records: batchOf(value) });
    const { responses } = await spu.call(Produce, {
      ...produceRequest(topic, 0),
      isolation: 'read_committed',
      topics: [
        { name: topic, partitions: [one(1, 'a'), one(9, 'b'), one(0, 'c'), one(1, 'd')] },
        { name: 'no-such-topic', partitions: [one(0, 'e')] },
      ],
    });
    expect(
      responses.map(({ name, partitions }) => [
        name,
        partitions.map((p) => [p.partitionIndex, p.errorCode.kind, p.baseOffset]),
      ]),
    ).toEqual([
      [
        topic,
        [
          [1, 'None', 0n],
          [9, 'NotLeaderForPartition', 0n],
          [0, 'None', 0n],
          [1, 'None', 1n],
        ],
      ],
      ['no-such-topic', [[0, 'NotLeaderForPartition', 0n]]],
    ]);
  });

  it('refuses SmartModules by what they are, and stores nothing', async () => {
    const topic = await newTopic();
    const kind = { kind: 'generic', context: { kind: 'none' } } as const;
    const params = { params: new Map(), lookback: undefined };
    for (const [wasm, error] of [
      [
        { kind: 'predefined', name: 'upper' },
        { kind: 'SmartModuleNotFound', name: 'upper' },
      ],
      [{ kind: 'adHoc', gzippedWasm: new Uint8Array(3) }, { kind: 'SmartModuleInvalid' }],
    ] as const) {
      const smartmodules = [{ wasm, kind, params, name: undefined }];
      const { responses } = await spu.call(Produce, { ...produceRequest(topic, 0, batchOf('x')), smartmodules });
      expect(responses[0]?.partitions[0]?.errorCode).toMatchObject(error);
      const stream = spu.open(StreamFetch, streamRequest(topic, 0, 0, { smartmodules }));
      const answer = await next(stream);
      expect(answer.partition.errorCode).toMatchObject(error);
      expect(answer.streamId).toBeGreaterThan(0);
      stream.close();
    }
    expect((await fetchFrom(topic, 0)).highWatermark).toBe(0n);
  });
});

describe('Fetch and FetchOffsets', () => {
  it('give whole batches, stop at the limit for all partitions together, and say where records begin and end', async () => {
    const topic = await newTopic(computed(2));
    const batch = batchOf('x'.repeat(1000));
    for (const partition of [0, 1]) for (let i = 0; i < 5; i++) await produceTo(spu, topic, partition, batch.slice());
    const data = await fetchFrom(topic, 1, batch.length * 2 + 5);
    expect(data.records.length).toBe(batch.length * 2);
    expect(data).toMatchObject({ highWatermark: 5n, logStartOffset: 0n, nextFilterOffset: 0n, aborted: undefined });
    expect((await fetchFrom(topic, 0, 0)).records.length).toBe(0);
    const { topics: offsets } = await spu.call(FetchOffsets, {
      topics: [{ name: topic, partitions: [{ partitionIndex: 0 }, { partitionIndex: 5 }] }],
      consumerId: undefined,
    });
    expect(offsets[0]?.partitions).toEqual([
      { errorCode: { kind: 'None' }, partitionIndex: 0, startOffset: 0n, lastStableOffset: 5n },
      { errorCode: { kind: 'PartitionNotLeader' }, partitionIndex: 5, startOffset: 0n, lastStableOffset: 0n },
    ]);
  });

  it('tells of records that are not stored any more, and from where on they are', async () => {
    const topic = await newTopic(computed(1, { storage: { segmentSize: 1024, maxPartitionSize: undefined } }));
    for (let i = 0; i < 20; i++) await produceTo(spu, topic, 0, batchOf('e'.repeat(200)));
    await cluster.shutdown(5001);
    const dir = join(cluster.dataDir, 'spu-logs-5001', `${topic}-0`);
    rmSync(join(dir, '00000000000000000000.log'));
    await cluster.restart(5001);
    spu = await connectSpu(cluster.spus[0] ?? expect.fail());
    const evicted = { kind: 'OffsetEvicted', offset: 1n, nextAvailable: 3n };
    expect((await fetchFrom(topic, 1)).errorCode).toEqual(evicted);
    const stream = spu.open(StreamFetch, streamRequest(topic, 0, 1));
    expect((await next(stream)).partition.errorCode).toEqual(evicted);
    expect((await fetchFrom(topic, 3)).logStartOffset).toBe(3n);
    const negative = spu.open(StreamFetch, streamRequest(topic, 0, -1));
    expect((await next(negative)).partition.errorCode).toMatchObject({ kind: 'OffsetEvicted', offset: -1n });
  });
});

describe('StreamFetch', () => {
  it('sends one answer for one acknowledgement, and nothing while there is nothing', async () => {
    const topic = await newTopic();
    const session = await connectSpu(cluster.spus[0] ?? expect.fail());
    const stream = session.open(StreamFetch, streamRequest(topic, 0, 0));
    const arrivals: string[][] = [];
    const collecting = (async () => {
      for await (const { partition } of stream) arrivals.push(values(partition));
    })();
    // Each call has its answer before the next, so whatever the stream had to send would be there as well.
    const settle = () => session.call(FetchOffsets, { topics: [], consumerId: undefined });
    await settle();
    expect(arrivals).toEqual([]);
    await produceTo(session, topic, 0, batchOf('a'));
    await settle();
    expect(arrivals).toEqual([['a']]);
    await produceTo(session, topic, 0, batchOf('b'));
    await produceTo(session, topic, 0, batchOf('c'));
    await settle();
    expect(arrivals).toEqual([['a']]);
    await acknowledge(session, 1, 1);
    await settle();
    expect(arrivals).toEqual([['a'], ['b', 'c']]);
    await acknowledge(session, 1, 3);
    await settle();
    expect(arrivals.length).toBe(2);
    // Back to where it was, and then ahead of the log: nothing until the log is there.
    await acknowledge(session, 1, 2);
    await settle();
    expect(arrivals.at(-1)).toEqual(['c']);
    await acknowledge(session, 1, 5);
    await produceTo(session, topic, 0, batchOf('d'));
    await produceTo(session, topic, 0, batchOf('e'));
    await settle();
    expect(arrivals.length).toBe(3);
    await produceTo(session, topic, 0, batchOf('f'));
    await settle();
    expect(arrivals.at(-1)).toEqual(['f']);
    session.close();
    await collecting.catch(() => {});
  });

  it('keeps to max_bytes in whole batches, with one batch where even the first is larger', async () => {
    const topic = await newTopic();
    const batch = batchOf('y'.repeat(500));
    for (let i = 0; i < 9; i++) await produceTo(spu, topic, 0, batch.slice());
    const stream = spu.open(StreamFetch, streamRequest(topic, 0, 0, { maxBytes: batch.length * 4 }));
    const sizes: number[] = [];
    for (let offset = 0; offset < 9; ) {
      const { streamId, partition } = await next(stream);
      sizes.push(partition.records.length / batch.length);
      offset += partition.records.length / batch.length;
      await acknowledge(spu, streamId, offset);
    }
    expect(sizes).toEqual([4, 4, 1]);
    const narrow = spu.open(StreamFetch, streamRequest(topic, 0, 2, { maxBytes: 10 }));
    expect((await next(narrow)).partition.records.length).toBe(batch.length);
  });

  it('sends an answer with its records in one piece', async () => {
    const topic = await newTopic();
    await produceTo(spu, topic, 0, batchOf('z'.repeat(2000)));
    const raw = await connect(cluster.spus[0]?.address ?? expect.fail());
    raw.send(encodeRequest(StreamFetch, 25, 7, 'test', streamRequest(topic, 0, 0)));
    expect((await raw.answer(7)).length).toBeGreaterThan(2000);
    expect(raw.pieces).toBe(1);
    raw.close();
  });

  it('ends streams of a deleted topic, and a topic of the same name begins anew', async () => {
    const topic = await newTopic();
    await produceTo(spu, topic, 0, batchOf('old'));
    const session = await connectSpu(cluster.spus[0] ?? expect.fail());
    const waiting = session.open(StreamFetch, streamRequest(topic, 0, 1));
    const unacknowledged = session.open(StreamFetch, streamRequest(topic, 0, 0));
    const { streamId } = await next(unacknowledged);
    expect((await deleteTopic(sc, topic)).errorCode.kind).toBe('None');
    expect((await createTopic(sc, topic)).errorCode.kind).toBe('None');
    for (const stream of [waiting, unacknowledged]) {
      expect((await next(stream)).partition.errorCode).toEqual({ kind: 'TopicDeleted' });
    }
    // The stream is over, and its number is still known.
    expect((await acknowledge(session, streamId, 1)).status).toEqual([
      { sessionId: streamId, error: { kind: 'None' } },
    ]);
    expect(await produceTo(spu, topic, 0, batchOf('new'))).toEqual({ error: { kind: 'None' }, baseOffset: 0 });
    expect(values(await fetchFrom(topic, 0))).toEqual(['new']);
    session.close();
  });

  it('holds one slice in memory for a client that does not read, and serves the others', async () => {
    const topic = await newTopic();
    for (let i = 0; i < 40; i++) await produceTo(spu, topic, 0, batchOf('m'.repeat(500_000)));
    const raw = await connect(cluster.spus[0]?.address ?? expect.fail());
    raw.pause();
    const before = process.memoryUsage().arrayBuffers;
    for (let id = 1; id <= 200; id++) {
      raw.send(encodeRequest(StreamFetch, 25, id, 'slow', streamRequest(topic, 0, 0, { maxBytes: 20_000_000 })));
    }
    const session = await connectSpu(cluster.spus[0] ?? expect.fail());
    const stream = session.open(StreamFetch, streamRequest(topic, 0, 39));
    expect((await next(stream)).partition.records.length).toBeGreaterThan(500_000);
    // 200 streams of 20 MB each are open; without a bound that would be 4 GB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200_000_000);
    session.close();
    raw.close();
  });
});
