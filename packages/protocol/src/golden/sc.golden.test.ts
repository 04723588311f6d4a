/** What a real SC and its clients said to each other: every frame, and the values of requests and of their answers. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { scApis } from '../messages/sc/apis.ts';
import { captured, named, plainTopic, spuAt } from './captured.ts';
import { countByApi } from './replay.ts';

const { absent, frames, replayed, refused, shortened, said } = captured('sc', scApis);

beforeEach((context) => {
  if (absent !== undefined) context.skip(absent);
});

afterAll(() => {
  process.stdout.write(
    absent === undefined
      ? `SC frames: ${replayed.length} of ${frames.length} give the same bytes, ${refused.length} are wrong on purpose, ` +
          `${shortened} shortened ones left out\n${countByApi(replayed)}`
      : `SC frames: skipped, ${absent}\n`,
  );
});

describe('every frame', () => {
  it('is decoded without a rest and encoded to the same bytes, but for those that are wrong on purpose', () => {
    expect(refused.map(({ frame, reason }) => [frame.name, frame.dir, frame.apiKey, reason])).toEqual([
      ['raw:sc-unknown-key-closes', 'req', 999, 'no API has key 999'],
      [
        'raw:sc-topic-update-unknown-action-closes',
        'req',
        1006,
        expect.stringContaining('unknown tag 2 (known: addPartition, addMirror)'),
      ],
    ]);
  });

  it('is of an API and a label that the captures are known to hold', () => {
    const kinds = new Set(replayed.map(({ api, value }) => `${api} ${(value as { label?: string }).label ?? ''}`));
    for (const label of [
      'Topic',
      'Partition',
      'SPU',
      'CustomSpu',
      'SpuGroup',
      'SmartModule',
      'TableFormat',
      'Mirror',
    ]) {
      expect(kinds).toContain(`List ${label}`);
    }
    for (const label of ['Topic', 'Partition', 'SPU', 'SpuGroup', 'SmartModule', 'TableFormat']) {
      expect(kinds).toContain(`Watch ${label}`);
    }
    for (const label of ['Topic', 'CustomSpu', 'SpuGroup', 'SmartModule', 'TableFormat', 'Mirror']) {
      expect(kinds).toContain(`Create ${label}`);
      expect(kinds).toContain(`Delete ${label}`);
    }
  });
});

describe('ApiVersions', () => {
  it('says who calls and what is served', () => {
    expect(said('node:connect', 'ApiVersions', 'req')).toEqual({
      clientVersion: '0.14.9',
      clientOs: 'linux',
      clientArch: 'x86_64',
    });
    expect(said('raw:sc-apiversions', 'ApiVersions', 'res')).toEqual({
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
    });
  });
});

describe('Create', () => {
  it('asks for topics', () => {
    expect(said('node:topic-create', 'Create', 'req')).toEqual({
      label: 'Topic',
      body: { name: named('a'), dryRun: false, timeout: undefined, spec: plainTopic },
    });
    expect(said('raw:sc-topic-create-and-get', 'Create', 'req')).toEqual({
      label: 'Topic',
      body: {
        name: named('full'),
        dryRun: false,
        timeout: undefined,
        spec: {
          replicas: { kind: 'computed', partitions: 2, replicationFactor: 1, ignoreRackAssignment: true },
          cleanupPolicy: { kind: 'segment', timeInSeconds: 3600 },
          storage: { segmentSize: 4096, maxPartitionSize: 1_048_576n },
          compressionType: 'Zstd',
          deduplication: undefined,
          system: false,
        },
      },
    });
    expect(said('python:topic-create-assigned', 'Create', 'req')).toMatchObject({
      body: {
        spec: {
          replicas: {
            kind: 'assigned',
            maps: [
              { id: 0, replicas: [5001], mirror: undefined },
              { id: 1, replicas: [5001], mirror: undefined },
            ],
          },
        },
      },
    });
    expect(said('raw:sc-mirror', 'Create', 'req', 1)).toMatchObject({
      body: { spec: { replicas: { kind: 'mirror', config: { kind: 'home', partitions: [], source: false } } } },
    });
    expect(said('raw:sc-topic-dry-run', 'Create', 'req')).toMatchObject({ body: { name: named('dry'), dryRun: true } });
  });

  it('asks for a topic without duplicates', () => {
    const specs = replayed
      .filter(({ frame, api }) => frame.name === 'raw:sc-topic-create-errors' && api === 'Create')
      .map(({ value }) => (value as { body?: { spec?: { deduplication?: unknown } } }).body?.spec?.deduplication);
    expect(specs.filter((deduplication) => deduplication !== undefined)).toEqual([
      {
        bounds: { count: 5n, age: { seconds: 5n, nanos: 0 } },
        filter: { transform: { uses: 'no-such-module', with: new Map() } },
      },
    ]);
  });

  it('asks for everything else', () => {
    expect(said('cli:spu-register-unregister', 'Create', 'req')).toEqual({
      label: 'CustomSpu',
      body: {
        name: 'custom-spu-6123',
        dryRun: false,
        timeout: undefined,
        spec: { ...spuAt(6123, 6123), rack: 'r1' },
      },
    });
    expect(said('raw:sc-spugroup', 'Create', 'req')).toEqual({
      label: 'SpuGroup',
      body: {
        name: named('grp'),
        dryRun: false,
        timeout: 1500,
        spec: {
          replicas: 1,
          minId: 7000,
          spuConfig: { rack: undefined, replication: undefined, storage: undefined, env: [] },
        },
      },
    });
    expect(said('raw:sc-tableformat', 'Create', 'req')).toMatchObject({
      label: 'TableFormat',
      body: { spec: { inputFormat: 'JSON', columns: [{ headerLabel: 'A', keyPath: 'a', primaryKey: true }] } },
    });
    expect(said('raw:sc-mirror', 'Create', 'req')).toMatchObject({
      label: 'Mirror',
      body: { spec: { mirrorType: { kind: 'remote', id: named('edge') } } },
    });
  });

  it('asks for SmartModules, bare and packaged', () => {
    const payload = new TextEncoder().encode('not really wasm');
    expect(said('raw:sc-smartmodule', 'Create', 'req')).toMatchObject({
      label: 'SmartModule',
      body: { spec: { meta: undefined, summary: undefined, wasm: { format: 'BINARY', payload } } },
    });
    expect(said('raw:sc-smartmodule', 'Create', 'req', 1)).toMatchObject({
      body: {
        spec: {
          meta: {
            package: {
              name: 'mod',
              version: '0.1.0',
              apiVersion: '0.1.0',
              description: undefined,
              license: 'Apache-2.0',
              visibility: 'private',
              repository: undefined,
            },
            params: new Map([['p', { description: 'a param', optional: true }]]),
          },
          wasm: { payload },
        },
      },
    });
  });

  it('is answered with a status', () => {
    expect(said('node:topic-create', 'Create', 'res')).toEqual({
      name: named('a'),
      errorCode: { kind: 'None' },
      errorMessage: undefined,
    });
    expect(said('cli:topic-create-duplicate', 'Create', 'res')).toEqual({
      name: named('a'),
      errorCode: { kind: 'TopicAlreadyExists' },
      errorMessage: expect.stringMatching(/^Topic '.*-a' already exists$/),
    });
    expect(said('python:topic-bad-config-retention', 'Create', 'res')).toMatchObject({
      errorCode: { kind: 'TopicInvalidConfiguration' },
      errorMessage: 'retention_secs 5 is less than minimum 10',
    });
  });

  it('keeps labels that it does not know, and their answer', () => {
    const name = 'raw:sc-unknown-label-create-delete-update';
    expect(said(name, 'Create', 'req')).toEqual({
      label: 'Unknown',
      name: 'Nope',
      body: Uint8Array.of(0, 1, 0x78, 0, 0),
    });
    expect(said(name, 'Create', 'res')).toEqual({
      name: 'create error',
      errorCode: { kind: 'Other', message: 'unknown admin object type' },
      errorMessage: undefined,
    });
  });
});

describe('Delete', () => {
  it('names the object, a custom SPU in two ways', () => {
    expect(said('cli:topic-delete', 'Delete', 'req')).toEqual({
      label: 'Topic',
      body: { key: named('a'), force: false },
    });
    expect(said('cli:spu-register-unregister', 'Delete', 'req')).toEqual({
      label: 'CustomSpu',
      body: { key: { kind: 'id', id: 6123 }, force: false },
    });
    expect(said('raw:sc-custom-spu', 'Delete', 'req')).toEqual({
      label: 'CustomSpu',
      body: { key: { kind: 'name', name: 'custom-spu-6201' }, force: false },
    });
  });

  it('is refused for system topics with the name inside the code', () => {
    expect(said('python:topic-create-system', 'Delete', 'res')).toEqual({
      name: named('sys'),
      errorCode: { kind: 'SystemSpecDeletionAttempt', objectKind: 'topic', name: named('sys') },
      errorMessage: undefined,
    });
  });
});

describe('Update', () => {
  it('adds partitions and mirrors', () => {
    expect(said('raw:sc-topic-update', 'Update', 'req')).toEqual({
      label: 'Topic',
      body: { key: named('upd'), action: { kind: 'addPartition', count: 2 } },
    });
    expect(said('raw:sc-mirror', 'Update', 'req')).toEqual({
      label: 'Topic',
      body: {
        key: named('mir'),
        action: { kind: 'addMirror', remoteCluster: named('edge'), homeToMirror: false },
      },
    });
  });

  it('of anything else is a text that servers refuse', () => {
    expect(said('raw:sc-unknown-label-create-delete-update', 'Update', 'req', 1)).toEqual({
      label: 'SmartModule',
      body: { key: 'x', action: 'y' },
    });
  });
});
