/** What real SPUs and their clients said to each other: every frame, and the values. Record sets stay raw bytes here. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../messages/error-code.ts';
import { spuApis } from '../messages/spu/apis.ts';
import { captured, named } from './captured.ts';
import { countByApi } from './replay.ts';

const { absent, frames, replayed, refused, shortened, said } = captured('spu', spuApis);

beforeEach((context) => {
  if (absent !== undefined) context.skip(absent);
});

afterAll(() => {
  process.stdout.write(
    absent === undefined
      ? `SPU frames: ${replayed.length} of ${frames.length} give the same bytes, ${refused.length} are wrong on purpose, ` +
          `${shortened} shortened ones left out\n${countByApi(replayed)}`
      : `SPU frames: skipped, ${absent}\n`,
  );
});

/** The first partition in an answer whose error is `kind`, of all captures. */
const failed = (api: keyof typeof spuApis, kind: ErrorCode['kind']): unknown => {
  const partitions = replayed
    .filter((entry) => entry.api === api && entry.frame.dir === 'res')
    .flatMap(({ value }) => partitionsOf(value as Answer));
  const found = partitions.find(({ errorCode }) => errorCode.kind === kind);
  expect(found, `${kind} of ${api}`).toBeDefined();
  return found;
};

interface Partition {
  readonly errorCode: ErrorCode;
}
interface Answer {
  readonly partition?: Partition;
  readonly topics?: readonly { readonly partitions: readonly Partition[] }[];
  readonly responses?: readonly { readonly partitions: readonly Partition[] }[];
}
const partitionsOf = ({ partition, topics = [], responses = [] }: Answer): readonly Partition[] => [
  ...(partition === undefined ? [] : [partition]),
  ...[...topics, ...responses].flatMap((topic) => topic.partitions),
];

describe('every frame', () => {
  it('is decoded without a rest and encoded to the same bytes, but for the one that is wrong on purpose', () => {
    expect(refused.map(({ frame, reason }) => [frame.name, frame.dir, reason])).toEqual([
      ['raw:spu-produce-negative-timeout-closes', 'req', expect.stringContaining('-1 where a negative number')],
    ]);
  });

  it('is of an API that the captures are known to hold', () => {
    const { StartMirror, ReplicaOffsetUpdate, ...seen } = spuApis;
    expect(new Set(replayed.map(({ api }) => api))).toEqual(new Set(Object.keys(seen)));
  });
});

describe('ApiVersions', () => {
  it('is answered with a platform version that says nothing, also below version 1', () => {
    const answers = replayed
      .filter(({ frame, api }) => frame.name === 'raw:spu-apiversions' && api === 'ApiVersions' && frame.dir === 'res')
      .map(({ frame, value }) => [frame.apiVersion, (value as { platformVersion: string }).platformVersion]);
    expect(answers).toContainEqual([0, '0.0.0']);
    expect(answers).toContainEqual([2, '0.0.0']);
    const { apiKeys } = said('raw:spu-apiversions', 'ApiVersions', 'res') as { apiKeys: unknown[] };
    expect(apiKeys).toContainEqual({ apiKey: 0, minVersion: 0, maxVersion: 25 });
    expect(apiKeys).toContainEqual({ apiKey: 1002, minVersion: 25, maxVersion: 25 });
  });
});

describe('Produce', () => {
  it('sends batches and is answered with their first offset, at every version seen', () => {
    const name = 'raw:spu-produce-version-gates';
    const offsets = replayed
      .filter(({ frame, api }) => frame.name === name && api === 'Produce' && frame.dir === 'res')
      .map(({ frame, value }) => [frame.apiVersion, partitionsOf(value as Answer)]);
    const stored = (baseOffset: bigint) => [
      { partitionIndex: 0, errorCode: { kind: 'None' }, baseOffset, logAppendTimeMs: 0n, logStartOffset: 0n },
    ];
    expect(offsets.slice(0, 4)).toEqual([
      [1, stored(0n)],
      [2, stored(1n)],
      [5, stored(2n)],
      [19, stored(3n)],
    ]);
    expect(said(name, 'Produce', 'req')).toEqual({
      transactionalId: undefined,
      isolation: 'read_uncommitted',
      timeoutMs: 1500,
      topics: [{ name: named('pv'), partitions: [{ partitionIndex: 0, records: expect.any(Uint8Array) }] }],
      smartmodules: [],
    });
  });

  it('is refused with codes and their data', () => {
    expect(failed('Produce', 'RequestTimedOut')).toMatchObject({
      errorCode: { timeoutMs: 1500n, request: 'Produce' },
      baseOffset: 10n,
    });
    expect(failed('Produce', 'SmartModuleRuntimeError')).toMatchObject({
      errorCode: {
        hint: 'bang',
        offset: 0n,
        smartModuleKind: 'Filter',
        recordKey: undefined,
        recordValue: new TextEncoder().encode('!'),
      },
    });
    expect(failed('Produce', 'SmartModuleNotFound')).toMatchObject({ errorCode: { name: named('absent') } });
    for (const kind of [
      'NotLeaderForPartition',
      'MessageTooLarge',
      'CompressionError',
      'StorageError',
      'PartitionShortCircuited',
      'MirrorProduceFromHome',
    ] as const) {
      expect(failed('Produce', kind)).toMatchObject({ errorCode: { kind }, baseOffset: 0n });
    }
  });
});

describe('Fetch and FetchOffsets', () => {
  it('read a partition once', () => {
    expect(said('raw:spu-fetch', 'Fetch', 'req')).toEqual({
      maxWaitMs: 100,
      minBytes: 1,
      maxBytes: 1_048_576,
      isolation: 'read_uncommitted',
      topics: [
        {
          name: named('f1'),
          partitions: [
            {
              partitionIndex: 0,
              currentLeaderEpoch: -1,
              fetchOffset: 2n,
              logStartOffset: -1n,
              maxBytes: 1_048_576,
            },
          ],
        },
      ],
      forgotten: [],
    });
    expect(said('raw:spu-fetch', 'Fetch', 'res')).toMatchObject({
      errorCode: { kind: 'None' },
      topics: [{ partitions: [{ highWatermark: 5n, logStartOffset: 0n, records: { length: 219 } }] }],
    });
    expect(failed('Fetch', 'Other')).toMatchObject({
      errorCode: { message: 'start offset: 6 is greater than leo: 5' },
    });
  });

  it('tell where a partition ends, at version 23 for a consumer', () => {
    expect(said('cli:consumer-list-and-resume', 'FetchOffsets', 'res')).toEqual({
      topics: [
        {
          name: named('o'),
          partitions: [{ errorCode: { kind: 'None' }, partitionIndex: 0, startOffset: 0n, lastStableOffset: 3n }],
        },
      ],
    });
    const name = 'raw:spu-consumer-reset-pipelined';
    const at23 = replayed.filter(
      ({ frame, api }) => frame.name === name && api === 'FetchOffsets' && frame.apiVersion === 23,
    );
    expect(at23.map(({ value }) => value)).toMatchObject([
      { topics: [{ partitions: [{ partitionIndex: 0 }] }], consumerId: named('p') },
      { topics: [{ partitions: [{ startOffset: 20n, lastStableOffset: 3n }] }] },
    ]);
  });
});

describe('StreamFetch and UpdateOffsets', () => {
  it('open a stream and give it credit', () => {
    const name = 'cli:consumer-list-and-resume';
    expect(said(name, 'StreamFetch', 'req')).toEqual({
      topic: named('o'),
      partition: 0,
      fetchOffset: 0n,
      maxBytes: 1_048_890,
      isolation: 'read_uncommitted',
      wasmModule: new Uint8Array(0),
      smartmodule: undefined,
      derivedStream: undefined,
      smartmodules: [],
      consumerId: named('cons'),
    });
    expect(said(name, 'StreamFetch', 'res')).toMatchObject({
      streamId: 1,
      partition: { errorCode: { kind: 'None' }, highWatermark: 3n, nextFilterOffset: 0n, records: { length: 207 } },
    });
    expect(said(name, 'UpdateOffsets', 'req')).toEqual({ offsets: [{ offset: 3n, sessionId: 1 }] });
    expect(said(name, 'UpdateOffsets', 'res')).toEqual({ status: [{ sessionId: 1, error: { kind: 'None' } }] });
  });

  it('carry SmartModules', () => {
    const requests = replayed
      .filter(({ frame, api }) => frame.name === 'cli:smartmodule-consume' && api === 'StreamFetch')
      .filter(({ frame }) => frame.dir === 'req')
      .map(({ value }) => (value as { smartmodules: unknown }).smartmodules);
    const module = (wasm: object, name: string) => ({
      wasm,
      kind: { kind: 'generic', context: { kind: 'none' } },
      params: { params: new Map(), lookback: undefined },
      name,
    });
    expect(requests).toContainEqual([module({ kind: 'predefined', name: named('map-upper') }, named('map-upper'))]);
    expect(requests).toContainEqual([module({ kind: 'adHoc', gzippedWasm: expect.any(Uint8Array) }, 'map-upper.wasm')]);
  });

  it('end with codes and their data', () => {
    expect(failed('StreamFetch', 'OffsetEvicted')).toMatchObject({ errorCode: { offset: 1n, nextAvailable: 27n } });
    expect(failed('StreamFetch', 'SmartModuleInvalid')).toMatchObject({
      errorCode: { error: 'unexpected end of file', name: undefined },
    });
    expect(failed('StreamFetch', 'SmartModuleChainInitError')).toMatchObject({
      errorCode: { message: expect.stringContaining('param needle missing') },
    });
    expect(failed('StreamFetch', 'TopicDeleted')).toMatchObject({ records: new Uint8Array(0) });
    expect(failed('StreamFetch', 'SmartModuleRuntimeError')).toMatchObject({
      errorCode: { offset: 6n },
      nextFilterOffset: 8n,
      records: { length: 140 },
    });
  });
});

describe('consumer offsets', () => {
  it('are stored, fetched and deleted', () => {
    expect(said('python:stored-auto', 'UpdateConsumerOffset', 'req')).toEqual({ offset: 0n, sessionId: 1 });
    expect(said('python:stored-absolute-start-ignores-stored', 'FetchConsumerOffsets', 'req')).toEqual({
      filter: { replicaId: { topic: named('man'), partition: 0 }, consumerId: named('c1') },
    });
    expect(said('python:stored-absolute-start-ignores-stored', 'FetchConsumerOffsets', 'res')).toEqual({
      errorCode: { kind: 'None' },
      consumers: [
        {
          consumerId: named('c1'),
          replicaId: { topic: named('man'), partition: 0 },
          offset: 3n,
          modifiedTime: expect.any(BigInt),
        },
      ],
    });
    expect(said('python:stored-delete', 'DeleteConsumerOffset', 'req')).toEqual({
      replicaId: { topic: named('man'), partition: 0 },
      consumerId: named('c1'),
    });
    expect(said('raw:spu-consumer-offsets-wrong-spu', 'DeleteConsumerOffset', 'res')).toEqual({
      errorCode: { kind: 'PartitionNotLeader' },
    });
  });
});
