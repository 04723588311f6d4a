/** The JSON of objects that the controller only keeps, as the official command line prints it. */
import { expect, test } from 'vitest';
import { mirror } from '../objects/mirror.ts';
import { smartModule } from '../objects/smartmodule.ts';
import { spuGroup } from '../objects/spu-group.ts';
import { tableFormat } from '../objects/table-format.ts';
import type { ObjectKinds } from './json.ts';
import { fromJson, tableFormatSpecFromJson, toJson } from './json.ts';

const waiting = { kind: 'Waiting' } as const;
const unconnected = {
  connectionStatus: 'Offline',
  pairingSc: waiting,
  pairingSpu: waiting,
  connectionStat: { lastSeen: 0n },
} as const;
const payload = Uint8Array.from({ length: 20_000 }, (_, i) => i);

const examples: readonly (readonly [what: string, ObjectKinds[keyof ObjectKinds], json: object])[] = [
  [
    'a SmartModule without a package',
    smartModule(
      'upper',
      { meta: undefined, summary: undefined, wasm: { format: 'BINARY', payload: Uint8Array.of(1, 2, 255, 0) } },
      {},
    ),
    {
      name: 'upper',
      spec: { meta: null, wasm: { format: 'BINARY', payload: 'AQL/AA==' } },
      status: null,
      owner: null,
    },
  ],
  [
    'a SmartModule of a package',
    smartModule(
      'upper-team-1.0.0',
      {
        meta: {
          package: {
            name: 'upper',
            group: 'team',
            version: '1.0.0',
            apiVersion: '0.1.0',
            description: 'larger',
            license: undefined,
            visibility: 'public',
            repository: undefined,
          },
          params: new Map([
            ['b', { description: undefined, optional: true }],
            ['a', { description: 'first', optional: false }],
          ]),
        },
        summary: undefined,
        wasm: { format: 'TEXT', payload },
      },
      {},
    ),
    {
      name: 'upper-team-1.0.0',
      spec: {
        meta: {
          package: {
            name: 'upper',
            group: 'team',
            version: '1.0.0',
            apiVersion: '0.1.0',
            description: 'larger',
            license: null,
            visibility: 'public',
            repository: null,
          },
          params: [
            { name: 'a', description: 'first', optional: false },
            { name: 'b', description: null, optional: true },
          ],
        },
        wasm: { format: 'TEXT', payload: Buffer.from(payload).toString('base64') },
      },
      status: null,
      owner: null,
    },
  ],
  [
    'an SPU group',
    spuGroup(
      'grp',
      {
        replicas: 2,
        minId: 7000,
        spuConfig: {
          rack: undefined,
          replication: { inSyncReplicaMin: 1 },
          storage: { logDir: undefined, size: '1Gi' },
          env: [{ name: 'A', value: '1' }],
        },
      },
      { resolution: 'Invalid', reason: 'conflict' },
    ),
    {
      name: 'grp',
      spec: {
        replicas: 2,
        minId: 7000,
        spuConfig: {
          rack: null,
          replication: { inSyncReplicaMin: 1 },
          storage: { logDir: null, size: '1Gi' },
          env: [{ name: 'A', value: '1' }],
        },
      },
      status: { resolution: 'Invalid', reason: 'conflict' },
      owner: null,
    },
  ],
  [
    'a table format',
    tableFormat(
      'people',
      {
        name: 'people',
        inputFormat: 'JSON',
        columns: [
          {
            headerLabel: 'Name',
            width: undefined,
            alignment: 'RIGHT',
            keyPath: 'name',
            format: undefined,
            display: undefined,
            primaryKey: true,
            headerBgColor: 'BLUE',
            headerTextColor: undefined,
          },
        ],
        smartmodule: undefined,
      },
      { resolution: 'Init', reason: undefined },
    ),
    {
      name: 'people',
      spec: {
        name: 'people',
        inputFormat: 'JSON',
        columns: [
          {
            headerLabel: 'Name',
            width: null,
            alignment: 'RIGHT',
            keyPath: 'name',
            format: null,
            display: null,
            primaryKey: true,
            headerBgColor: 'BLUE',
            headerTextColor: null,
          },
        ],
      },
      status: { resolution: 'Init', reason: null },
      owner: null,
    },
  ],
  [
    'a remote',
    mirror('edge1', { mirrorType: { kind: 'remote', id: 'edge1' } }, unconnected),
    {
      name: 'edge1',
      spec: { mirrorType: { remote: { id: 'edge1' } } },
      status: {
        connectionStatus: 'Offline',
        pairingSc: 'Waiting',
        pairingSpu: 'Waiting',
        connectionStat: { lastSeen: 0 },
      },
      owner: null,
    },
  ],
  [
    'a home that is in trouble',
    mirror(
      'home',
      {
        mirrorType: {
          kind: 'home',
          id: 'home',
          remoteId: 'edge1',
          publicEndpoint: 'localhost:9003',
          clientTls: { domain: 'd', caCert: 'a', clientCert: 'c', clientKey: 'k' },
        },
      },
      { ...unconnected, pairingSpu: { kind: 'DetailFailure', message: 'no way' } },
    ),
    {
      name: 'home',
      spec: {
        mirrorType: {
          home: {
            id: 'home',
            remoteId: 'edge1',
            publicEndpoint: 'localhost:9003',
            clientTls: { domain: 'd', caCert: 'a', clientCert: 'c', clientKey: 'k' },
          },
        },
      },
      status: {
        connectionStatus: 'Offline',
        pairingSc: 'Waiting',
        pairingSpu: { DetailFailure: 'no way' },
        connectionStat: { lastSeen: 0 },
      },
      owner: null,
    },
  ],
];

test.each(examples)('%s', (_, object, json) => {
  // By text, since the order of the keys is Fluvio's, too.
  expect(JSON.stringify(toJson(object), undefined, 1)).toBe(JSON.stringify(json, undefined, 1));
  expect(fromJson(object.kind, JSON.parse(JSON.stringify(json)))).toEqual(object);
});

test('what is missing in a table format is as if it were null', () => {
  expect(tableFormatSpecFromJson({ name: 'x', columns: [{ keyPath: 'a' }] })).toMatchObject({
    name: 'x',
    inputFormat: undefined,
    columns: [{ keyPath: 'a', headerLabel: undefined }],
  });
});

test.each([
  ['smartmodule', { name: 'x', spec: { meta: null, wasm: { format: 'BINARY', payload: '*' } } }, 'spec.wasm.payload'],
  ['mirror', { name: 'x', spec: { mirrorType: { remote: { id: 'x' } } }, status: {} }, 'status.connectionStatus'],
  ['table-format', { name: 'x', spec: { name: 'x', columns: [{}] } }, 'spec.columns[0].keyPath'],
] as const)('%s: says where it is wrong', (kind, json, path) => {
  expect(() => fromJson(kind, json)).toThrow(expect.objectContaining({ context: expect.objectContaining({ path }) }));
});
