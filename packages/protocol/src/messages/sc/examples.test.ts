/** The worked examples of whole messages in the protocol's description, byte by byte, in both directions. */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../golden/vectors.ts';
import type { Api } from '../api.ts';
import { decodeHeader, decodeResponse, encodeRequest, encodeResponse } from '../envelope.ts';
import { scApis } from './apis.ts';
import type { CreateRequest } from './create.ts';
import type { Status } from './status.ts';
import type { TopicSpec } from './topic.ts';

/** A frame: the hexadecimal digits with their length, and what they say. */
interface Message {
  readonly title: string;
  readonly api: keyof typeof scApis;
  readonly version: number;
  readonly correlationId: number;
  /** Default `fluvio`. */
  readonly clientId?: string;
  readonly hex: string;
  readonly value: unknown;
}

const small: TopicSpec = {
  replicas: { kind: 'computed', partitions: 1, replicationFactor: 1, ignoreRackAssignment: false },
  cleanupPolicy: undefined,
  storage: undefined,
  compressionType: 'Any',
  deduplication: undefined,
  system: false,
};

const hello = {
  name: 'hello',
  spec: small,
  status: {
    resolution: 'Provisioned',
    replicaMap: new Map([[0, [5001]]]),
    mirrorMap: new Map(),
    reason: '',
  },
} as const;

const createHello: CreateRequest = {
  label: 'Topic',
  body: { name: 'hello', dryRun: false, timeout: undefined, spec: small },
};

const requests: readonly Message[] = [
  {
    title: 'A1 ApiVersions',
    api: 'ApiVersions',
    version: 2,
    correlationId: 1,
    hex: `00000027 | 0012 0002 00000001 0006 666c7576696f
          0006 302e35302e32 | 0005 6c696e7578 | 0006 7838365f3634`,
    value: { clientVersion: '0.50.2', clientOs: 'linux', clientArch: 'x86_64' },
  },
  {
    title: 'A3 List topics',
    api: 'List',
    version: 19,
    correlationId: 2,
    hex: '00000021 | 03eb 0013 00000002 0006 666c7576696f | 0005 546f706963 | 00000006 | 00000000 00 00',
    value: { label: 'Topic', body: { nameFilters: [], summary: false, system: false } },
  },
  {
    title: 'A5 Create a topic',
    api: 'Create',
    version: 19,
    correlationId: 3,
    hex: `00000033 | 03e9 0013 00000003 0006 666c7576696f | 0005 546f706963 | 00000018
          0005 68656c6c6f 00 00 | 01 00000001 00000001 00 | 00 00 04 00 00`,
    value: createHello,
  },
  {
    title: 'A6 Create a topic with everything',
    api: 'Create',
    version: 19,
    correlationId: 3,
    hex: `0000008e | 03e9 0013 00000003 0006 666c7576696f | 0005 546f706963 | 00000073
          0005 68656c6c6f 01 01 000003e8
          01 00000002 00000001 01
          01 00 00000e10
          01 01 00000800 01 0000000200000000
          05
          01 0000000000000005 01 0000000000000005 0ee6b280
             001f 666c7576696f2f64656475702d626c6f6f6d2d66696c74657240302e312e30
             0002 0001 61 0001 31 0001 62 0001 32
          01`,
    value: {
      label: 'Topic',
      body: {
        name: 'hello',
        dryRun: true,
        timeout: 1000,
        spec: {
          replicas: { kind: 'computed', partitions: 2, replicationFactor: 1, ignoreRackAssignment: true },
          cleanupPolicy: { kind: 'segment', timeInSeconds: 3600 },
          storage: { segmentSize: 2048, maxPartitionSize: 8_589_934_592n },
          compressionType: 'Zstd',
          deduplication: {
            bounds: { count: 5n, age: { seconds: 5n, nanos: 250_000_000 } },
            filter: {
              transform: {
                uses: 'fluvio/dedup-bloom-filter@0.1.0',
                with: new Map([
                  ['a', '1'],
                  ['b', '2'],
                ]),
              },
            },
          },
          system: true,
        },
      },
    },
  },
  {
    title: 'A7 Create a topic at version 10, without a label',
    api: 'Create',
    version: 10,
    correlationId: 3,
    hex: `00000027 | 03e9 000a 00000003 0006 666c7576696f
          0005 68656c6c6f 00 00 | 00 | 01 00000001 00000001 00 00 00 04`,
    value: createHello,
  },
  {
    title: 'A11 Watch SPUs',
    api: 'Watch',
    version: 19,
    correlationId: 6,
    hex: '00000022 | 03ec 0013 00000006 0006 666c7576696f | 0003 535055 | 00000009 | 0000000000000000 00',
    value: { label: 'SPU', body: { epoch: 0n, summary: false } },
  },
  {
    title: 'A16 Auth, from a proxy',
    api: 'Auth',
    version: 0,
    correlationId: 1,
    clientId: 'dummy',
    hex: `00000028 | 0008 0000 00000001 0005 64756d6d79
          0004 726f6f74 | 00000002 0004 526f6f74 0007 44656661756c74`,
    value: { principal: 'root', scopes: ['Root', 'Default'] },
  },
];

const metadataOfHello = `
  0005 68656c6c6f
  01 00000001 00000001 00
  00 00 04 00 00
  04
  0001 00000000 00000001 00001389
  0000
  0000`;

const responses: readonly Message[] = [
  {
    title: 'A2 ApiVersions',
    api: 'ApiVersions',
    version: 2,
    correlationId: 1,
    hex: `0000003c | 00000001 | 0000 | 00000006
          03e9 0009 0013  03ea 0001 0013  03eb 000f 0013  03ec 000f 0013  03ed 000e 0013  03ee 0001 0013
          000c 302e31382e322d6465762d31`,
    value: {
      errorCode: { kind: 'None' },
      apiKeys: [
        { apiKey: 1001, minVersion: 9, maxVersion: 19 },
        { apiKey: 1002, minVersion: 1, maxVersion: 19 },
        { apiKey: 1003, minVersion: 15, maxVersion: 19 },
        { apiKey: 1004, minVersion: 15, maxVersion: 19 },
        { apiKey: 1005, minVersion: 14, maxVersion: 19 },
        { apiKey: 1006, minVersion: 1, maxVersion: 19 },
      ],
      platformVersion: '0.18.2-dev-1',
    },
  },
  {
    title: 'A4 List of one topic',
    api: 'List',
    version: 19,
    correlationId: 2,
    hex: `0000003c | 00000002 | 0005 546f706963 | 0000002d | 00000001 ${metadataOfHello}`,
    value: { label: 'Topic', body: [hello] },
  },
  {
    title: 'A8 Status of success',
    api: 'Create',
    version: 19,
    correlationId: 3,
    hex: '0000000e 00000003 0005 68656c6c6f 0000 00',
    value: { name: 'hello', errorCode: { kind: 'None' }, errorMessage: undefined } satisfies Status,
  },
  {
    title: 'A8 Status of a name that is taken',
    api: 'Create',
    version: 19,
    correlationId: 3,
    hex: `0000002c 00000003 0005 68656c6c6f 07d2
          01 001c 546f706963202768656c6c6f2720616c726561647920657869737473`,
    value: {
      name: 'hello',
      errorCode: { kind: 'TopicAlreadyExists' },
      errorMessage: "Topic 'hello' already exists",
    } satisfies Status,
  },
  {
    title: 'A8 Status of a system topic',
    api: 'Delete',
    version: 19,
    correlationId: 3,
    hex: `00000030 00000003 000f 636f6e73756d65722d6f6666736574 2ee1
          0005 746f706963 000f 636f6e73756d65722d6f6666736574 00`,
    value: {
      name: 'consumer-offset',
      errorCode: { kind: 'SystemSpecDeletionAttempt', objectKind: 'topic', name: 'consumer-offset' },
      errorMessage: undefined,
    } satisfies Status,
  },
  {
    title: 'A12 Watch without anything',
    api: 'Watch',
    version: 19,
    correlationId: 6,
    hex: '0000001f 00000006 0005 546f706963 00000010 0000000000000002 00000000 00000000',
    value: { label: 'Topic', body: { epoch: 2n, changes: [], all: [] } },
  },
  {
    title: 'A12 Watch of everything',
    api: 'Watch',
    version: 19,
    correlationId: 6,
    hex: `00000048 00000006 0005 546f706963 00000039 0000000000000003 00000000 00000001 ${metadataOfHello}`,
    value: { label: 'Topic', body: { epoch: 3n, changes: [], all: [hello] } },
  },
  {
    title: 'A12 Watch of changes',
    api: 'Watch',
    version: 19,
    correlationId: 6,
    hex: `00000073 00000006 0005 546f706963 00000064 0000000000000004 00000002
          00 ${metadataOfHello} 01 ${metadataOfHello} 00000000`,
    value: {
      label: 'Topic',
      body: {
        epoch: 4n,
        changes: [
          { header: 'UPDATE', content: hello },
          { header: 'DELETE', content: hello },
        ],
        all: [],
      },
    },
  },
  {
    title: 'A16 Auth, with another correlation id than was asked with',
    api: 'Auth',
    version: 0,
    correlationId: 0,
    hex: '00000005 | 00000000 | 01',
    value: { success: true },
  },
];

const apiOf = (name: keyof typeof scApis): Api<unknown, unknown> => scApis[name] as Api<unknown, unknown>;

describe('requests', () => {
  it.each(requests)('$title', ({ api: name, version, correlationId, clientId = 'fluvio', hex, value }) => {
    const api = apiOf(name);
    const { header, body } = decodeHeader(fromHex(hex).subarray(4));
    expect(header).toEqual({ apiKey: api.key, apiVersion: version, correlationId, clientId });
    expect(api.request.at(version).read(body)).toEqual(value);
    expect(body.remaining).toBe(0);
    expect(toHex(encodeRequest(api, version, correlationId, clientId, value))).toBe(toHex(fromHex(hex)));
  });
});

describe('responses', () => {
  it.each(responses)('$title', ({ api: name, version, correlationId, hex, value }) => {
    const api = apiOf(name);
    expect(decodeResponse(api, version, fromHex(hex).subarray(4))).toEqual(value);
    expect(toHex(encodeResponse(api, version, correlationId, value))).toBe(toHex(fromHex(hex)));
  });
});
