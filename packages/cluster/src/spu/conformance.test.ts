/**
 * What Fluvio's own suites ask of a cluster, where a client of the wire can see it and no other test of ours has it: the
 * compression rule of a topic, large records, small segments, several streams on a connection.
 */
import type { Codec, CodecName, ErrorCode, StreamFetchResponse, TopicSpec } from '@fluvio-ts/protocol';
import { BatchBuilder, FetchOffsets, Produce, StreamFetch, UpdateOffsets } from '@fluvio-ts/protocol';
import type { Answers, Session } from '@fluvio-ts/protocol/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { batchOf, recordsIn } from '../testing/batches.ts';
import { computed, connectSpu, produceRequest, produceTo, streamRequest } from '../testing/clients.ts';
import { type OneCluster, oneCluster } from '../testing/one-cluster.ts';
import { untilPartition } from '../testing/partitions.ts';

let cluster: Cluster;
let sc: Session;
let spu: Session;
let newTopic: OneCluster['newTopic'];

beforeAll(async () => {
  ({ cluster, sc, spu, newTopic } = await oneCluster());
});
afterAll(() => cluster?.stop());

const next = async (answers: Answers<StreamFetchResponse>) => ((await answers.next()) ?? expect.fail()).partition;
const offsetsIn = (records: Uint8Array): number[] => recordsIn(records).map(({ offset }) => offset);
const acknowledge = (session: Session, sessionId: number, offset: number) =>
  session.call(UpdateOffsets, { offsets: [{ sessionId, offset: BigInt(offset) }] });
const endOf = async (topic: string): Promise<number> => {
  const { topics } = await spu.call(FetchOffsets, {
    topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }],
    consumerId: undefined,
  });
  return Number(topics[0]?.partitions[0]?.lastStableOffset);
};

/** A batch that says it is compressed: servers look at the header only. */
function compressedBatch(name: CodecName): Uint8Array {
  const builder = new BatchBuilder();
  builder.add(null, `by ${name}`, 1_700_000_000_000);
  if (name === 'none') return builder.finish();
  const codec: Codec = { name, compress: (bytes) => bytes, decompress: (bytes) => bytes };
  return builder.finish(codec) as Uint8Array;
}

describe('the compression rule of a topic', () => {
  const codecNames: readonly CodecName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
  const rules: readonly TopicSpec['compressionType'][] = ['Any', 'None', 'Gzip', 'Snappy', 'Lz4', 'Zstd'];

  it.each(rules)('%s takes what it says, and nothing else', async (compressionType) => {
    const topic = await newTopic(computed(1, { compressionType }));
    let stored = 0;
    for (const name of codecNames) {
      const allowed = compressionType === 'Any' || compressionType.toLowerCase() === name;
      const expected: ErrorCode = allowed ? { kind: 'None' } : { kind: 'CompressionError' };
      expect(await produceTo(spu, topic, 0, compressedBatch(name)), name).toEqual({
        error: expected,
        baseOffset: allowed ? stored : 0,
      });
      if (allowed) stored++;
    }
    expect(stored).toBe(compressionType === 'Any' ? codecNames.length : 1);
    expect(await endOf(topic)).toBe(stored);
  });

  it('refuses an entry as a whole for one batch that breaks it', async () => {
    const topic = await newTopic(computed(1, { compressionType: 'Gzip' }));
    const mixed = [compressedBatch('gzip'), compressedBatch('zstd')];
    expect((await produceTo(spu, topic, 0, ...mixed)).error.kind).toBe('CompressionError');
    expect(await endOf(topic)).toBe(0);
  });
});

describe('large batches', () => {
  it('go in and come out up to the limit, in order with small ones, whatever a consumer asks for', async () => {
    const topic = await newTopic();
    const sizes = [2_500_000, 10, 5_000_000, 15_000_000, 10];
    for (const [i, size] of sizes.entries()) {
      expect(await produceTo(spu, topic, 0, batchOf('x'.repeat(size)))).toEqual({
        error: { kind: 'None' },
        baseOffset: i,
      });
    }
    const session = await connectSpu(cluster.spus[0] ?? expect.fail());
    const stream = session.open(StreamFetch, streamRequest(topic, 0, 0, { maxBytes: 1_048_890 }));
    const got: number[] = [];
    while (got.length < sizes.length) {
      const { records, errorCode } = await next(stream);
      expect(errorCode.kind).toBe('None');
      for (const { value } of recordsIn(records)) got.push(value.length);
      await acknowledge(session, 1, got.length);
    }
    expect(got).toEqual(sizes);
    session.close();
  });

  it('are refused above 32 MiB, and above the segment size of their topic, and the partition goes on', async () => {
    const topic = await newTopic();
    const small = await newTopic(computed(1, { storage: { segmentSize: 4096, maxPartitionSize: undefined } }));
    for (const [name, size] of [
      [topic, 33_554_432],
      [small, 4096],
    ] as const) {
      expect((await produceTo(spu, name, 0, batchOf('x'.repeat(size)))).error.kind).toBe('MessageTooLarge');
      expect(await produceTo(spu, name, 0, batchOf('fits'))).toEqual({ error: { kind: 'None' }, baseOffset: 0 });
    }
  });
});

describe('small segments', () => {
  it.each([1024, 2048, 4096])(
    'of %i bytes are read from every offset, before and after a restart',
    async (segmentSize) => {
      const topic = await newTopic(computed(1, { storage: { segmentSize, maxPartitionSize: undefined } }));
      const count = 60;
      for (let i = 0; i < count; i++) await produceTo(spu, topic, 0, batchOf(`${i}`.padEnd(180)));
      const check = async (): Promise<void> => {
        const session = await connectSpu(cluster.spus[0] ?? expect.fail());
        for (let from = 0; from < count; from++) {
          const stream = session.open(StreamFetch, streamRequest(topic, 0, from));
          const [first] = recordsIn((await next(stream)).records);
          expect(first).toEqual({ offset: from, value: `${from}`.padEnd(180) });
        }
        session.close();
      };
      await check();
      await cluster.kill(5001);
      await cluster.restart(5001);
      await untilPartition(sc, `${topic}-0`, ({ status }) => status.leader.leo === BigInt(count));
      await check();
      spu = await connectSpu(cluster.spus[0] ?? expect.fail());
      expect((await produceTo(spu, topic, 0, batchOf('next'))).baseOffset).toBe(count);
    },
  );
});

describe('streams of one connection', () => {
  it('each have their own place and credit, on one partition and on several', async () => {
    const topic = await newTopic(computed(2));
    for (const partition of [0, 1]) for (let i = 0; i < 6; i++) await produceTo(spu, topic, partition, batchOf(`${i}`));
    const session = await connectSpu(cluster.spus[0] ?? expect.fail());
    const one = batchOf('0').length;
    const open = (partition: number, from: number) =>
      session.open(StreamFetch, streamRequest(topic, partition, from, { maxBytes: 2 * one }));
    const [a, b, c] = [open(0, 0), open(0, 3), open(1, 1)] as const;
    expect(offsetsIn((await next(a)).records)).toEqual([0, 1]);
    expect(offsetsIn((await next(b)).records)).toEqual([3, 4]);
    expect(offsetsIn((await next(c)).records)).toEqual([1, 2]);
    // Acknowledgements of several in one request, one of a stream that is not there; the third keeps waiting for its own.
    const { status } = await session.call(UpdateOffsets, {
      offsets: [
        { sessionId: 1, offset: 2n },
        { sessionId: 9, offset: 1n },
        { sessionId: 2, offset: 3n },
      ],
    });
    expect(status.map(({ sessionId, error }) => [sessionId, error.kind])).toEqual([
      [1, 'None'],
      [9, 'FetchSessionNotFoud'],
      [2, 'None'],
    ]);
    expect(offsetsIn((await next(a)).records)).toEqual([2, 3]);
    // It was sent back to where it was.
    expect(offsetsIn((await next(b)).records)).toEqual([3, 4]);
    await produceTo(spu, topic, 1, batchOf('new'));
    await acknowledge(session, 3, 6);
    expect(offsetsIn((await next(c)).records)).toEqual([6]);
    session.close();
  });
});

describe('a produce of several partitions', () => {
  it('stores those that can be, and says of each what became of it', async () => {
    const topic = await newTopic(computed(2, { compressionType: 'None' }));
    const partition = (partitionIndex: number, records: Uint8Array) => ({ partitionIndex, records });
    const request = produceRequest(topic, 0);
    const { responses } = await spu.call(Produce, {
      ...request,
      isolation: 'read_committed',
      topics: [
        {
          name: topic,
          partitions: [partition(0, compressedBatch('gzip')), partition(1, batchOf('a')), partition(7, batchOf('b'))],
        },
        { name: 'nobody-made-it', partitions: [partition(0, batchOf('c'))] },
      ],
    });
    expect(responses.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode.kind))).toEqual([
      'CompressionError',
      'None',
      'NotLeaderForPartition',
      'NotLeaderForPartition',
    ]);
  });
});
