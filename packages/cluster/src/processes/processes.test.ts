import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fetch, listOf, watchOf } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { startCluster } from '../cluster.ts';
import { batchOf, recordsIn } from '../testing/batches.ts';
import { computed, connectSc, connectSpu, createTopic, produceTo } from '../testing/clients.ts';
import { isAlive } from './identity.ts';
import { clusterStatus, deleteClusterData, stopCluster } from './status.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fluvio-processes-'));
});
afterEach(async () => {
  if (existsSync(join(dataDir, 'cluster.json'))) await stopCluster(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
});

const everything = { nameFilters: [], summary: false, system: false };

async function fetchAll(spu: Session, topic: string, partition: number): Promise<string[]> {
  const values: string[] = [];
  for (;;) {
    const { topics } = await spu.call(Fetch, {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1_000_000,
      isolation: 'read_committed',
      topics: [
        {
          name: topic,
          partitions: [
            {
              partitionIndex: partition,
              currentLeaderEpoch: -1,
              fetchOffset: BigInt(values.length),
              logStartOffset: 0n,
              maxBytes: 0,
            },
          ],
        },
      ],
      forgotten: [],
    });
    const data = topics[0]?.partitions[0] ?? expect.fail();
    expect(data.errorCode.kind).toBe('None');
    if (data.records.length === 0) return values;
    for (const record of recordsIn(data.records)) {
      expect(record.offset).toBe(values.length);
      values.push(record.value);
    }
  }
}

/** Waits until the metadata shows the partition in a state. */
async function untilPartition(sc: Session, name: string, resolution: string): Promise<void> {
  for await (const update of sc.open(watchOf.Partition, { epoch: 0n, summary: false })) {
    const shown = [...update.all, ...update.changes.map(({ content }) => content)];
    if (shown.some((partition) => partition.name === name && partition.status.resolution === resolution)) return;
  }
}

const leaderOf = async (sc: Session, cluster: Cluster, name: string) => {
  const partitions = await sc.call(listOf.Partition, everything);
  const leader = partitions.find((partition) => partition.name === name)?.spec.leader;
  return cluster.spus.find(({ id }) => id === leader) ?? expect.fail();
};

describe('startCluster', () => {
  it('keeps every acknowledged record through kill -9 of an SPU in the middle of a produce', async () => {
    await using cluster = await startCluster({ mode: 'processes', spus: 2, dataDir });
    const sc = await connectSc(cluster.endpoint);
    expect(
      (await createTopic(sc, 'durable', computed(1, { storage: { segmentSize: 4096, maxPartitionSize: undefined } })))
        .errorCode.kind,
    ).toBe('None');
    const leader = await leaderOf(sc, cluster, 'durable-0');
    let spu = await connectSpu(leader);
    let acknowledged = 0;
    const produce = async (): Promise<void> => {
      for (;;) {
        const value = `${acknowledged}-${'p'.repeat(300)}`;
        const { error, baseOffset } = await produceTo(spu, 'durable', 0, batchOf(value));
        expect(error.kind).toBe('None');
        expect(baseOffset).toBe(acknowledged);
        acknowledged++;
        if (acknowledged === 200) void cluster.kill(leader.id);
      }
    };
    await expect(produce()).rejects.toMatchObject({ retryable: true });
    expect(acknowledged).toBeGreaterThanOrEqual(200);
    await untilPartition(sc, 'durable-0', 'LeaderOffline');

    const restarted = await cluster.restart(leader.id);
    expect(restarted.address).toEqual(leader.address);
    await untilPartition(sc, 'durable-0', 'Online');
    spu = await connectSpu(leader);
    const values = await fetchAll(spu, 'durable', 0);
    // The one that was under way may be there as well.
    expect(values.length - acknowledged).toBeOneOf([0, 1]);
    expect(values.every((value, i) => value.startsWith(`${i}-`))).toBe(true);
    expect((await produceTo(spu, 'durable', 0, batchOf('more'))).baseOffset).toBe(values.length);
    spu.close();
    sc.close();
  });

  it('keeps metadata through kill -9 of the SC, with the SPUs serving meanwhile', async () => {
    await using cluster = await startCluster({ mode: 'processes', dataDir });
    let sc = await connectSc(cluster.endpoint);
    await createTopic(sc, 'kept', computed(3));
    const spu = await connectSpu(cluster.spus[0] ?? expect.fail());
    await cluster.kill('sc');
    await sc.closed;
    expect((await produceTo(spu, 'kept', 0, batchOf('without an SC'))).error.kind).toBe('None');
    await cluster.restart('sc');
    sc = await connectSc(cluster.endpoint);
    expect((await sc.call(listOf.Topic, everything)).map(({ name }) => name)).toEqual(['kept']);
    for (const id of [0, 1, 2]) await untilPartition(sc, `kept-${id}`, 'Online');
    expect((await createTopic(sc, 'new')).errorCode.kind).toBe('None');
    expect(await fetchAll(spu, 'kept', 0)).toEqual(['without an SC']);
    spu.close();
    sc.close();
  });

  it('puts a torn metadata file aside and keeps the rest', async () => {
    const first = await startCluster({ mode: 'processes', dataDir });
    let sc = await connectSc(first.endpoint);
    await createTopic(sc, 'whole');
    await createTopic(sc, 'torn');
    await first.stop();
    truncateSync(join(dataDir, 'metadata/Topic/torn.json'), 100);

    await using second = await startCluster({ mode: 'processes', dataDir });
    expect(second.endpoint).toBe(first.endpoint);
    sc = await connectSc(second.endpoint);
    expect((await sc.call(listOf.Topic, everything)).map(({ name }) => name)).toEqual(['whole']);
    expect(existsSync(join(dataDir, 'metadata/Topic/torn.json.unreadable'))).toBe(true);
    expect(readFileSync(join(dataDir, 'logs/sc.log'), 'utf8')).toContain('an object cannot be read and is put aside');
    expect((await createTopic(sc, 'torn')).errorCode.kind).toBe('None');
    sc.close();
  });

  it('notices an SPU that is frozen, and takes it back', async () => {
    await using cluster = await startCluster({ mode: 'processes', heartbeatMs: 50, spuTimeoutMs: 400 });
    const sc = await connectSc(cluster.endpoint);
    await cluster.freeze(5001);
    await untilPartition(sc, 'consumer-offset-0', 'LeaderOffline');
    await cluster.thaw(5001);
    await untilPartition(sc, 'consumer-offset-0', 'Online');
    // A stopped process hears no SIGTERM and has to be killed by `stop`.
    sc.close();
  });

  it('ends with the process that started it, even by kill -9', async () => {
    const index = new URL('../../dist/index.js', import.meta.url).href;
    const program = `
      const { startCluster } = await import(${JSON.stringify(index)});
      const cluster = await startCluster({ mode: 'processes', spus: 2, dataDir: ${JSON.stringify(dataDir)} });
      console.log(JSON.stringify(cluster.members));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const members = JSON.parse(line.toString()) as { pid: number; startedAt: string }[];
    expect(members.length).toBe(3);
    expect(members.every(isAlive)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await expect.poll(() => members.filter(isAlive).length, { timeout: 5000, interval: 20 }).toBe(0);
    expect(clusterStatus(dataDir).state).toBe('stopped');
  });

  it('survives its launcher when detached, is found by its folder, stopped and deleted', async () => {
    const index = new URL('../../dist/index.js', import.meta.url).href;
    const program = `
      const { startCluster } = await import(${JSON.stringify(index)});
      await startCluster({ mode: 'processes', dataDir: ${JSON.stringify(dataDir)}, lifetime: 'detached' });`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
    expect(await once(parent, 'exit')).toEqual([0, null]);
    const status = clusterStatus(dataDir);
    expect(status.state).toBe('running');
    const sc = await connectSc(status.endpoint);
    expect((await createTopic(sc, 'alone')).errorCode.kind).toBe('None');
    await expect(startCluster({ mode: 'processes', dataDir })).rejects.toMatchObject({
      code: 'cluster/data-dir-in-use',
    });
    await expect(deleteClusterData(dataDir)).rejects.toMatchObject({ code: 'cluster/data-dir-in-use' });
    expect(clusterStatus(dataDir).state).toBe('running');
    await stopCluster(dataDir);
    await sc.closed;
    expect(clusterStatus(dataDir).state).toBe('stopped');
    await deleteClusterData(dataDir);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('names the port that is taken and the option that chooses another, and leaves no process', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    for (const [option, ports] of [
      ['scPort', { scPort: port, scPrivatePort: 0, spuPorts: [0, 0] }],
      ['scPrivatePort', { scPort: 0, scPrivatePort: port, spuPorts: [0, 0] }],
      ['spuPorts', { scPort: 0, scPrivatePort: 0, spuPorts: [0, port] }],
    ] as const) {
      await expect(startCluster({ mode: 'processes', dataDir, spus: 2, ...ports })).rejects.toMatchObject({
        code: 'cluster/port-taken',
        context: { port, option },
      });
      if (existsSync(join(dataDir, 'cluster.json'))) expect(clusterStatus(dataDir).state).toBe('stopped');
    }
    server.close();
  });

  it('leaves nothing running when it is aborted, or takes too long', async () => {
    const controller = new AbortController();
    const start = startCluster({ mode: 'processes', dataDir, spus: 3, signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(start).rejects.toMatchObject({ code: 'cluster/stopped' });
    await expect(startCluster({ mode: 'processes', dataDir, startTimeoutMs: 10 })).rejects.toMatchObject({
      code: 'cluster/start-timeout',
    });
    if (existsSync(join(dataDir, 'cluster.json'))) expect(clusterStatus(dataDir).state).toBe('stopped');
    await using cluster = await startCluster({ mode: 'processes', dataDir });
    expect(clusterStatus(cluster.dataDir).state).toBe('running');
  });
});

describe('deleteClusterData', () => {
  it('touches no folder that it does not recognise, and no file that is not a cluster’s', async () => {
    writeFileSync(join(dataDir, 'precious.txt'), 'x');
    await expect(deleteClusterData(dataDir)).rejects.toMatchObject({ code: 'cluster/not-a-data-dir' });
    writeFileSync(join(dataDir, 'cluster.json'), '{"name":"something else"}');
    await expect(deleteClusterData(dataDir)).rejects.toMatchObject({ code: 'cluster/not-a-data-dir' });
    rmSync(join(dataDir, 'cluster.json'));
    await expect(deleteClusterData(join(dataDir, 'none'))).rejects.toMatchObject({ code: 'cluster/not-a-data-dir' });
    const cluster = await startCluster({ mode: 'processes', dataDir });
    await cluster.stop();
    mkdirSync(join(dataDir, 'spu-logs-mine'));
    await deleteClusterData(dataDir);
    expect(readFileSync(join(dataDir, 'precious.txt'), 'utf8')).toBe('x');
    expect(existsSync(join(dataDir, 'spu-logs-mine'))).toBe(true);
    expect(existsSync(join(dataDir, 'metadata'))).toBe(false);
  });
});
