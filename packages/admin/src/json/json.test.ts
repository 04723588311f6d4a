import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PartitionMirrorConfig } from '@fluvio-ts/protocol';
import { describe, expect, test } from 'vitest';
import { partitionKind } from '../objects/partition.ts';
import { spuKind } from '../objects/spu.ts';
import { topicKind } from '../objects/topic.ts';
import { partitionObject, spuObject, topicObject } from '../testing/objects.ts';
import type { ObjectKinds } from './json.ts';
import { fromJson, toJson, topicSpecFromJson } from './json.ts';

const topic = (...parts: Parameters<typeof topicObject>): ObjectKinds['topic'] =>
  topicKind.fromWire(topicObject(...parts));
const partition = (...parts: Parameters<typeof partitionObject>): ObjectKinds['partition'] =>
  partitionKind.fromWire(partitionObject(...parts));
const spu = (...parts: Parameters<typeof spuObject>): ObjectKinds['spu'] => spuKind.fromWire(spuObject(...parts));

const atHome: PartitionMirrorConfig = { kind: 'home', remoteCluster: 'edge1', remoteReplica: 't-0', source: false };
const atRemote: PartitionMirrorConfig = {
  kind: 'remote',
  homeCluster: 'home',
  homeSpuKey: 'custom-spu-5001',
  homeSpuId: 5001,
  homeSpuEndpoint: 'localhost:9010',
  target: true,
};

test('a plain topic, key by key', () => {
  expect(JSON.stringify(toJson(topic('hello')), null, 2)).toBe(`{
  "name": "hello",
  "spec": {
    "replicas": {
      "computed": {
        "partitions": 1,
        "replicationFactor": 1,
        "ignoreRackAssignment": false
      }
    },
    "compressionType": "Any",
    "system": false
  },
  "status": {
    "resolution": "Provisioned",
    "replicaMap": {
      "0": [
        5001
      ]
    },
    "mirrorMap": {},
    "reason": ""
  },
  "owner": null
}`);
});

/** Each object with what is special about its JSON. */
const examples: readonly (readonly [what: string, ObjectKinds[keyof ObjectKinds], special: object])[] = [
  [
    'a topic with every setting',
    topic('full', {
      replicas: { kind: 'computed', partitions: 2, replicationFactor: 3, ignoreRackAssignment: true },
      cleanupPolicy: { kind: 'segment', timeInSeconds: 3600 },
      storage: { segmentSize: 2048, maxPartitionSize: 2n ** 53n },
      compressionType: 'Zstd',
      deduplication: {
        bounds: { count: 5n, age: { seconds: 5n, nanos: 250_000_000 } },
        filter: { transform: { uses: 'fluvio/dedup-bloom-filter@0.1.0', with: new Map([['a', '1']]) } },
      },
      system: true,
    }),
    {
      spec: {
        replicas: { computed: { partitions: 2, replicationFactor: 3, ignoreRackAssignment: true } },
        cleanupPolicy: { segment: { timeInSeconds: 3600 } },
        storage: { segmentSize: 2048, maxPartitionSize: '9007199254740992' },
        compressionType: 'Zstd',
        deduplication: {
          bounds: { count: 5, age: '5s 250ms' },
          filter: { transform: { uses: 'fluvio/dedup-bloom-filter@0.1.0', with: { a: '1' } } },
        },
        system: true,
      },
      owner: null,
    },
  ],
  [
    'a topic with half of its settings',
    topic('half', {
      storage: { segmentSize: undefined, maxPartitionSize: 8_589_934_592n },
      deduplication: {
        bounds: { count: 1n, age: undefined },
        filter: { transform: { uses: 'dedup', with: new Map() } },
      },
    }),
    {
      spec: {
        replicas: { computed: { partitions: 1, replicationFactor: 1, ignoreRackAssignment: false } },
        storage: { segmentSize: null, maxPartitionSize: 8_589_934_592 },
        compressionType: 'Any',
        deduplication: { bounds: { count: 1 }, filter: { transform: { uses: 'dedup' } } },
        system: false,
      },
    },
  ],
  [
    'an assigned topic',
    topic('assigned', {
      replicas: {
        kind: 'assigned',
        maps: [
          { id: 0, replicas: [5001, 5002], mirror: undefined },
          { id: 1, replicas: [5002], mirror: atHome },
        ],
      },
    }),
    {
      spec: {
        replicas: {
          assigned: [
            { id: 0, replicas: [5001, 5002] },
            { id: 1, replicas: [5002], mirror: { home: { remoteCluster: 'edge1', remoteReplica: 't-0' } } },
          ],
        },
        compressionType: 'Any',
        system: false,
      },
    },
  ],
  [
    'a mirrored topic at home',
    topic(
      't',
      {
        replicas: {
          kind: 'mirror',
          config: {
            kind: 'home',
            partitions: [{ remoteCluster: 'edge1', remoteReplica: 't-0', source: true }],
            source: true,
          },
        },
      },
      { mirrorMap: new Map([[0, atHome]]) },
    ),
    {
      spec: {
        replicas: {
          mirror: {
            home: {
              partitions: [{ remoteCluster: 'edge1', remoteReplica: 't-0', source: true }],
              source: true,
            },
          },
        },
        compressionType: 'Any',
        system: false,
      },
      status: {
        resolution: 'Provisioned',
        replicaMap: {},
        mirrorMap: { 0: { home: { remoteCluster: 'edge1', remoteReplica: 't-0' } } },
        reason: '',
      },
      owner: null,
    },
  ],
  [
    'a mirrored topic on the remote cluster, owned by the mirror',
    topic('t', {
      replicas: {
        kind: 'mirror',
        config: {
          kind: 'remote',
          homeCluster: 'home',
          homeSpus: [{ id: 5001, key: 'custom-spu-5001', endpoint: 'localhost:9010' }],
          target: false,
        },
      },
    }),
    {
      spec: {
        replicas: {
          mirror: {
            remote: {
              homeCluster: 'home',
              homeSpus: [{ id: 5001, key: 'custom-spu-5001', endpoint: 'localhost:9010' }],
              target: false,
            },
          },
        },
        compressionType: 'Any',
        system: false,
      },
      owner: { kind: 'mirror', name: 'home' },
    },
  ],
  [
    'a partition of which nothing is known',
    partition('my-topic-0', {}, { resolution: 'Offline', leader: { spu: -1, hw: -1n, leo: -1n }, size: -2n }),
    {
      name: 'my-topic-0',
      spec: {
        leader: 5001,
        replicas: [5001],
        cleanupPolicy: null,
        storage: null,
        compressionType: 'Any',
        deduplication: null,
        system: false,
        mirror: null,
      },
      status: {
        resolution: 'Offline',
        leader: { spu: -1, hw: -1, leo: -1 },
        lsr: 0,
        replicas: [],
        size: -2,
        isBeingDeleted: false,
        baseOffset: 0,
      },
      owner: { kind: 'topic', name: 'my-topic' },
    },
  ],
  [
    'a mirrored partition far along',
    partition('t-1', { mirror: atRemote }, { replicas: [{ spu: 5002, hw: 7n, leo: 2n ** 60n }], lsr: 1 }),
    {
      spec: {
        leader: 5001,
        replicas: [5001],
        cleanupPolicy: null,
        storage: null,
        compressionType: 'Any',
        deduplication: null,
        system: false,
        mirror: {
          remote: {
            homeCluster: 'home',
            homeSpuKey: 'custom-spu-5001',
            homeSpuId: 5001,
            homeSpuEndpoint: 'localhost:9010',
            target: true,
          },
        },
      },
      status: {
        resolution: 'Online',
        leader: { spu: 5001, hw: 0, leo: 0 },
        lsr: 1,
        replicas: [{ spu: 5002, hw: 7, leo: '1152921504606846976' }],
        size: 0,
        isBeingDeleted: false,
        baseOffset: 0,
      },
    },
  ],
  [
    'an SPU with every setting',
    spu(
      9,
      { spuType: 'Managed', rack: 'r1', publicEndpointLocal: { port: 9, host: 'in', encryption: 'SSL' } },
      {},
      'main-2',
    ),
    {
      name: 'main-2',
      spec: {
        spuId: 9,
        spuType: 'Managed',
        publicEndpoint: { port: 9, ingress: [{ hostname: 'localhost', ip: null }], encryption: 'PLAINTEXT' },
        privateEndpoint: { port: 10, host: 'localhost', encryption: 'PLAINTEXT' },
        rack: 'r1',
        publicEndpointLocal: { port: 9, host: 'in', encryption: 'SSL' },
      },
      status: { resolution: 'Online' },
      owner: { kind: 'spu-group', name: 'main' },
    },
  ],
];

describe.each(examples)('%s', (_, object, special) => {
  test('as JSON', () => {
    // By text, since the order of the keys is Fluvio's, too.
    const json: object = toJson(object);
    const chosen = Object.fromEntries(Object.entries(json).filter(([key]) => key in special));
    expect(JSON.stringify(chosen, null, 1)).toBe(JSON.stringify(special, null, 1));
  });

  test('is read back from JSON text', () => {
    expect(fromJson(object.kind, JSON.parse(JSON.stringify(toJson(object))))).toEqual(object);
  });
});

test('every list that the official command line printed is read, and written with the same keys in the same order', ({
  skip,
}) => {
  const folder = resolve(process.env.FLUVIO_VECTORS ?? join(import.meta.dirname, '../../../../../shared/vectors'));
  const file = join(folder, 'cli-output.json');
  skip(!existsSync(file), `no captured output of the official command line: ${file} does not exist`);
  const { runs }: { readonly runs: readonly { readonly args: readonly string[]; readonly stdout: string }[] } =
    JSON.parse(readFileSync(file, 'utf8'));
  const seen: Record<string, number> = {};
  for (const { args, stdout } of runs) {
    const kind = args[0] === 'cluster' ? args[1] : args[0];
    if (kind !== 'topic' && kind !== 'partition' && kind !== 'spu') continue;
    if (!args.includes('json') || !stdout.startsWith('[')) continue;
    for (const official of JSON.parse(stdout)) {
      const { owner, ...ours } = toJson(fromJson(kind, official));
      expect(owner?.kind).toBe(kind === 'partition' ? 'topic' : undefined);
      const { computed } = official.spec.replicas ?? {};
      if (computed !== undefined) computed.ignoreRackAssignment ??= false;
      expect(JSON.stringify(ours)).toBe(JSON.stringify(official));
      seen[kind] = (seen[kind] ?? 0) + 1;
    }
  }
  expect(seen).toEqual({ topic: expect.any(Number), partition: expect.any(Number), spu: expect.any(Number) });
});

describe('reading', () => {
  test('serde’s defaults, and the older form of a home mirror', () => {
    expect(topicSpecFromJson({ replicas: { computed: {} }, unknown: 1 })).toEqual(topic('x').spec);
    expect(topicSpecFromJson({ replicas: { assigned: [{ id: 0, replicas: [1] }] } }).replicas).toEqual({
      kind: 'assigned',
      maps: [{ id: 0, replicas: [1], mirror: undefined }],
    });
    const bare = { replicas: { mirror: { home: [{ remoteCluster: 'edge1', remoteReplica: 't-0' }] } } };
    expect(topicSpecFromJson(bare).replicas).toMatchObject({
      config: { kind: 'home', partitions: [{ source: false }], source: false },
    });
  });

  const spec = (change: object): object => ({ replicas: { computed: {} }, ...change });

  test.each<[unknown, string]>([
    [null, 'the value should be an object, not null'],
    [[], 'the value should be an object, not a list'],
    [{}, 'replicas should be an object, not missing'],
    [
      { replicas: {} },
      'replicas should be an object with the one key assigned or computed or mirror, not an empty one',
    ],
    [{ replicas: { computed: {}, assigned: [] } }, 'or mirror, not one with computed, assigned'],
    [{ replicas: { constructor: {} } }, 'replicas should be an object with the one key'],
    [
      { replicas: { computed: { partitions: '3' } } },
      'replicas.computed.partitions should be a whole number from 0 to 4294967295, not "3"',
    ],
    [{ replicas: { computed: { partitions: -1 } } }, 'replicas.computed.partitions should be'],
    [{ replicas: { assigned: [{ id: 0, replicas: [1, 'x'] }] } }, 'replicas.assigned[0].replicas[1] should be'],
    [
      spec({ compressionType: 'gzip' }),
      'compressionType should be one of None, Gzip, Snappy, Lz4, Any, Zstd, not "gzip"',
    ],
    [spec({ storage: { maxPartitionSize: 2 ** 53 } }), 'storage.maxPartitionSize should be a whole number from 0 to'],
    [spec({ storage: { maxPartitionSize: '-1' } }), 'storage.maxPartitionSize should be'],
    [spec({ system: 'yes' }), 'system should be true or false, not "yes"'],
  ])('%j: %s', (json, message) => {
    expect(() => topicSpecFromJson(json)).toThrow(
      expect.objectContaining({ code: 'json/invalid', message: expect.stringContaining(message) }),
    );
  });

  test('says where in an object it went wrong', () => {
    const json = JSON.parse(JSON.stringify(toJson(topic('x'))));
    json.status.replicaMap = { zero: [1] };
    expect(() => fromJson('topic', json)).toThrow('status.replicaMap should be an object with whole numbers for keys');
    json.status.replicaMap = { 0: [1.5] };
    expect(() => fromJson('topic', json)).toThrow('status.replicaMap.0[0] should be a whole number');
    expect(() => fromJson('spu', json)).toThrow('spec.spuId should be a whole number');
  });
});
