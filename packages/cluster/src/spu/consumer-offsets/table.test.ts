/** The log of consumer offsets: Fluvio's format, read and written, and how large it grows. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONSUMER_OFFSET_TOPIC } from '../../consumer-offset-topic.ts';
import { silent } from '../../logger.ts';
import { consumerOffsetSpec } from '../../sc/objects.ts';
import { batchOf, runOf } from '../../testing/batches.ts';
import { vectorsDir } from '../../testing/vectors.ts';
import { openReplica } from '../open-replica.ts';
import type { Replica } from '../replica.ts';
import { eachChange, runOfChanges, type StoredOffset } from './changes.ts';
import { openOffsetsTable } from './table.ts';

let dir: string;
const open: Replica[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fluvio-offsets-'));
});
afterEach(() => {
  for (const replica of open.splice(0)) replica.close('keep');
  rmSync(dir, { recursive: true });
});

const { cleanupPolicy, storage } = consumerOffsetSpec(1);

function openLeader(at = dir, epoch = 0): Replica {
  const replica = openReplica({
    self: 1,
    key: { topic: CONSUMER_OFFSET_TOPIC, partition: 0 },
    incarnation: 'a',
    spec: {
      leader: 1,
      replicas: [1],
      cleanupPolicy,
      storage,
      compressionType: 'Any',
      deduplication: undefined,
      system: true,
      mirror: undefined,
    },
    dir: at,
    fsync: 'never',
    replication: { minInSyncReplicas: 1, replicaLagMs: 1000 },
    log: silent,
  });
  replica.assign({ leader: 1, epoch, version: epoch, inSync: [1] });
  open.push(replica);
  return replica;
}

const stored = (consumerId: string, offset: number, topic = 't'): StoredOffset => ({
  key: { topic, partition: 0, consumerId },
  offset: BigInt(offset),
  modifiedTime: 1_700_000_000n,
  incarnation: 'life',
});

const plain = ({ key, offset }: StoredOffset) => ({ ...key, offset: Number(offset) });

describe('beside a real cluster', () => {
  const archive = join(vectorsDir, 'real-data-dir.tgz');
  const log = 'data/spu-logs-5001/consumer-offset-0';
  beforeEach(({ skip }) => {
    skip(!existsSync(archive), `no data folder: ${archive} does not exist (set FLUVIO_VECTORS)`);
    execFileSync('tar', ['xzf', archive, '-C', dir]);
  });

  it('reads what its SPU stored, and goes on with it', () => {
    const { consumerOffsets } = JSON.parse(readFileSync(join(vectorsDir, 'real-data-dir.json'), 'utf8')) as {
      readonly consumerOffsets: readonly unknown[];
    };
    const replica = openLeader(join(dir, log));
    const table = openOffsetsTable(replica, silent);
    const found = table.all().map(plain);
    expect(found.length).toBe(consumerOffsets.length);
    expect(found).toEqual(expect.arrayContaining([...consumerOffsets]));
    expect(
      table.all().every(({ incarnation, modifiedTime }) => incarnation === undefined && modifiedTime > 1.7e9),
    ).toBe(true);
    expect(table.update(stored('reader-1', 9, 'pair'))).toBe(7);
    expect(openOffsetsTable(replica, silent).all().map(plain)).toEqual([
      { topic: 'gzipped', partition: 0, consumerId: 'reader-2', offset: 1 },
      { topic: 'pair', partition: 0, consumerId: 'reader-1', offset: 9 },
      { topic: 'pair', partition: 1, consumerId: 'reader-1', offset: 2 },
    ]);
  });

  it('writes the same bytes for the same changes', () => {
    const real = new Uint8Array(readFileSync(join(dir, log, '00000000000000000000.log')));
    const changes: StoredOffset[] = [];
    eachChange(
      real,
      (change) => changes.push(change.kind === 'updated' ? change.stored : expect.fail(change.kind)),
      () => expect.fail(),
    );
    expect(changes.length).toBe(6);
    const first = runOfChanges([{ kind: 'updated', stored: changes[0] ?? expect.fail() }]);
    expect(first.bytes).toEqual(real.subarray(0, first.bytes.length));
  });
});

describe('the table', () => {
  it('is the same after it was opened again, by another leader too', () => {
    const table = openOffsetsTable(openLeader(), silent);
    table.update(stored('a', 1));
    table.update(stored('b', -1));
    table.update(stored('a', 0));
    table.update(stored('gone', 5));
    expect(table.delete([{ topic: 't', partition: 0, consumerId: 'gone' }])).toBe(5);
    expect(table.delete([{ topic: 't', partition: 0, consumerId: 'never there' }])).toBe(5);
    const all = table.all();
    expect(all.map(plain).map(({ consumerId, offset }) => [consumerId, offset])).toEqual([
      ['a', 0],
      ['b', -1],
    ]);
    for (const replica of open.splice(0)) replica.close('keep');
    expect(openOffsetsTable(openLeader(), silent).all()).toEqual(all);
  });

  it('passes over records of others in its topic, and takes in the changes among them', () => {
    const replica = openLeader();
    const skipped: unknown[] = [];
    const table = openOffsetsTable(replica, (_, __, facts) => skipped.push(facts?.offset));
    table.update(stored('a', 1));
    replica.append(runOf(batchOf('not a change')));
    replica.append(runOfChanges([{ kind: 'updated', stored: stored('b', 2) }]));
    expect(table.all().map(({ key }) => key.consumerId)).toEqual(['a', 'b']);
    expect(skipped).toEqual(['1']);
    expect(table.update(stored('c', 3))).toBe(4);
  });

  it('does not grow the log with the number of commits, and loses none that counts', () => {
    const replica = openLeader();
    const table = openOffsetsTable(replica, silent);
    table.update(stored('quiet', 7));
    const longId = 'x'.repeat(500);
    let largest = 0;
    for (let i = 0; i < 30_000; i++) {
      table.update(stored(`${longId}-${i % 300}`, i));
      largest = Math.max(largest, replica.sizeBytes);
    }
    // 18 MB of commits and as much of checkpoints; segments have 1 MB.
    expect(largest).toBeLessThan(4_000_000);
    expect(replica.startOffset).toBeGreaterThan(20_000);
    const all = table.all();
    expect(all.length).toBe(301);
    for (const one of open.splice(0)) one.close('keep');
    const again = openOffsetsTable(openLeader(), silent);
    expect(again.all()).toEqual(all);
    expect(again.get({ topic: 't', partition: 0, consumerId: 'quiet' })?.offset).toBe(7n);
  });
});
