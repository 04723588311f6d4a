import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PartitionSpec, TopicSpec, TopicStatus } from '@fluvio-ts/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Metadata } from './metadata.ts';
import { openMetadata } from './metadata.ts';
import { canBeKept } from './object-files.ts';
import { unknownPartition } from './objects.ts';

let dir: string;
const reports: string[] = [];
const open = (): Metadata => openMetadata(dir, true, (level, message) => reports.push(`${level} ${message}`));

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fluvio-objects-'));
  reports.length = 0;
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Every kind of value that a topic can hold. */
const spec: TopicSpec = {
  replicas: {
    kind: 'assigned',
    maps: [
      { id: 0, replicas: [5001], mirror: undefined },
      { id: 1, replicas: [5002], mirror: { kind: 'home', remoteCluster: 'edge', remoteReplica: 'x-0', source: true } },
    ],
  },
  cleanupPolicy: { kind: 'segment', timeInSeconds: 3600 },
  storage: { segmentSize: 4096, maxPartitionSize: 2n ** 60n + 1n },
  compressionType: 'Zstd',
  deduplication: {
    bounds: { count: 10n, age: { seconds: 5n, nanos: 250 } },
    filter: { transform: { uses: 'group/name@1.0.0', with: new Map([['key', 'wert „ü“']]) } },
  },
  system: true,
};
const status: TopicStatus = {
  resolution: 'Provisioned',
  replicaMap: new Map([
    [0, [5001]],
    [1, [5002]],
  ]),
  mirrorMap: new Map(),
  reason: 'none "at all"',
};
const topic = { name: 'full', uid: 'u1', spec, status };
const partitionSpec: PartitionSpec = {
  leader: 5001,
  replicas: [5001],
  cleanupPolicy: undefined,
  storage: undefined,
  compressionType: 'Any',
  deduplication: undefined,
  system: false,
  mirror: undefined,
};
const partition = { name: 'full-0', uid: 'u1', spec: partitionSpec, status: unknownPartition };

describe('objects on disk', () => {
  it('come back as they were', async () => {
    const first = open();
    await first.commit([
      { label: 'Topic', put: topic },
      { label: 'Partition', put: partition },
    ]);
    const again = open();
    expect(again.stores.Topic.all()).toEqual([topic]);
    expect(again.stores.Partition.all()).toEqual([partition]);
    expect(again.clusterId).toBe(first.clusterId);
    await again.commit([{ label: 'Topic', delete: 'full' }]);
    expect(open().stores.Topic.all()).toEqual([]);
  });

  it('are JSON that people can read, one file each', async () => {
    await open().commit([{ label: 'Topic', put: topic }]);
    const json = JSON.parse(readFileSync(join(dir, 'Topic/full.json'), 'utf8'));
    expect(json).toMatchObject({
      format: 1,
      name: 'full',
      uid: 'u1',
      spec: { compressionType: 'Zstd', storage: { segmentSize: 4096, maxPartitionSize: '1152921504606846977' } },
      status: { replicaMap: { 0: [5001], 1: [5002] } },
    });
    expect(readdirSync(join(dir, 'Topic'))).toEqual(['full.json']);
  });

  it('have names that lead nowhere else', async () => {
    const metadata = open();
    const names = ['../../escape', '.', '..', 'a/b', 'ü „x“', 'A', 'a', 'nul\u0000l', '%41'];
    await metadata.commit(names.map((name) => ({ label: 'TableFormat' as const, put: tableFormat(name) })));
    expect(
      open()
        .stores.TableFormat.all()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...names].sort());
    expect(readdirSync(join(dir, 'TableFormat')).length).toBe(names.length);
    expect(canBeKept('x'.repeat(200))).toBe(true);
    expect(canBeKept('ü'.repeat(200))).toBe(false);
  });

  it.each([
    ['cut', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['of another format', (text: string) => text.replace('"format": 1', '"format": 2')],
    ['with a wrong value', (text: string) => text.replace('"Zstd"', '"Brotli"')],
    ['with a missing value', (text: string) => text.replace('"replicas"', '"replikas"')],
  ])('that are %s are put aside, and the others are read', async (_, damage) => {
    const other = { ...topic, name: 'other', uid: 'u2' };
    await open().commit([
      { label: 'Topic', put: topic },
      { label: 'Topic', put: other },
    ]);
    const path = join(dir, 'Topic/full.json');
    const damaged = damage(readFileSync(path, 'utf8'));
    writeFileSync(path, damaged);
    expect(open().stores.Topic.all()).toEqual([other]);
    expect(reports).toEqual(['error an object cannot be read and is put aside']);
    expect(readFileSync(`${path}.unreadable`, 'utf8')).toBe(damaged);
    expect(open().stores.Topic.all()).toEqual([other]);
  });

  it('are shown to nobody, now or after a restart, when the disk refuses a part of a change', async () => {
    const metadata = open();
    rmSync(join(dir, 'Partition'), { recursive: true });
    await expect(
      metadata.commit([
        { label: 'Topic', put: topic },
        { label: 'Partition', put: partition },
      ]),
    ).rejects.toThrow('ENOENT');
    expect(metadata.stores.Topic.all()).toEqual([]);
    expect(open().stores.Topic.all()).toEqual([]);
    expect(readdirSync(join(dir, 'Topic'))).toEqual([]);
  });

  it('change one task at a time', async () => {
    const metadata = open();
    const order: number[] = [];
    const task = (id: number) =>
      metadata.exclusive(async () => {
        order.push(id);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(id);
        if (id === 1) throw new Error('refused');
      });
    const outcomes = await Promise.allSettled([task(0), task(1), task(2)]);
    expect(order).toEqual([0, 0, 1, 1, 2, 2]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

const tableFormat = (name: string) => ({
  name,
  uid: name,
  spec: { name, inputFormat: 'JSON' as const, columns: undefined, smartmodule: undefined },
  status: { resolution: 'Init' as const, reason: undefined },
});
