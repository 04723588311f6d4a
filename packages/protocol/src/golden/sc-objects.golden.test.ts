/** The objects that a real SC listed and pushed, by kind. */
import { beforeEach, describe, expect, it } from 'vitest';
import { scApis } from '../messages/sc/apis.ts';
import { captured, named, plainTopic, spuAt } from './captured.ts';

const { absent, replayed, said, told } = captured('sc', scApis);

beforeEach((context) => {
  if (absent !== undefined) context.skip(absent);
});

describe('List', () => {
  it('asks with filters', () => {
    expect(said('raw:sc-topic-create-and-get', 'List', 'req')).toEqual({
      label: 'Topic',
      body: { nameFilters: [named('full')], summary: false, system: false },
    });
    expect(said('cli:partition-list-system', 'List', 'req')).toEqual({
      label: 'Partition',
      body: { nameFilters: [], summary: false, system: true },
    });
  });

  it('answers topics', () => {
    expect(told('raw:sc-topic-create-and-get', 'List', 'Topic')).toEqual([
      {
        name: named('full'),
        spec: {
          replicas: { kind: 'computed', partitions: 2, replicationFactor: 1, ignoreRackAssignment: true },
          cleanupPolicy: { kind: 'segment', timeInSeconds: 3600 },
          storage: { segmentSize: 4096, maxPartitionSize: 1_048_576n },
          compressionType: 'Zstd',
          deduplication: undefined,
          system: false,
        },
        status: {
          resolution: 'Provisioned',
          replicaMap: new Map([
            [0, [5003]],
            [1, [5001]],
          ]),
          mirrorMap: new Map(),
          reason: '',
        },
      },
    ]);
    expect(told('raw:sc-topic-replication-beyond-spus', 'List', 'Topic')).toMatchObject([
      { name: named('toomany'), status: { resolution: 'InsufficientResources', replicaMap: new Map() } },
    ]);
    // Version 16, of the npm client.
    expect(told('node:topic-list', 'List', 'Topic')).toMatchObject([
      { name: named('p3'), spec: { replicas: { partitions: 3 } } },
      { name: named('a'), spec: plainTopic },
    ]);
  });

  it('answers partitions at both sides of the gate of their base offset', () => {
    const inAll = {
      name: 'consumer-offset-0',
      spec: {
        leader: 5001,
        replicas: [5001],
        cleanupPolicy: { kind: 'segment', timeInSeconds: 604_800 },
        storage: { segmentSize: 512_000_000, maxPartitionSize: 2_048_000_000n },
        compressionType: 'Any',
        deduplication: undefined,
        system: true,
        mirror: undefined,
      },
      status: {
        resolution: 'Online',
        leader: { spu: 5001, hw: 43n, leo: 43n },
        lsr: 0,
        replicas: [],
        size: 5171n,
        isBeingDeleted: false,
        baseOffset: 0n,
      },
    };
    const versions = replayed
      .filter(({ frame }) => frame.name === 'raw:sc-list-partition-version-gates' && frame.dir === 'res')
      .filter(({ api }) => api === 'List')
      .map(({ frame, value }) => [frame.apiVersion, (value as { body: readonly unknown[] }).body[1]]);
    expect(versions).toEqual([
      [15, inAll],
      [16, inAll],
    ]);
  });

  it('answers SPUs, custom or not', () => {
    expect(told('raw:sc-no-handshake-needed', 'List', 'SPU')).toEqual(
      [5002, 5001, 5003].map((id) => ({
        name: `custom-spu-${id}`,
        spec: {
          ...spuAt(id, 0),
          spuType: 'Custom',
          publicEndpoint: {
            port: 19_010 + 10 * (id - 5001),
            ingress: [{ hostname: '127.0.0.1', ip: undefined }],
            encryption: 'PLAINTEXT',
          },
          privateEndpoint: { port: 9011 + 10 * (id - 5001), host: '127.0.0.1', encryption: 'PLAINTEXT' },
        },
        status: { resolution: 'Online' },
      })),
    );
    expect(told('raw:sc-custom-spu', 'List', 'CustomSpu')).toEqual([
      { name: 'custom-spu-6201', spec: { ...spuAt(6201, 6201), rack: 'r9' }, status: { resolution: 'Init' } },
    ]);
  });

  it('answers SmartModules, whole and summed up', () => {
    const name = 'raw:sc-smartmodule';
    const payload = new TextEncoder().encode('not really wasm');
    const summed = (body: readonly { readonly spec: { readonly summary: unknown } }[]): boolean =>
      body[0]?.spec.summary !== undefined;
    expect(told(name, 'List', 'SmartModule')).toEqual([
      {
        name: named('sm'),
        spec: { meta: undefined, summary: undefined, wasm: { format: 'BINARY', payload } },
        status: {},
      },
    ]);
    expect(told(name, 'List', 'SmartModule', summed)).toEqual([
      {
        name: named('sm'),
        spec: {
          meta: undefined,
          summary: { wasmLength: payload.length },
          wasm: { format: 'BINARY', payload: new Uint8Array(0) },
        },
        status: {},
      },
    ]);
  });

  it('answers everything else', () => {
    expect(told('raw:sc-spugroup', 'List', 'SpuGroup')).toMatchObject([
      { name: named('grp'), spec: { replicas: 1, minId: 7000 }, status: { resolution: 'Init', reason: undefined } },
    ]);
    expect(told('cli:table-format', 'List', 'TableFormat')).toMatchObject([
      {
        name: named('tf'),
        spec: { inputFormat: 'JSON', columns: [{ headerLabel: 'A', keyPath: 'a' }, { keyPath: 'b' }] },
        status: { resolution: 'Init', reason: undefined },
      },
    ]);
    expect(told('raw:sc-mirror', 'List', 'Mirror')).toEqual([
      {
        name: named('edge'),
        spec: { mirrorType: { kind: 'remote', id: named('edge') } },
        status: {
          connectionStatus: 'Offline',
          pairingSc: { kind: 'Waiting' },
          pairingSpu: { kind: 'Waiting' },
          connectionStat: { lastSeen: 0n },
        },
      },
    ]);
  });
});

describe('Watch', () => {
  interface Update {
    readonly epoch: bigint;
    readonly changes: readonly { readonly header: string; readonly content: unknown }[];
    readonly all: readonly unknown[];
  }
  const deletion = ({ changes }: Update): boolean => changes[0]?.header === 'DELETE';

  it('begins with everything', () => {
    expect(said('failover:raw-leader-kill', 'Watch', 'req')).toEqual({
      label: 'Partition',
      body: { epoch: 0n, summary: false },
    });
    const first = told('raw:sc-watch-topic-partition-spu', 'Watch', 'SPU') as Update;
    expect(first).toMatchObject({ epoch: 7n, changes: [] });
    expect(first.all).toHaveLength(3);
    expect(first.all[0]).toMatchObject({ name: 'custom-spu-5001', spec: { id: 5001, spuType: 'Custom' } });
  });

  it('follows a topic and its partition to their end', () => {
    const steps = replayed
      .filter(({ frame, api }) => frame.name === 'raw:sc-watch-topic-partition-spu' && api === 'Watch')
      .filter(({ frame, value }) => frame.dir === 'res' && (value as { label: string }).label === 'Topic')
      .flatMap(({ value }) => (value as { body: Update }).body.changes)
      .map(({ header, content }) => [header, (content as { status: { resolution: string } }).status.resolution]);
    expect(steps).toEqual([
      ['UPDATE', 'Init'],
      ['UPDATE', 'Pending'],
      ['UPDATE', 'Provisioned'],
      ['UPDATE', 'Provisioned'],
      ['DELETE', 'Provisioned'],
    ]);
    expect(told('raw:sc-watch-topic-partition-spu', 'Watch', 'Partition', deletion)).toMatchObject({
      changes: [{ content: { name: named('watched-0'), spec: { leader: 5001, replicas: [5001] } } }],
      all: [],
    });
  });

  it('tells how far the followers are', () => {
    const followed = ({ changes }: Update): boolean => changes.length === 1;
    expect(told('failover:raw-leader-kill', 'Watch', 'Partition', followed)).toMatchObject({
      epoch: 981n,
      changes: [
        {
          header: 'UPDATE',
          content: {
            spec: { leader: 5003, replicas: [5003, 5001, 5002] },
            status: {
              resolution: 'Online',
              leader: { spu: 5003, hw: 11n, leo: 11n },
              lsr: 2,
              replicas: [
                { spu: 5001, hw: 11n, leo: 11n },
                { spu: 5002, hw: 11n, leo: 11n },
              ],
              size: 769n,
            },
          },
        },
      ],
    });
  });

  it('sees SPUs come and go, and stays empty where there is nothing', () => {
    const name = 'raw:sc-watch-custom-spu-seen';
    expect(told(name, 'Watch', 'SPU', deletion)).toEqual({
      epoch: 9n,
      changes: [
        {
          header: 'DELETE',
          content: {
            name: 'custom-spu-6301',
            spec: { ...spuAt(6301, 6301), spuType: 'Custom' },
            status: { resolution: 'Init' },
          },
        },
      ],
      all: [],
    });
    for (const [label, epoch] of [
      ['SpuGroup', 3n],
      ['SmartModule', 6n],
      ['TableFormat', 3n],
    ] as const) {
      expect(told('raw:sc-watch-other-labels', 'Watch', label)).toEqual({ epoch, changes: [], all: [] });
    }
  });
});
