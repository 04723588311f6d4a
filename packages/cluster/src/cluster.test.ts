import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listOf, watchOf } from '@fluvio-ts/protocol';
import { describe, expect, it } from 'vitest';
import { startCluster } from './cluster.ts';
import { batchOf } from './testing/batches.ts';
import { computed, connectSc, connectSpu, createTopic, produceTo } from './testing/clients.ts';

const everything = { nameFilters: [], summary: false, system: false };

describe('startCluster', () => {
  it('starts, spreads a topic over its SPUs, takes records, and leaves nothing behind', async () => {
    const cluster = await startCluster({ spus: 3 });
    expect(cluster.spus.map(({ id, name }) => [id, name])).toEqual([
      [5001, 'custom-spu-5001'],
      [5002, 'custom-spu-5002'],
      [5003, 'custom-spu-5003'],
    ]);
    const sc = await connectSc(cluster.endpoint);
    expect(await createTopic(sc, 'cities', computed(6))).toEqual({
      name: 'cities',
      errorCode: { kind: 'None' },
      errorMessage: undefined,
    });
    const partitions = await sc.call(listOf.Partition, everything);
    expect(partitions.map(({ status }) => status.resolution)).toEqual(Array.from({ length: 6 }, () => 'Online'));
    const leaders = partitions.map(({ spec }) => spec.leader).sort();
    expect(leaders).toEqual([5001, 5001, 5002, 5002, 5003, 5003]);
    for (const { name, spec } of partitions) {
      const spu = await connectSpu(cluster.spus.find(({ id }) => id === spec.leader) ?? expect.fail());
      const partition = Number(name.slice(-1));
      expect(await produceTo(spu, 'cities', partition, batchOf('a', 'b'))).toEqual({
        error: { kind: 'None' },
        baseOffset: 0,
      });
      expect(await produceTo(spu, 'cities', partition, batchOf('c'))).toEqual({
        error: { kind: 'None' },
        baseOffset: 2,
      });
      spu.close();
    }
    await cluster.stop();
    await cluster.stop();
    expect(existsSync(cluster.dataDir)).toBe(false);
    await sc.closed;
  });

  it('shows the system topic and the SPUs from the first watch on', async () => {
    await using cluster = await startCluster();
    const sc = await connectSc(cluster.endpoint);
    const first = async <T>(answers: { next(): Promise<T | undefined> }) => (await answers.next()) ?? expect.fail();
    const partitions = await first(sc.open(watchOf.Partition, { epoch: 0n, summary: false }));
    expect(partitions.all.map(({ name, status }) => [name, status.resolution])).toEqual([
      ['consumer-offset-0', 'Online'],
    ]);
    const spus = await first(sc.open(watchOf.SPU, { epoch: 0n, summary: false }));
    expect(spus.all[0]?.spec.publicEndpoint).toEqual({
      port: cluster.spus[0]?.address.port,
      ingress: [{ hostname: '127.0.0.1', ip: undefined }],
      encryption: 'PLAINTEXT',
    });
    sc.close();
  });

  it('keeps everything in a data folder, with other ports, and refuses the folder while it is in use', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'fluvio-data-'));
    try {
      const first = await startCluster({ dataDir, spus: 2 });
      await expect(startCluster({ dataDir })).rejects.toMatchObject({ code: 'cluster/data-dir-in-use' });
      let sc = await connectSc(first.endpoint);
      await createTopic(sc, 'kept', computed(2));
      const spus = await Promise.all(first.spus.map((spu) => connectSpu(spu)));
      for (const partition of [0, 1]) {
        const taken = await Promise.all(spus.map((spu) => produceTo(spu, 'kept', partition, batchOf('x', 'y'))));
        expect(taken.map(({ error }) => error.kind).sort()).toEqual(['None', 'NotLeaderForPartition']);
      }
      await first.stop();

      await using second = await startCluster({ dataDir, spus: 2 });
      sc = await connectSc(second.endpoint);
      const partitions = await sc.call(listOf.Partition, everything);
      expect(partitions.map(({ name, status }) => [name, status.resolution, status.leader.leo]).sort()).toEqual([
        ['kept-0', 'Online', 2n],
        ['kept-1', 'Online', 2n],
      ]);
      expect((await createTopic(sc, 'kept')).errorCode.kind).toBe('TopicAlreadyExists');
      expect(readdirSync(dataDir).sort()).toEqual(['metadata', 'spu-logs-5001', 'spu-logs-5002']);
      sc.close();
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });

  it('stops and starts single SPUs, and says so in the metadata', async () => {
    await using cluster = await startCluster({ spus: 2 });
    const sc = await connectSc(cluster.endpoint);
    await createTopic(sc, 'moves', computed(2));
    const watch = sc.open(watchOf.Partition, { epoch: 0n, summary: false });
    const states = new Map<string, string>();
    const leaders = new Map<string, number>();
    const until = async (expected: Record<string, string>): Promise<void> => {
      while (!Object.entries(expected).every(([name, state]) => states.get(name) === state)) {
        const update = (await watch.next()) ?? expect.fail();
        for (const { name, spec, status } of [...update.all, ...update.changes.map(({ content }) => content)]) {
          states.set(name, status.resolution);
          leaders.set(name, spec.leader);
        }
      }
    };
    await until({ 'moves-0': 'Online', 'moves-1': 'Online' });
    const before = cluster.spus[1]?.address;
    await cluster.shutdown(5002);
    expect(cluster.spus.map(({ id, state }) => [id, state])).toEqual([
      [5001, 'running'],
      [5002, 'ended'],
    ]);
    const [led, other] = leaders.get('moves-0') === 5002 ? ['moves-0', 'moves-1'] : ['moves-1', 'moves-0'];
    expect(leaders.get(other)).toBe(5001);
    await until({ [led]: 'LeaderOffline', [other]: 'Online' });
    const restarted = await cluster.restart(5002);
    expect(restarted.address).toEqual(before);
    await until({ 'moves-0': 'Online', 'moves-1': 'Online' });
    await expect(cluster.shutdown(5009)).rejects.toMatchObject({ code: 'cluster/unknown-member' });
    sc.close();
  });

  it('refuses options that cannot be, and a port that is taken, by name', async () => {
    await expect(startCluster({ spus: 0 })).rejects.toMatchObject({
      code: 'cluster/options',
      context: { option: 'spus' },
    });
    await using cluster = await startCluster();
    const port = Number(cluster.endpoint.split(':')[1]);
    await expect(startCluster({ scPort: port })).rejects.toMatchObject({
      code: 'cluster/port-taken',
      context: { port, option: 'scPort' },
    });
    await expect(startCluster({ spuPorts: [port] })).rejects.toMatchObject({
      code: 'cluster/port-taken',
      context: { port, option: 'spuPorts' },
    });
  });

  it('ends with its signal', async () => {
    const controller = new AbortController();
    const cluster = await startCluster({ signal: controller.signal });
    const sc = await connectSc(cluster.endpoint);
    controller.abort();
    await sc.closed;
    await cluster.stop();
    expect(existsSync(cluster.dataDir)).toBe(false);
    await expect(startCluster({ signal: controller.signal })).rejects.toMatchObject({ code: 'cluster/stopped' });
  });
});
