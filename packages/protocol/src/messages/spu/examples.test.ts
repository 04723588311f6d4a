/** The worked examples of whole messages in the protocol's description, byte by byte, in both directions. */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../golden/vectors.ts';
import type { Api } from '../api.ts';
import { correlationIdOf, decodeHeader, decodeResponse, encodeRequest, encodeResponse } from '../envelope.ts';
import { spuApis } from './apis.ts';
import { mirrorFromHome, mirrorFromRemote } from './mirror.ts';

/** The two records of the description's batch, behind its header. */
const BATCH = `
  0000000000000000 0000004b ffffffff 02 686b2d63 0000 00000001 0000018bcfe56800 0000018bcfe56801
  ffffffffffffffff ffff ffffffff 00000002 1a00000001026b0a68656c6c6f00 16000202000a776f726c6400`;
const batch = fromHex(BATCH);
const none = { kind: 'None' } as const;
const nothing = new Uint8Array(0);

/** A frame: the hexadecimal digits with their length, and what they say. */
interface Message {
  readonly title: string;
  readonly api: keyof typeof spuApis;
  readonly version: number;
  readonly correlationId: number;
  readonly hex: string;
  readonly value: unknown;
}

const streamFetch = {
  topic: 'topic',
  wasmModule: nothing,
  smartmodule: undefined,
  derivedStream: undefined,
  smartmodules: [],
  consumerId: undefined,
};
const params = { params: new Map([['regex', 'a']]), lookback: undefined };
const filter = {
  wasm: { kind: 'predefined', name: 'my-filter' },
  kind: { kind: 'generic', context: { kind: 'none' } },
};

const requests: readonly Message[] = [
  {
    title: 'A.3 Produce',
    api: 'Produce',
    version: 25,
    correlationId: 2,
    hex: `00000089 0000 0019 00000002 0006666c7576696f 00 ffff 000005dc
          00000001 0005746f706963 00000001 00000000 00000057 ${BATCH} 00000000`,
    value: {
      transactionalId: undefined,
      isolation: 'read_committed',
      timeoutMs: 1500,
      topics: [{ name: 'topic', partitions: [{ partitionIndex: 0, records: batch }] }],
      smartmodules: [],
    },
  },
  {
    title: 'A.5 StreamFetch from the beginning',
    api: 'StreamFetch',
    version: 25,
    correlationId: 5,
    hex: `0000002d 03eb 0019 00000005 0006666c7576696f
          0005746f706963 00000000 0000000000000000 0010000c 00 00000000 00`,
    value: { ...streamFetch, partition: 0, fetchOffset: 0n, maxBytes: 1_048_588, isolation: 'read_uncommitted' },
  },
  {
    title: 'A.5 StreamFetch with a filter that looks back, for a consumer',
    api: 'StreamFetch',
    version: 25,
    correlationId: 5,
    hex: `0000006d 03eb 0019 00000005 0006666c7576696f
          0005746f706963 00000001 0000000000000007 0010000c 01
          00000001 00 00096d792d66696c746572 07 00 0001 00057265676578 000161
             01 0000000000000003 01 0000000000000001 1dcd6500   01 00096d792d66696c746572
          01 00026331`,
    value: {
      ...streamFetch,
      partition: 1,
      fetchOffset: 7n,
      maxBytes: 1_048_588,
      isolation: 'read_committed',
      smartmodules: [
        {
          ...filter,
          params: { ...params, lookback: { last: 3n, age: { seconds: 1n, nanos: 500_000_000 } } },
          name: 'my-filter',
        },
      ],
      consumerId: 'c1',
    },
  },
  {
    title: 'A.5 StreamFetch with a filter, at version 19',
    api: 'StreamFetch',
    version: 19,
    correlationId: 5,
    hex: `00000046 03eb 0013 00000005 0006666c7576696f 0005746f706963 00000001 0000000000000007 0010000c 00
          00000001 00 00096d792d66696c746572 07 00 0001 00057265676578 000161`,
    value: {
      ...streamFetch,
      partition: 1,
      fetchOffset: 7n,
      maxBytes: 1_048_588,
      isolation: 'read_uncommitted',
      smartmodules: [{ ...filter, params, name: undefined }],
    },
  },
  {
    title: 'A.6 UpdateOffsets',
    api: 'UpdateOffsets',
    version: 0,
    correlationId: 6,
    hex: '00000020 03ed 0000 00000006 0006666c7576696f 00000001 0000000000000002 00000001',
    value: { offsets: [{ offset: 2n, sessionId: 1 }] },
  },
  {
    title: 'A.6 FetchOffsets',
    api: 'FetchOffsets',
    version: 25,
    correlationId: 3,
    hex: '00000023 03ea 0019 00000003 0006666c7576696f 00000001 0005746f706963 00000001 00000000',
    value: { topics: [{ name: 'topic', partitions: [{ partitionIndex: 0 }] }], consumerId: undefined },
  },
  {
    title: 'A.6 UpdateConsumerOffset',
    api: 'UpdateConsumerOffset',
    version: 25,
    correlationId: 7,
    hex: '0000001c 03ee 0019 00000007 0006666c7576696f 0000000000000029 00000001',
    value: { offset: 41n, sessionId: 1 },
  },
  {
    title: 'A.6 FetchConsumerOffsets of one consumer',
    api: 'FetchConsumerOffsets',
    version: 25,
    correlationId: 8,
    hex: '00000022 03f0 0019 00000008 0006666c7576696f 01 01 0005746f706963 00000000 01 00026331',
    value: { filter: { replicaId: { topic: 'topic', partition: 0 }, consumerId: 'c1' } },
  },
  {
    title: 'A.6 FetchConsumerOffsets of all',
    api: 'FetchConsumerOffsets',
    version: 25,
    correlationId: 8,
    hex: '00000011 03f0 0019 00000008 0006666c7576696f 00',
    value: { filter: undefined },
  },
  {
    title: 'A.6 DeleteConsumerOffset',
    api: 'DeleteConsumerOffset',
    version: 25,
    correlationId: 9,
    hex: '0000001f 03ef 0019 00000009 0006666c7576696f 0005746f706963 00000000 00026331',
    value: { replicaId: { topic: 'topic', partition: 0 }, consumerId: 'c1' },
  },
  {
    title: 'A.6 StartMirror',
    api: 'StartMirror',
    version: 25,
    correlationId: 10,
    hex: '00000020 07d0 0019 0000000a 0006666c7576696f 0007746f7069632d30 00056564676531',
    value: { remoteReplica: 'topic-0', remoteClusterId: 'edge1' },
  },
  {
    title: 'A.6 Fetch',
    api: 'Fetch',
    version: 25,
    correlationId: 11,
    hex: `0000004c 0001 0019 0000000b 0006666c7576696f 00000064 00000001 000003e8 01
          00000001 0005746f706963 00000001 00000000 ffffffff 0000000000000005 ffffffffffffffff 000003e8 00000000`,
    value: {
      maxWaitMs: 100,
      minBytes: 1,
      maxBytes: 1000,
      isolation: 'read_committed',
      topics: [
        {
          name: 'topic',
          partitions: [
            { partitionIndex: 0, currentLeaderEpoch: -1, fetchOffset: 5n, logStartOffset: -1n, maxBytes: 1000 },
          ],
        },
      ],
      forgotten: [],
    },
  },
];

const produced = (errorCode: object) => ({
  responses: [
    {
      name: 'topic',
      partitions: [{ partitionIndex: 0, errorCode, baseOffset: 42n, logAppendTimeMs: 0n, logStartOffset: 0n }],
    },
  ],
  throttleTimeMs: 0,
});
const slice = {
  partitionIndex: 0,
  errorCode: none,
  highWatermark: 2n,
  nextFilterOffset: 0n,
  logStartOffset: 0n,
  aborted: undefined,
};

const responses: readonly Message[] = [
  {
    title: 'A.1 ApiVersions',
    api: 'ApiVersions',
    version: 2,
    correlationId: 1,
    hex: `00000030 00000001 0000 00000005
          0000 0000 0019   0001 0000 0019   03ea 0019 0019   03eb 0000 0019   03ed 0000 0000
          0006 302e31382e32`,
    value: {
      errorCode: none,
      apiKeys: [
        { apiKey: 0, minVersion: 0, maxVersion: 25 },
        { apiKey: 1, minVersion: 0, maxVersion: 25 },
        { apiKey: 1002, minVersion: 25, maxVersion: 25 },
        { apiKey: 1003, minVersion: 0, maxVersion: 25 },
        { apiKey: 1005, minVersion: 0, maxVersion: 0 },
      ],
      platformVersion: '0.18.2',
    },
  },
  {
    title: 'A.3 Produce',
    api: 'Produce',
    version: 25,
    correlationId: 2,
    hex: `00000035 00000002 00000001 0005746f706963 00000001 00000000 0000 000000000000002a
          0000000000000000 0000000000000000 00000000`,
    value: produced(none),
  },
  {
    title: 'A.3 Produce that was not committed in time',
    api: 'Produce',
    version: 25,
    correlationId: 2,
    hex: `0000003e 00000002 00000001 0005746f706963 00000001 00000000 0007 00000000000005dc 00 000000000000002a
          0000000000000000 0000000000000000 00000000`,
    value: produced({ kind: 'RequestTimedOut', timeoutMs: 1500n, request: 'Produce' }),
  },
  {
    title: 'A.5 StreamFetch',
    api: 'StreamFetch',
    version: 25,
    correlationId: 5,
    hex: `00000089 00000005 0005746f706963 00000001
          00000000 0000 0000000000000002 0000000000000000 0000000000000000 00 00000057 ${BATCH}`,
    value: { topic: 'topic', streamId: 1, partition: { ...slice, records: batch } },
  },
  {
    title: 'A.5 StreamFetch of another leader',
    api: 'StreamFetch',
    version: 25,
    correlationId: 5,
    hex: `00000032 00000005 0005746f706963 00000000
          00000000 0006 0000000000000000 0000000000000000 0000000000000000 00 00000000`,
    value: {
      topic: 'topic',
      streamId: 0,
      partition: { ...slice, errorCode: { kind: 'NotLeaderForPartition' }, highWatermark: 0n, records: nothing },
    },
  },
  {
    title: 'A.6 UpdateOffsets',
    api: 'UpdateOffsets',
    version: 0,
    correlationId: 6,
    hex: '0000000e 00000006 00000001 00000001 0000',
    value: { status: [{ sessionId: 1, error: none }] },
  },
  {
    title: 'A.6 FetchOffsets',
    api: 'FetchOffsets',
    version: 25,
    correlationId: 3,
    hex: `00000029 00000003 00000001 0005746f706963 00000001 0000 00000000 0000000000000000 0000000000000002`,
    value: {
      topics: [
        {
          name: 'topic',
          partitions: [{ errorCode: none, partitionIndex: 0, startOffset: 0n, lastStableOffset: 2n }],
        },
      ],
    },
  },
  {
    title: 'A.6 UpdateConsumerOffset',
    api: 'UpdateConsumerOffset',
    version: 25,
    correlationId: 7,
    hex: '0000000e 00000007 0000000000000029 0000',
    value: { offset: 41n, errorCode: none },
  },
  {
    title: 'A.6 FetchConsumerOffsets',
    api: 'FetchConsumerOffsets',
    version: 25,
    correlationId: 8,
    hex: `00000029 00000008 0000 00000001 00026331 0005746f706963 00000000 0000000000000029 000000006553f100`,
    value: {
      errorCode: none,
      consumers: [
        {
          consumerId: 'c1',
          replicaId: { topic: 'topic', partition: 0 },
          offset: 41n,
          modifiedTime: 1_700_000_000n,
        },
      ],
    },
  },
  {
    title: 'A.6 Fetch with an aborted transaction',
    api: 'Fetch',
    version: 25,
    correlationId: 11,
    hex: `00000054 0000000b 00000000 0000 00000000 00000001 0005746f706963 00000001
          00000000 0000 0000000000000002 0000000000000000 0000000000000000
          01 00000001 0000000000000009 0000000000000003 00000000`,
    value: {
      throttleTimeMs: 0,
      errorCode: none,
      sessionId: 0,
      topics: [
        {
          name: 'topic',
          partitions: [{ ...slice, aborted: [{ producerId: 9n, firstOffset: 3n }], records: nothing }],
        },
      ],
    },
  },
];

const apiOf = (name: keyof typeof spuApis): Api<unknown, unknown> => spuApis[name] as Api<unknown, unknown>;

/** Checks one body in both directions. */
const isBody = (type: Api<unknown, unknown>['request'], version: number, hex: string, value: unknown): void => {
  // Behind a header, which says where a body begins.
  const api: Api<unknown, unknown> = { ...apiOf('UpdateOffsets'), request: type };
  const frame = encodeRequest(api, version, 1, '', value).subarray(4);
  expect(toHex(frame.subarray(10))).toBe(toHex(fromHex(hex)));
  const { body } = decodeHeader(frame);
  expect(type.at(version).read(body)).toEqual(value);
  expect(body.remaining).toBe(0);
};

describe('requests', () => {
  it.each(requests)('$title', ({ api: name, version, correlationId, hex, value }) => {
    const api = apiOf(name);
    const { header, body } = decodeHeader(fromHex(hex).subarray(4));
    expect(header).toEqual({ apiKey: api.key, apiVersion: version, correlationId, clientId: 'fluvio' });
    expect(api.request.at(version).read(body)).toEqual(value);
    expect(body.remaining).toBe(0);
    expect(toHex(encodeRequest(api, version, correlationId, 'fluvio', value))).toBe(toHex(fromHex(hex)));
  });
});

describe('responses', () => {
  it.each(responses)('$title', ({ api: name, version, correlationId, hex, value }) => {
    const api = apiOf(name);
    const frame = fromHex(hex).subarray(4);
    expect(correlationIdOf(frame)).toBe(correlationId);
    expect(decodeResponse(api, version, frame)).toEqual(value);
    expect(toHex(encodeResponse(api, version, correlationId, value))).toBe(toHex(fromHex(hex)));
  });
});

describe('bodies', () => {
  const adHoc = {
    wasm: { kind: 'adHoc', gzippedWasm: Uint8Array.of(0xde, 0xad, 0xbe, 0xef) },
    kind: { kind: 'filter' },
    params: { params: new Map(), lookback: undefined },
    name: undefined,
  };
  const one = {
    ...streamFetch,
    topic: 'one',
    partition: 3,
    fetchOffset: 0n,
    maxBytes: 0,
    isolation: 'read_uncommitted',
  };
  const lookback = { last: 1n, age: undefined };

  it.each<[number, string, object]>([
    [
      18,
      '00036f6e65 00000003 0000000000000000 00000000 00 00000000 00 00 00000001 01 00000004deadbeef 00 0000',
      { ...one, smartmodules: [adHoc] },
    ],
    [
      24,
      `00036f6e65 00000003 0000000000000000 00000000 00 00000001 01 00000004deadbeef 00 0000
       01 0000000000000001 00 00`,
      { ...one, smartmodules: [{ ...adHoc, params: { params: new Map(), lookback } }] },
    ],
    [
      25,
      `00036f6e65 00000003 0000000000000000 00000000 00 00000001 01 00000004deadbeef 00 0000
       01 0000000000000001 00 01 000a746573742d6164686f63 00`,
      { ...one, smartmodules: [{ ...adHoc, params: { params: new Map(), lookback }, name: 'test-adhoc' }] },
    ],
  ])('A.5 StreamFetch with a module of its own, at version %d', (version, hex, value) => {
    isBody(apiOf('StreamFetch').request, version, hex, value);
  });

  it('A.5 Produce with a module of its own', () => {
    isBody(
      apiOf('Produce').request,
      25,
      '01 0004745f6964 ffff 000003e8 00000000 00000001 01 00000004deadbeef 00 0000 00 01 000a6164686f632d74657374',
      {
        transactionalId: 't_id',
        isolation: 'read_committed',
        timeoutMs: 1000,
        topics: [],
        smartmodules: [{ ...adHoc, name: 'adhoc-test' }],
      },
    );
  });

  it('have modules in Produce at every version, also where older servers had none', () => {
    const value = {
      transactionalId: undefined,
      isolation: 'read_uncommitted',
      timeoutMs: 0,
      topics: [],
      smartmodules: [],
    };
    isBody(apiOf('Produce').request, 7, '00 0001 00000000 00000000 00000000', value);
  });

  it('4.10 what SPUs of two clusters say to each other', () => {
    const offsets = { replica: { topic: 'a', partition: 1 }, leo: 3n, hw: 2n };
    const offsetsHex = '0001 61 00000001 0000000000000003 0000000000000002';
    const records = { hw: 2n, leo: 3n, records: Uint8Array.of(9) };
    const recordsHex = '0000000000000002 0000000000000003 00000001 09';
    const home = mirrorFromHome;
    const remote = mirrorFromRemote;
    for (const { request } of [home.UpdateHomeOffset, remote.UpdateEdgeOffset]) {
      isBody(request as Api<unknown, unknown>['request'], 1, offsetsHex, offsets);
    }
    for (const { request } of [home.SyncRecords, remote.SyncRecords]) {
      isBody(request as Api<unknown, unknown>['request'], 1, recordsHex, records);
    }
    expect([home.UpdateHomeOffset.key, home.SyncRecords.key]).toEqual([0, 1]);
    expect([remote.SyncRecords.key, remote.UpdateEdgeOffset.key]).toEqual([0, 1]);
  });

  it('4.11 ReplicaOffsetUpdate', () => {
    isBody(
      apiOf('ReplicaOffsetUpdate').request,
      25,
      '00000001 0001 61 00000001 0000 0000000000000000 0000000000000003 0000000000000002',
      {
        offsets: [{ replica: { topic: 'a', partition: 1 }, errorCode: none, startOffset: 0n, leo: 3n, hw: 2n }],
      },
    );
  });
});

describe('the APIs of an SPU', () => {
  it('have the keys and versions of the description, from 18 on', () => {
    expect(Object.values(spuApis).map(({ name, key, min, max }) => [name, key, min, max])).toEqual([
      ['ApiVersions', 18, 0, 2],
      ['Produce', 0, 18, 25],
      ['Fetch', 1, 18, 25],
      ['FetchOffsets', 1002, 18, 25],
      ['StreamFetch', 1003, 18, 25],
      ['UpdateOffsets', 1005, 0, 0],
      ['UpdateConsumerOffset', 1006, 23, 25],
      ['DeleteConsumerOffset', 1007, 23, 25],
      ['FetchConsumerOffsets', 1008, 23, 25],
      ['StartMirror', 2000, 23, 25],
      ['ReplicaOffsetUpdate', 1001, 23, 25],
    ]);
    for (const [name, api] of Object.entries(spuApis)) expect(api.name).toBe(name);
  });
});
