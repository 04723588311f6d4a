/** Which version added which bytes, against the table of versions in the protocol's description. */
import { describe, expect, it } from 'vitest';
import { Reader } from '../../wire/reader.ts';
import type { Type } from '../../wire/schema.ts';
import { Writer } from '../../wire/writer.ts';
import { CreateRequest } from './create.ts';
import { DeleteRequest } from './delete.ts';
import { ListQuery } from './list.ts';
import { MirrorPairStatus, MirrorStatus } from './mirror.ts';
import { PartitionMirrorConfig, PartitionResolution, PartitionSpec, PartitionStatus } from './partition.ts';
import { SmartModulePackage, SmartModuleSpec } from './smartmodule.ts';
import { CustomSpuSpec, SpuSpec } from './spu.ts';
import { MirrorConfig, PartitionMap, TopicSpec, TopicStatus } from './topic.ts';
import { WatchQuery } from './watch.ts';

const NEWEST = 19;

const encode = <T>(type: Type<T>, version: number, value: T): Uint8Array => {
  const writer = new Writer();
  type.at(version).write(writer, value);
  return writer.finish();
};

/** Version → bytes that it added to `value`, for every version that added any. */
const growth = <T>(type: Type<T>, value: T, from = 1): Record<number, number> => {
  const added: Record<number, number> = {};
  for (let version = from; version <= NEWEST; version++) {
    const bytes = encode(type, version, value).length - encode(type, version - 1, value).length;
    if (bytes !== 0) added[version] = bytes;
  }
  return added;
};

const cleanupPolicy = { kind: 'segment', timeInSeconds: 3600 } as const;
const storage = { segmentSize: 2048, maxPartitionSize: 8192n };
const home = { kind: 'home', remoteCluster: 'edge', remoteReplica: 't-0', source: true } as const;
const remote = {
  kind: 'remote',
  homeCluster: 'home',
  homeSpuKey: 'main-0',
  homeSpuId: 5001,
  homeSpuEndpoint: 'h:9010',
  target: true,
} as const;

const topic: TopicSpec = {
  replicas: { kind: 'computed', partitions: 2, replicationFactor: 1, ignoreRackAssignment: false },
  cleanupPolicy,
  storage,
  compressionType: 'Zstd',
  deduplication: undefined,
  system: true,
};
const partition: PartitionSpec = {
  leader: 5001,
  replicas: [5001],
  cleanupPolicy,
  storage,
  compressionType: 'Gzip',
  deduplication: undefined,
  system: true,
  mirror: undefined,
};
const status: PartitionStatus = {
  resolution: 'Online',
  leader: { spu: 5001, hw: 1n, leo: 2n },
  lsr: 0,
  replicas: [],
  size: 100n,
  isBeingDeleted: false,
  baseOffset: 5n,
};
const customSpu: CustomSpuSpec = {
  id: 1,
  publicEndpoint: { port: 9010, ingress: [], encryption: 'PLAINTEXT' },
  privateEndpoint: { port: 9011, host: 'h', encryption: 'PLAINTEXT' },
  rack: undefined,
  publicEndpointLocal: undefined,
};

describe('objects grow by version', () => {
  it('topics', () => {
    expect(growth(TopicSpec, topic)).toEqual({ 3: 6, 4: 15, 6: 1, 12: 1, 13: 1 });
    expect(
      growth(TopicStatus, { resolution: 'Provisioned', replicaMap: new Map(), mirrorMap: new Map(), reason: '' }),
    ).toEqual({ 14: 2 });
    expect(growth(PartitionMap, { id: 0, replicas: [1], mirror: undefined })).toEqual({ 14: 1 });
  });

  it('partitions', () => {
    expect(growth(PartitionSpec, partition)).toEqual({ 4: 21, 6: 1, 12: 1, 13: 1, 14: 1 });
    expect(growth(PartitionStatus, status)).toEqual({ 5: 8, 16: 8 });
  });

  it('mirrors, by their direction, in structs inside enums too', () => {
    expect(growth(PartitionMirrorConfig, home)).toEqual({ 18: 1 });
    expect(growth(PartitionMirrorConfig, remote)).toEqual({ 18: 1 });
    expect(growth(MirrorConfig, { kind: 'home', partitions: [home], source: true })).toEqual({ 18: 2 });
    expect(growth(MirrorConfig, { kind: 'remote', homeCluster: 'h', homeSpus: [], target: true })).toEqual({ 18: 1 });
    expect(growth(PartitionSpec, { ...partition, mirror: home })).toEqual({ 4: 21, 6: 1, 12: 1, 13: 1, 14: 13, 18: 1 });
  });

  it('SPUs, custom ones not at all', () => {
    expect(growth(SpuSpec, { ...customSpu, spuType: 'Custom' })).toEqual({ 1: 1 });
    expect(growth(CustomSpuSpec, customSpu)).toEqual({});
  });

  it('SmartModules, with another layout from 10 on', () => {
    const spec: SmartModuleSpec = {
      meta: undefined,
      summary: undefined,
      wasm: { format: 'BINARY', payload: Uint8Array.of(1, 2, 3) },
    };
    // 2 kinds, no source, wasm, no parameters; then no meta, no summary, wasm.
    expect(growth(SmartModuleSpec, spec)).toEqual({ 10: -2 });
    expect(
      growth(SmartModulePackage, {
        name: 'a',
        group: 'b',
        version: '0.1.0',
        apiVersion: '0.1.0',
        description: undefined,
        license: undefined,
        visibility: 'public',
        repository: undefined,
      }),
    ).toEqual({ 19: 1 });
  });

  it('mirror status: not at all, but by the reason of a failure', () => {
    const pairing = { kind: 'DetailFailure', message: 'no' } as const;
    expect(
      growth(MirrorStatus, {
        connectionStatus: 'Online',
        pairingSc: pairing,
        pairingSpu: pairing,
        connectionStat: { lastSeen: 1n },
      }),
    ).toEqual({ 17: 2 * (2 + 'no'.length) });
  });
});

describe('older readers are told what they know', () => {
  const told = <T>(type: Type<T>, version: number, value: T): T =>
    type.at(version).read(new Reader(encode(type, version, value)));

  it('instead of OutOfStorage, which 19 brought', () => {
    expect([16, 18, 19].map((version) => told(PartitionResolution, version, 'OutOfStorage'))).toEqual([
      'Online',
      'Online',
      'OutOfStorage',
    ]);
    expect(told(PartitionResolution, 18, 'LeaderOffline')).toBe('LeaderOffline');
  });

  it('instead of DetailFailure, which 17 brought', () => {
    const failure = { kind: 'DetailFailure', message: 'no' } as const;
    expect(told(MirrorPairStatus, 16, failure)).toEqual({ kind: 'Failed' });
    expect(told(MirrorPairStatus, 17, failure)).toEqual(failure);
  });

  it('but say what they like themselves: gates do not hold for variants', () => {
    expect(PartitionResolution.at(15).read(new Reader(Uint8Array.of(4)))).toBe('OutOfStorage');
    expect(MirrorPairStatus.at(15).read(new Reader(Uint8Array.of(5, 0, 1, 0x78)))).toEqual({
      kind: 'DetailFailure',
      message: 'x',
    });
  });
});

describe('requests grow by version', () => {
  it('List and Watch', () => {
    expect(growth(ListQuery, { nameFilters: ['a'], summary: true, system: true })).toEqual({ 10: 1, 13: 1 });
    expect(growth(WatchQuery, { epoch: 0n, summary: true })).toEqual({ 10: 1 });
  });

  it('Create, whose kind is a byte below version 11 and a label with a length from there on', () => {
    const request: CreateRequest = {
      label: 'CustomSpu',
      body: { name: 'a', dryRun: false, timeout: 1000, spec: customSpu },
    };
    expect(growth(CreateRequest, request)).toEqual({ 7: 5, 11: 2 + 'CustomSpu'.length + 4 - 1 });
  });

  it('Delete, whose label has no length below version 11', () => {
    const request: DeleteRequest = { label: 'CustomSpu', body: { key: { kind: 'id', id: 7 }, force: true } };
    expect(growth(DeleteRequest, request)).toEqual({ 11: 4, 13: 1 });
  });
});

describe('what a version does not have', () => {
  const back = <T>(type: Type<T>, version: number, value: T): T =>
    type.at(version).read(new Reader(encode(type, version, value)));

  it('reads as its default', () => {
    expect(back(TopicSpec, 2, topic)).toEqual({
      replicas: topic.replicas,
      cleanupPolicy: undefined,
      storage: undefined,
      compressionType: 'Any',
      deduplication: undefined,
      system: false,
    });
    expect(back(PartitionStatus, 4, status)).toEqual({ ...status, size: -2n, baseOffset: 0n });
    expect(back(PartitionMirrorConfig, 17, home)).toEqual({ ...home, source: false });
  });

  it('cannot be written when the label needs it', () => {
    const unknown: CreateRequest = { label: 'Unknown', name: 'Nope', body: new Uint8Array(0) };
    expect(() => encode(CreateRequest, 10, unknown)).toThrow(expect.objectContaining({ code: 'wire/unwritable' }));
    expect(back(CreateRequest, 11, unknown)).toEqual(unknown);
  });
});
