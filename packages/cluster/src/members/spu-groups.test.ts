/** SPU groups: their SPUs run, are seen, survive what they should, and end with their group. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Create, Delete, listOf, watchOf } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { describe, expect, it } from 'vitest';
import { startCluster } from '../cluster.ts';
import { isAlive } from '../processes/identity.ts';
import { clusterStatus, stopCluster } from '../processes/status.ts';
import { batchOf } from '../testing/batches.ts';
import { computed, connectSc, connectSpu, createTopic, produceTo } from '../testing/clients.ts';

const everything = { nameFilters: [], summary: false, system: false };

async function createGroup(sc: Session, name: string, minId: number, replicas: number): Promise<string> {
  const spec = {
    replicas,
    minId,
    spuConfig: { storage: undefined, rack: undefined, realSpec: undefined, env: [] },
  } as never;
  const body = { name, dryRun: false, timeout: undefined, spec };
  return (await sc.call(Create, { label: 'SpuGroup', body }, { timeoutMs: 60_000 })).errorCode.kind;
}

const deleteGroup = async (sc: Session, key: string): Promise<string> =>
  (await sc.call(Delete, { label: 'SpuGroup', body: { key, force: false } }, { timeoutMs: 60_000 })).errorCode.kind;

const spusOf = async (sc: Session): Promise<string[]> =>
  (await sc.call(listOf.SPU, everything))
    .map(({ spec, status }) => `${spec.id} ${spec.spuType} ${status.resolution}`)
    .sort();

async function until(sc: Session, expected: readonly string[]): Promise<void> {
  for await (const _ of sc.open(watchOf.SPU, { epoch: 0n, summary: false })) {
    if (JSON.stringify(await spusOf(sc)) === JSON.stringify(expected)) return;
  }
}

describe.each(['inProcess', 'processes'] as const)('an SPU group in mode %s', (mode) => {
  it('has its SPUs run until it is deleted, through a restart of the SC', async () => {
    await using cluster = await startCluster({ mode });
    let sc = await connectSc(cluster.endpoint);
    expect(await createGroup(sc, 'main', 100, 2)).toBe('None');
    expect(await spusOf(sc)).toEqual(['100 Managed Online', '101 Managed Online', '5001 Custom Online']);
    const [group] = await sc.call(listOf.SpuGroup, everything);
    expect(group?.status.resolution).toBe('Reserved');
    expect(cluster.spus.map(({ id, name, state }) => [id, name, state])).toEqual([
      [100, 'main-0', 'running'],
      [101, 'main-1', 'running'],
      [5001, 'custom-spu-5001', 'running'],
    ]);
    expect((await createTopic(sc, 'spread', computed(3))).errorCode.kind).toBe('None');
    const led = (await sc.call(listOf.Partition, everything)).find(({ spec }) => spec.leader === 100);
    const spu = await connectSpu(cluster.spus[0] ?? expect.fail());
    const partition = Number(led?.name.slice('spread-'.length));
    expect((await produceTo(spu, 'spread', partition, batchOf('x'))).error.kind).toBe('None');
    spu.close();

    await cluster.kill('sc');
    await cluster.restart('sc');
    sc = await connectSc(cluster.endpoint);
    await until(sc, ['100 Managed Online', '101 Managed Online', '5001 Custom Online']);
    await cluster.kill(101);
    await cluster.restart(101);

    expect(await deleteGroup(sc, 'main')).toBe('None');
    await until(sc, ['5001 Custom Online']);
    expect(cluster.spus.map(({ id }) => id)).toEqual([5001]);
    sc.close();
  });
});

it('runs in a cluster that has survived its launcher, and ends with it', { timeout: 60_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'fluvio-groups-'));
  try {
    const index = new URL('../../dist/index.js', import.meta.url).href;
    const start = async (): Promise<void> => {
      const program = `
        const { startCluster } = await import(${JSON.stringify(index)});
        await startCluster({ mode: 'processes', dataDir: ${JSON.stringify(dataDir)}, lifetime: 'detached' });`;
      const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
      expect(await once(parent, 'exit')).toEqual([0, null]);
    };
    await start();
    let sc = await connectSc(clusterStatus(dataDir).endpoint);
    expect(await createGroup(sc, 'main', 100, 2)).toBe('None');
    const before = clusterStatus(dataDir).members;
    expect(before.map(({ name, alive }) => `${name} ${alive}`).sort()).toEqual([
      'sc true',
      'spu-100 true',
      'spu-101 true',
      'spu-5001 true',
    ]);
    sc.close();
    await stopCluster(dataDir);
    expect(before.filter(isAlive)).toEqual([]);

    await start();
    sc = await connectSc(clusterStatus(dataDir).endpoint);
    await until(sc, ['100 Managed Online', '101 Managed Online', '5001 Custom Online']);
    expect(await deleteGroup(sc, 'main')).toBe('None');
    await until(sc, ['5001 Custom Online']);
    expect(clusterStatus(dataDir).members.map(({ name }) => name)).toEqual(['sc', 'spu-5001']);
    sc.close();
  } finally {
    await stopCluster(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  }
});
