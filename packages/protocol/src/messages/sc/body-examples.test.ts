/** The worked examples of bodies and objects in the protocol's description, byte by byte, in both directions. */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../golden/vectors.ts';
import { Reader } from '../../wire/reader.ts';
import type { Type } from '../../wire/schema.ts';
import { Writer } from '../../wire/writer.ts';
import { DeleteRequest } from './delete.ts';
import { ListRequest } from './list.ts';
import { objects } from './objects.ts';
import { SmartModuleSpec } from './smartmodule.ts';
import { ReplicaSpec } from './topic.ts';
import { UpdateRequest } from './update.ts';

interface Example<T> {
  readonly title: string;
  readonly hex: string;
  readonly value: T;
}

/** Checks bodies of one schema at one version, in both directions. */
const examples = <T>(name: string, type: Type<T>, version: number, cases: readonly Example<T>[]): void => {
  describe(`${name} at version ${version}`, () => {
    it.each(cases)('$title', ({ hex, value }) => {
      const reader = new Reader(fromHex(hex));
      expect(type.at(version).read(reader)).toEqual(value);
      expect(reader.remaining).toBe(0);
      const writer = new Writer();
      type.at(version).write(writer, value);
      expect(toHex(writer.finish())).toBe(toHex(fromHex(hex)));
    });
  });
};

const filtered: ListRequest = { label: 'Topic', body: { nameFilters: ['foo'], summary: true, system: true } };
examples('List', ListRequest, 13, [
  { title: 'A3 with a filter', hex: '0005 546f706963 | 0000000b | 00000001 0003 666f6f 01 01', value: filtered },
]);
examples('List', ListRequest, 10, [
  {
    title: 'A3 without a length',
    hex: '0005 546f706963 00000001 0003666f6f 01',
    value: { label: 'Topic', body: { ...filtered.body, system: false } },
  },
]);

examples('Delete', DeleteRequest, 19, [
  {
    title: 'A9 a topic, by force',
    hex: '0005 546f706963 00000008 0005 68656c6c6f 01',
    value: { label: 'Topic', body: { key: 'hello', force: true } },
  },
  {
    title: 'A9 a custom SPU by its id',
    hex: '0009 437573746f6d537075 00000009 0002 4964 00001389 00',
    value: { label: 'CustomSpu', body: { key: { kind: 'id', id: 5001 }, force: false } },
  },
  {
    title: 'A9 a custom SPU by its name',
    hex: '0009 437573746f6d537075 00000018 0004 4e616d65 000f 637573746f6d2d7370752d35303031 00',
    value: { label: 'CustomSpu', body: { key: { kind: 'name', name: 'custom-spu-5001' }, force: false } },
  },
]);

examples('Update', UpdateRequest, 19, [
  {
    title: 'A10 two more partitions',
    hex: '0005 546f706963 0000000c 0005 68656c6c6f 00 00000002',
    value: { label: 'Topic', body: { key: 'hello', action: { kind: 'addPartition', count: 2 } } },
  },
  {
    title: 'A10 another mirror',
    hex: '0005 546f706963 00000010 0005 68656c6c6f 01 0005 6564676531 01',
    value: {
      label: 'Topic',
      body: { key: 'hello', action: { kind: 'addMirror', remoteCluster: 'edge1', homeToMirror: true } },
    },
  },
]);

examples('SPU', objects.SPU, 1, [
  {
    title: 'A13 with everything',
    hex: `000f 637573746f6d2d7370752d35303031
          00001389 01
          2332 00000001 01 0009 6c6f63616c686f7374 00 00
          2333 0009 6c6f63616c686f7374 01
          01 0002 7231
          01 270f 0009 3132372e302e302e31 00
          00`,
    value: {
      name: 'custom-spu-5001',
      spec: {
        id: 5001,
        spuType: 'Custom',
        publicEndpoint: {
          port: 9010,
          ingress: [{ hostname: 'localhost', ip: undefined }],
          encryption: 'PLAINTEXT',
        },
        privateEndpoint: { port: 9011, host: 'localhost', encryption: 'SSL' },
        rack: 'r1',
        publicEndpointLocal: { port: 9999, host: '127.0.0.1', encryption: 'PLAINTEXT' },
      },
      status: { resolution: 'Online' },
    },
  },
]);

examples('Partition', objects.Partition, 19, [
  {
    title: 'A14 of which nothing is known',
    hex: `0003 742d30 | 00000000 00000000 00 00 04 00 00 00
          00 ffffffff ffffffffffffffff ffffffffffffffff 00000000 00000000 fffffffffffffffe 00 0000000000000000`,
    value: {
      name: 't-0',
      spec: {
        leader: 0,
        replicas: [],
        cleanupPolicy: undefined,
        storage: undefined,
        compressionType: 'Any',
        deduplication: undefined,
        system: false,
        mirror: undefined,
      },
      status: {
        resolution: 'Offline',
        leader: { spu: -1, hw: -1n, leo: -1n },
        lsr: 0,
        replicas: [],
        size: -2n,
        isBeingDeleted: false,
        baseOffset: 0n,
      },
    },
  },
]);

const moduleOf = (payload: Uint8Array): SmartModuleSpec => ({
  meta: undefined,
  summary: undefined,
  wasm: { format: 'BINARY', payload },
});
examples('SmartModule', SmartModuleSpec, 19, [
  { title: 'A15 without anything', hex: '00 00 00 00000000', value: moduleOf(new Uint8Array(0)) },
]);
examples('SmartModule', SmartModuleSpec, 9, [
  {
    title: 'A15 in the older layout',
    hex: '00 00 00 00 00000004 0061736d 00',
    value: moduleOf(Uint8Array.of(0x00, 0x61, 0x73, 0x6d)),
  },
]);

examples('ReplicaSpec', ReplicaSpec, 0, [
  {
    title: 'A17 computed',
    hex: '01 00000002 00000003 01',
    value: { kind: 'computed', partitions: 2, replicationFactor: 3, ignoreRackAssignment: true },
  },
]);
