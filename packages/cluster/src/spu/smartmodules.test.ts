/** SmartModules on streams and on produce, as clients of an SPU see them. */
import type {
  PartitionData,
  ProducePartitionResponse,
  SmartModuleInvocation,
  StreamFetchResponse,
} from '@fluvio-ts/protocol';
import { Delete, Fetch, FetchOffsets, Produce, StreamFetch, UpdateOffsets } from '@fluvio-ts/protocol';
import type { Answers, Session } from '@fluvio-ts/protocol/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { startCluster } from '../cluster.ts';
import { batchOf, recordsIn } from '../testing/batches.ts';
import {
  computed,
  connectSc,
  connectSpu,
  createTopic,
  produceRequest,
  produceTo,
  streamRequest,
} from '../testing/clients.ts';
import { type OneCluster, oneCluster } from '../testing/one-cluster.ts';
import { adHoc, createSmartModule, gzippedModule, specOf, stored } from '../testing/smartmodules.ts';

let cluster: Cluster;
let sc: Session;
let spu: Session;
let newTopic: OneCluster['newTopic'];

beforeAll(async () => {
  ({ cluster, sc, spu, newTopic } = await oneCluster({ limits: { smartModuleMs: 30_000 } }));
});
afterAll(() => cluster?.stop());

async function topicWith(...batches: readonly Uint8Array[]): Promise<string> {
  const name = await newTopic();
  for (const batch of batches) expect((await produceTo(spu, name, 0, batch)).error.kind).toBe('None');
  return name;
}

const valuesIn = ({ records }: PartitionData): string[] => recordsIn(records).map(({ value }) => value);
const next = async (answers: Answers<StreamFetchResponse>): Promise<StreamFetchResponse> =>
  (await answers.next()) ?? expect.fail();
const acknowledge = (session: Session, { streamId, partition }: StreamFetchResponse) =>
  session.call(UpdateOffsets, { offsets: [{ sessionId: streamId, offset: partition.nextFilterOffset }] });
const open = (topic: string, smartmodules: readonly SmartModuleInvocation[], from = 0, session = spu) =>
  session.open(StreamFetch, streamRequest(topic, 0, from, { smartmodules }));
/** What the first answer of a stream has. */
const first = async (topic: string, ...modules: readonly SmartModuleInvocation[]): Promise<PartitionData> =>
  (await next(open(topic, modules))).partition;
const produceThrough = async (
  topic: string,
  modules: readonly SmartModuleInvocation[],
  ...batches: readonly Uint8Array[]
): Promise<ProducePartitionResponse> => {
  const request = { ...produceRequest(topic, 0, ...batches), smartmodules: modules };
  return (await spu.call(Produce, request)).responses[0]?.partitions[0] ?? expect.fail();
};
const storedIn = async (topic: string): Promise<string[]> => valuesIn((await first(topic)) ?? expect.fail());

describe('on a stream', () => {
  it('applies stored and sent modules, chains, and parameters', async () => {
    await createSmartModule(sc, 'upper', specOf(gzippedModule('map-upper')));
    const topic = await topicWith(batchOf('three four', 'five'), batchOf('six'));
    expect(valuesIn(await first(topic, stored('upper')))).toEqual(['THREE FOUR', 'FIVE', 'SIX']);
    const contains = adHoc('filter-contains', { params: { needle: 'f' } });
    const answer = await first(topic, contains, stored('upper'), adHoc('array-map-words'));
    expect(valuesIn(answer)).toEqual(['THREE', 'FOUR', 'FIVE']);
    expect(answer.nextFilterOffset).toBe(3n);
  });

  it('goes on with what comes, and an aggregate goes on counting', async () => {
    const topic = await topicWith(batchOf('a', 'b'));
    const kind = { kind: 'aggregate', accumulator: new TextEncoder().encode('{"count":10,"bytes":0}') } as const;
    const answers = open(topic, [adHoc('aggregate-count', { kind })]);
    const counts = (answer: StreamFetchResponse): number[] =>
      valuesIn(answer.partition).map((value) => JSON.parse(value).count);
    const one = await next(answers);
    expect(counts(one)).toEqual([11, 12]);
    await produceTo(spu, topic, 0, batchOf('c'));
    await acknowledge(spu, one);
    expect(counts(await next(answers))).toEqual([13]);
  });

  it('tells modules true offsets, and keeps those of the records', async () => {
    const topic = await topicWith(batchOf('a', 'b'), batchOf('c'));
    const { partition } = await next(open(topic, [adHoc('map-stamp')], 1));
    expect(valuesIn(partition).map((value) => value.split(' ')[0])).toEqual(['1', '2']);
    expect(valuesIn(partition)[0]).toBe('1 1700000000000 b');
  });

  it('looks back on the last records, and on those of an age', async () => {
    const topic = await topicWith(batchOf('1', '9'), batchOf('3'));
    const modules = [adHoc('lookback-increasing', { lookback: { last: 3n, age: undefined } })];
    const answers = spu.open(StreamFetch, streamRequest(topic, 0, 3, { smartmodules: modules }));
    await produceTo(spu, topic, 0, batchOf('5', '10', '8', '11'));
    expect(valuesIn((await next(answers)).partition)).toEqual(['10', '11']);
    // The batches say that they are from 2023: none is of the last minute.
    const age = { seconds: 60n, nanos: 0 };
    const young = [adHoc('lookback-increasing', { lookback: { last: 0n, age } })];
    expect(valuesIn((await next(open(topic, young))).partition)).toEqual(['1', '9', '10', '11']);
  });

  it('says how far it is where nothing came through', async () => {
    const topic = await topicWith(batchOf('2', '4'));
    const answers = open(topic, [adHoc('filter-odd-fail')]);
    const silent = await next(answers);
    expect(silent.partition).toMatchObject({ errorCode: { kind: 'None' }, nextFilterOffset: 2n });
    expect(silent.partition.records.length).toBe(0);
    await acknowledge(spu, silent);
    await produceTo(spu, topic, 0, batchOf('5'));
    expect(valuesIn((await next(answers)).partition)).toEqual(['5']);
  });

  it('hands over what came before a refused record, and goes on behind it', async () => {
    const topic = await topicWith(batchOf('1', 'bad', '3'));
    const answers = open(topic, [adHoc('filter-odd-fail')]);
    const failed = await next(answers);
    expect(valuesIn(failed.partition)).toEqual(['1']);
    expect(failed.partition).toMatchObject({
      nextFilterOffset: 2n,
      errorCode: {
        kind: 'SmartModuleRuntimeError',
        offset: 1n,
        recordValue: new TextEncoder().encode('bad'),
      },
    });
    await acknowledge(spu, failed);
    expect(valuesIn((await next(answers)).partition)).toEqual(['3']);
  });

  it('stays within the size of an answer, and loses nothing', async () => {
    const value = (i: number) => `${i} ${'x'.repeat(200)}`;
    const topic = await topicWith(
      ...Array.from({ length: 8 }, (_, b) => batchOf(...[0, 1, 2].map((i) => value(3 * b + i)))),
    );
    const request = streamRequest(topic, 0, 0, { smartmodules: [adHoc('map-upper')], maxBytes: 1000 });
    const answers = spu.open(StreamFetch, request);
    const all: string[] = [];
    let slices = 0;
    while (all.length < 24) {
      const answer = await next(answers);
      slices++;
      all.push(...valuesIn(answer.partition));
      await acknowledge(spu, answer);
    }
    expect(all).toEqual(Array.from({ length: 24 }, (_, i) => value(i).toUpperCase()));
    expect(slices).toBeGreaterThan(4);
  });

  it('reads committed records only, when it is asked to', async () => {
    const topic = await topicWith(batchOf('a'));
    const smartmodules = [adHoc('map-upper')];
    const request = streamRequest(topic, 0, 0, { smartmodules, isolation: 'read_committed' });
    expect(valuesIn((await next(spu.open(StreamFetch, request))).partition)).toEqual(['A']);
  });

  it('ends with an error for modules that cannot start', async () => {
    const topic = await topicWith(batchOf('a'));
    expect((await first(topic, stored('absent'))).errorCode).toEqual({ kind: 'SmartModuleNotFound', name: 'absent' });
    expect((await first(topic, adHoc('filter-contains'))).errorCode).toMatchObject({
      kind: 'SmartModuleChainInitError',
      message: expect.stringMatching(/needle/),
    });
    expect((await next(open(topic, [adHoc('map-upper')], 7))).partition.errorCode.kind).toBe('Other');
  });

  it('uses a replaced module from the next stream on, and a deleted one no more', async () => {
    await createSmartModule(sc, 'changing', specOf(gzippedModule('map-upper')));
    const topic = await topicWith(batchOf('a'));
    expect(valuesIn(await first(topic, stored('changing')))).toEqual(['A']);
    await createSmartModule(sc, 'changing', specOf(gzippedModule('array-map-words')));
    expect(valuesIn(await first(topic, stored('changing')))).toEqual(['a']);
    await sc.call(Delete, { label: 'SmartModule', body: { key: 'changing', force: false } });
    expect((await first(topic, stored('changing'))).errorCode.kind).toBe('SmartModuleNotFound');
  });
});

describe('modules that go too far', () => {
  let outer: OneCluster;

  beforeAll(async () => {
    outer = { cluster, sc, spu, newTopic };
    ({ cluster, sc, spu, newTopic } = await oneCluster({
      limits: { smartModuleMs: 2000, smartModuleBytes: 64 << 20 },
    }));
  });
  afterAll(async () => {
    await cluster.stop();
    ({ cluster, sc, spu, newTopic } = outer);
  });

  it.each([
    ['a trap', 'trap', 'boom', { kind: 'Other', message: expect.stringMatching(/trapped/) }],
    ['a hunger for memory', 'hungry', 'x', { kind: 'SmartModuleMemoryLimitExceeded', max: 67_108_864n }],
    ['an endless loop', 'endless', 'spin', { kind: 'Other', message: expect.stringMatching(/2000 ms/) }],
  ])('%s ends its stream and is reported, and others are served meanwhile', async (_, module, value, error) => {
    const values = module === 'hungry' ? Array.from({ length: 8 }, () => value) : ['fine', value];
    const topic = await topicWith(batchOf(...values));
    const doomed = next(open(topic, [adHoc(module)]));
    // The same connection, and the same partition.
    expect(valuesIn(await first(topic, adHoc('map-upper')))).toEqual(values.map((v) => v.toUpperCase()));
    expect((await doomed).partition.errorCode).toMatchObject(error);
    const refused = await produceThrough(topic, [adHoc(module)], batchOf(...values));
    expect(refused.errorCode).toMatchObject(error);
    expect(await storedIn(topic)).toEqual(values);
  });

  it('an endless loop ends with the connection of its client', async () => {
    const topic = await topicWith(batchOf('spin'));
    const other = await connectSpu(cluster.spus[0] ?? expect.fail());
    const answers = open(topic, [adHoc('endless')], 0, other);
    const ended = next(answers).catch(() => 'ended');
    other.close();
    expect(await ended).toBe('ended');
    expect(valuesIn(await first(topic, adHoc('map-upper')))).toEqual(['SPIN']);
  });
});

it('needs no more memory for more records', async () => {
  await using small = await startCluster({ limits: { smartModuleBytes: 4 << 20 } });
  await createTopic(await connectSc(small.endpoint), 'much');
  const client = await connectSpu(small.spus[0] ?? expect.fail());
  const batch = batchOf(...Array.from({ length: 100 }, (_, i) => `${i}${'x'.repeat(1000)}`));
  for (let i = 0; i < 200; i++) await produceTo(client, 'much', 0, batch);
  const answers = client.open(StreamFetch, streamRequest('much', 0, 0, { smartmodules: [adHoc('map-upper')] }));
  let bytes = 0;
  for (let at = 0n; at < 20_000n; ) {
    const answer = await next(answers);
    expect(answer.partition.errorCode.kind).toBe('None');
    bytes += answer.partition.records.length;
    at = answer.partition.nextFilterOffset;
    await acknowledge(client, answer);
  }
  // Five times what the module may have.
  expect(bytes).toBeGreaterThan(20_000_000);
});

describe('on produce', () => {
  it('stores what came through, in order, with gaps where records were dropped', async () => {
    const topic = await topicWith();
    const answer = await produceThrough(topic, [adHoc('filter-odd-fail')], batchOf('1', '2', '3'), batchOf('4', '5'));
    expect(answer).toMatchObject({ errorCode: { kind: 'None' }, baseOffset: 0n });
    expect((await produceTo(spu, topic, 0, batchOf('plain'))).baseOffset).toBe(5);
    expect(await storedIn(topic)).toEqual(['1', '3', '5', 'plain']);
  });

  it('stores nothing where nothing came through, or a record was refused', async () => {
    const topic = await topicWith(batchOf('0'));
    const odd = [adHoc('filter-odd-fail')];
    expect(await produceThrough(topic, odd, batchOf('2', '4'))).toMatchObject({
      errorCode: { kind: 'None' },
      baseOffset: 0n,
    });
    expect((await produceThrough(topic, odd, batchOf('1', 'bad'))).errorCode).toMatchObject({
      kind: 'SmartModuleRuntimeError',
      offset: 1n,
      hint: expect.any(String),
    });
    expect((await produceThrough(topic, [stored('absent')], batchOf('1'))).errorCode.kind).toBe('SmartModuleNotFound');
    expect(await storedIn(topic)).toEqual(['0']);
    const offsets = await spu.call(FetchOffsets, {
      topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }],
      consumerId: undefined,
    });
    expect(offsets.topics[0]?.partitions[0]?.lastStableOffset).toBe(1n);
  });

  it('keeps the order of a connection, whether requests have modules or not', async () => {
    const topic = await topicWith();
    const sent = Array.from({ length: 12 }, (_, i) =>
      i % 2 === 0
        ? produceThrough(topic, [adHoc('map-upper')], batchOf(`m${i}`))
        : produceTo(spu, topic, 0, batchOf(`p${i}`)),
    );
    await Promise.all(sent);
    expect(await storedIn(topic)).toEqual(Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? `M${i}` : `p${i}`)));
  });

  it('runs one chain for a request, over all of its entries', async () => {
    const topic = await topicWith();
    const other = await topicWith();
    const kind = { kind: 'aggregate', accumulator: new Uint8Array(0) } as const;
    const entry = (name: string, ...values: string[]) => ({
      name,
      partitions: [{ partitionIndex: 0, records: batchOf(...values) }],
    });
    await spu.call(Produce, {
      ...produceRequest(topic, 0),
      topics: [entry(topic, 'a', 'b'), entry('nowhere', 'x'), entry(other, 'c')],
      smartmodules: [adHoc('aggregate-count', { kind })],
    });
    const counts = async (name: string) => (await storedIn(name)).map((value) => JSON.parse(value).count);
    expect([await counts(topic), await counts(other)]).toEqual([[1, 2], [3]]);
  });

  it('serves many clients that produce through modules at a time', async () => {
    const topic = await topicWith();
    const clients = await Promise.all(Array.from({ length: 24 }, () => connectSpu(cluster.spus[0] ?? expect.fail())));
    const request = { ...produceRequest(topic, 0, batchOf('a')), smartmodules: [adHoc('map-upper')] };
    const answers = await Promise.all(clients.map((client) => client.call(Produce, request)));
    for (const client of clients) client.close();
    expect(answers.map(({ responses }) => responses[0]?.partitions[0]?.errorCode.kind)).toEqual(
      Array.from({ length: 24 }, () => 'None'),
    );
    expect((await storedIn(topic)).length).toBe(24);
  });

  it('replicates what was transformed, and nothing else', async () => {
    await using three = await startCluster({ spus: 2 });
    const control = await connectSc(three.endpoint);
    const replicas = { kind: 'assigned', maps: [{ id: 0, replicas: [5001, 5002], mirror: undefined }] } as const;
    await createTopic(control, 'twice', computed(1, { replicas }));
    const [leader, follower] = await Promise.all(three.spus.map((each) => connectSpu(each)));
    const request = {
      ...produceRequest('twice', 0, batchOf('1', '2', '3')),
      isolation: 'read_committed',
      timeoutMs: 20_000,
      smartmodules: [adHoc('filter-odd-fail'), adHoc('map-stamp')],
    } as const;
    const answer = await leader?.call(Produce, request);
    expect(answer?.responses[0]?.partitions[0]?.errorCode.kind).toBe('None');
    await three.kill(5001);
    const fetch = {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1_000_000,
      isolation: 'read_committed',
      topics: [
        {
          name: 'twice',
          partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, fetchOffset: 0n, logStartOffset: 0n, maxBytes: 0 }],
        },
      ],
      forgotten: [],
    } as const;
    const copy = await expect
      .poll(async () => (await follower?.call(Fetch, fetch))?.topics[0]?.partitions[0], { timeout: 20_000 })
      .toMatchObject({ errorCode: { kind: 'None' } })
      .then(() => follower?.call(Fetch, fetch));
    const data = copy?.topics[0]?.partitions[0] ?? expect.fail();
    expect(valuesIn(data)).toEqual(['0 1700000000000 1', '2 1700000000000 3']);
  });
});
