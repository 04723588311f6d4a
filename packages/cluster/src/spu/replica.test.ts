import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PartitionSpec } from '@fluvio-ts/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { silent } from '../logger.ts';
import type { Assignments } from '../private/messages.ts';
import { readCheckpoint } from '../storage/checkpoint.ts';
import type { FsyncPolicy } from '../storage/fsync.ts';
import { openLog } from '../storage/log.ts';
import { batchOf, runOf } from '../testing/batches.ts';
import { openReplica } from './open-replica.ts';
import type { Replica } from './replica.ts';
import { openReplicas } from './replicas.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fluvio-replica-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const spec: PartitionSpec = {
  leader: 5001,
  replicas: [5001],
  cleanupPolicy: undefined,
  storage: undefined,
  compressionType: 'Any',
  deduplication: undefined,
  system: false,
  mirror: undefined,
};
const retention = { clock: systemClock, checkMs: 10_000 };
const replication = { minInSyncReplicas: 1, replicaLagMs: 1000 };
const open = (fsync: FsyncPolicy): Replica => {
  const key = { topic: 't', partition: 0 };
  const replica = openReplica({ self: 5001, key, incarnation: 'one', spec, dir, fsync, replication, log: silent });
  replica.assign({ leader: 5001, epoch: 0, version: 0, inSync: [5001] });
  return replica;
};

describe('a replica', () => {
  it('commits with the append when nothing is flushed', () => {
    const replica = open('never');
    replica.append(runOf(batchOf('a', 'b')));
    expect(replica.highWatermark).toBe(2);
    expect(replica.committed(2, 1000)).toBeUndefined();
    replica.close('keep');
    expect(readCheckpoint(dir)).toBe(2);
  });

  it('commits when the device has it, where it is always flushed, and readers of committed records see no more', async () => {
    const replica = open('always');
    let heard = 0;
    replica.subscribe(() => heard++);
    replica.append(runOf(batchOf('a')));
    replica.append(runOf(batchOf('b')));
    expect(replica.highWatermark).toBe(0);
    expect(replica.limit('read_committed')).toBe(0);
    expect(replica.limit('read_uncommitted')).toBe(2);
    expect(await replica.committed(2, 10_000)).toBe(true);
    expect(replica.highWatermark).toBe(2);
    expect(heard).toBeGreaterThan(0);
    replica.append(runOf(batchOf('c')));
    expect(await replica.committed(99, 1)).toBe(false);
    const waiting = replica.committed(99, 10_000);
    replica.close('keep');
    await expect(waiting).rejects.toMatchObject({ code: 'storage/io' });
    expect(() => replica.append(runOf(batchOf('d')))).toThrow(expect.objectContaining({ code: 'storage/io' }));
  });

  it('tells its listeners once for what happens in one turn', async () => {
    const replica = open('never');
    let heard = 0;
    const stop = replica.subscribe(() => heard++);
    for (let i = 0; i < 5; i++) replica.append(runOf(batchOf(`${i}`)));
    expect(heard).toBe(0);
    await Promise.resolve();
    expect(heard).toBe(1);
    stop();
    replica.append(runOf(batchOf('x')));
    await Promise.resolve();
    expect(heard).toBe(1);
    replica.close('delete');
    expect(existsSync(dir)).toBe(false);
    dir = mkdtempSync(join(tmpdir(), 'fluvio-replica-'));
  });
});

describe('the replicas of an SPU', () => {
  const assign = (clusterId: string, incarnation: string, ...topics: readonly string[]): Assignments => ({
    errorCode: { kind: 'None' },
    clusterId,
    everything: true,
    updated: topics.map((topic) => ({
      replica: { topic, partition: 0 },
      incarnation,
      spec,
      epoch: 0,
      version: 0,
      inSync: [5001],
    })),
    removed: [],
    peers: undefined,
    catalog: undefined,
  });
  const start = () => openReplicas({ spuId: 5001, dir, fsync: 'never', replication, retention, log: silent });

  it('take over a folder that says nothing of its origin, such as one of a real Fluvio', async () => {
    const log = openLog({ dir: join(dir, 'real-0'), segmentBytes: 1 << 20, log: silent });
    log.append(runOf(batchOf('from', 'elsewhere')));
    log.close();
    const replicas = start();
    replicas.apply(assign('c1', 'one', 'real'));
    expect(replicas.find('real', 0)?.endOffset).toBe(2);
    expect(replicas.reports('all')).toMatchObject([
      { logEndOffset: 2n, highWatermark: 2n, resolution: 'Online', incarnation: 'one' },
    ]);
    expect(replicas.reports('changed')).toEqual([]);
    await replicas.close('flush');
  });

  it('never delete what belongs to another cluster', async () => {
    const first = start();
    first.apply(assign('c1', 'one', 'a', 'b'));
    first.find('a', 0)?.append(runOf(batchOf('precious')));
    await first.close('flush');
    const second = start();
    second.apply(assign('c2', 'two', 'a'));
    expect(second.find('a', 0)?.endOffset).toBe(0);
    expect(readdirSync(dir).sort()).toEqual(['.foreign-a-0', 'a-0', 'b-0']);
    await second.close('flush');
    const log = openLog({ dir: join(dir, '.foreign-a-0'), segmentBytes: 1 << 20, log: silent });
    expect(log.endOffset).toBe(1);
    log.close();
  });

  it('keep the others when one cannot be opened', async () => {
    const first = start();
    first.apply(assign('c1', 'one', 'good', 'bad'));
    await first.close('flush');
    rmSync(join(dir, 'bad-0', '00000000000000000000.log'));
    openLog({ dir: join(dir, 'bad-0', '00000000000000000000.log'), segmentBytes: 1024, log: silent }).close();
    const second = start();
    second.apply(assign('c1', 'one', 'good', 'bad'));
    expect(second.find('good', 0)).toBeDefined();
    expect(second.find('bad', 0)).toBeUndefined();
    await second.close('flush');
  });
});
