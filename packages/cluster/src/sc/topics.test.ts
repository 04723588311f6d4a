/** Topics of a running cluster: waiting for SPUs, growing, and what watchers are told. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectOf, TopicSpec } from '@fluvio-ts/protocol';
import { Create, Delete, List, listOf, Update, watchOf } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { startCluster } from '../cluster.ts';
import type { StartClusterOptions } from '../cluster-options.ts';
import type { Logger } from '../logger.ts';
import { batchOf } from '../testing/batches.ts';
import { computed, connectSc, connectSpu, createTopic, deleteTopic, produceTo } from '../testing/clients.ts';

let cluster: Cluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

async function start(options: StartClusterOptions = {}): Promise<{ cluster: Cluster; sc: Session }> {
  cluster = await startCluster(options);
  return { cluster, sc: await connectSc(cluster.endpoint) };
}

const all = { nameFilters: [], summary: false, system: false };
const find = async (sc: Session, name: string): Promise<ObjectOf<'Topic'>> =>
  (await sc.call(listOf.Topic, all)).find((topic) => topic.name === name) ?? expect.fail();
const grow = (sc: Session, key: string, count: number) =>
  sc.call(Update, { label: 'Topic', body: { key, action: { kind: 'addPartition', count } } });

/** Waits until the topic is shown as `resolution`. */
async function untilTopic(sc: Session, name: string, resolution: string): Promise<void> {
  for await (const update of sc.open(watchOf.Topic, { epoch: 0n, summary: false })) {
    const shown = [...update.all, ...update.changes.map(({ content }) => content)];
    if (shown.some((topic) => topic.name === name && topic.status.resolution === resolution)) return;
  }
}

describe('creating', () => {
  it('waits for an SPU, and is placed when one comes', async () => {
    const { cluster, sc } = await start();
    const other = await connectSc(cluster.endpoint);
    await cluster.shutdown(5001);
    const creating = createTopic(sc, 'waits', computed(2));
    await untilTopic(other, 'waits', 'InsufficientResources');
    expect((await find(other, 'waits')).status.replicaMap.size).toBe(0);
    await cluster.restart(5001);
    expect((await creating).errorCode.kind).toBe('None');
    expect((await find(other, 'waits')).status).toMatchObject({ resolution: 'Provisioned', reason: '' });
  });

  it('says how far it came when its time is over, and leaves the topic', async () => {
    const { cluster, sc } = await start({ topicWaitMs: 50 });
    await cluster.shutdown(5001);
    expect(await createTopic(sc, 'late', computed(3))).toEqual({
      name: 'late',
      errorCode: { kind: 'TopicNotProvisioned' },
      errorMessage: 'only 0 out of 3 provisioned: too few SPUs are online',
    });
    await cluster.restart(5001);
    await untilTopic(sc, 'late', 'Provisioned');
  });

  it('ends when the topic is deleted meanwhile', async () => {
    const { cluster, sc } = await start();
    await cluster.shutdown(5001);
    const creating = createTopic(sc, 'gone');
    const other = await connectSc(cluster.endpoint);
    await untilTopic(other, 'gone', 'InsufficientResources');
    expect((await deleteTopic(other, 'gone')).errorCode.kind).toBe('None');
    expect((await creating).errorCode.kind).toBe('TopicNotFound');
  });

  it('lets one of two have the name', async () => {
    const { cluster, sc } = await start();
    const other = await connectSc(cluster.endpoint);
    const outcomes = await Promise.all([createTopic(sc, 'same'), createTopic(other, 'same')]);
    expect(outcomes.map(({ errorCode }) => errorCode.kind).sort()).toEqual(['None', 'TopicAlreadyExists']);
  });

  it('refuses what this cluster cannot do, by name', async () => {
    const { sc } = await start();
    const replicas = (spec: TopicSpec['replicas']): TopicSpec => ({ ...computed(1), replicas: spec });
    const refused = async (name: string, spec: TopicSpec) => (await createTopic(sc, name, spec)).errorMessage;
    const config = { kind: 'home', partitions: [], source: false } as const;
    expect(await refused('mirror', replicas({ kind: 'mirror', config }))).toContain('does not mirror');
    expect(await refused('many', computed(1_000_000))).toContain('more than');
    expect(await refused('', computed(1))).toContain('Name is empty');
    expect((await sc.call(listOf.Topic, all)).length).toBe(0);
  });

  it('places partitions where it is told to', async () => {
    const { sc } = await start({ spus: 3 });
    const maps = [5003, 5001, 5003].map((id, i) => ({ id: i, replicas: [id], mirror: undefined }));
    expect(
      (await createTopic(sc, 'told', { ...computed(1), replicas: { kind: 'assigned', maps } })).errorCode.kind,
    ).toBe('None');
    const partitions = await sc.call(listOf.Partition, all);
    expect(partitions.map(({ name, spec }) => [name, spec.leader]).sort()).toEqual([
      ['told-0', 5003],
      ['told-1', 5001],
      ['told-2', 5003],
    ]);
  });
});

describe('growing', () => {
  it('keeps the partitions that are there and their records', async () => {
    const { cluster, sc } = await start({ spus: 2 });
    await createTopic(sc, 'grows', computed(1));
    const before = (await find(sc, 'grows')).status.replicaMap.get(0);
    const spus = await Promise.all(cluster.spus.map((spu) => connectSpu(spu)));
    await Promise.all(spus.map((spu) => produceTo(spu, 'grows', 0, batchOf('kept'))));
    expect((await grow(sc, 'grows', 3)).errorCode.kind).toBe('None');
    const topic = await find(sc, 'grows');
    expect(topic.spec.replicas).toMatchObject({ partitions: 4 });
    expect([...topic.status.replicaMap.keys()]).toEqual([0, 1, 2, 3]);
    expect(topic.status.replicaMap.get(0)).toEqual(before);
    expect((await grow(sc, 'grows', 20_000)).errorCode.kind).toBe('TopicError');
    const taken = await Promise.all(spus.map((spu) => produceTo(spu, 'grows', 0, batchOf('more'))));
    expect(taken.find(({ error }) => error.kind === 'None')?.baseOffset).toBe(1);
  });
});

describe('the lives of a topic', () => {
  it('do not mix when an SPU was away between them', async () => {
    const { cluster, sc } = await start({ spus: 1 });
    await createTopic(sc, 'again');
    await createTopic(sc, 'dropped');
    let spu = await connectSpu(cluster.spus[0] ?? expect.fail());
    for (const topic of ['again', 'dropped']) await produceTo(spu, topic, 0, batchOf('old', 'records'));
    await cluster.shutdown(5001);
    await deleteTopic(sc, 'again');
    await deleteTopic(sc, 'dropped');
    const creating = createTopic(sc, 'again');
    await cluster.restart(5001);
    expect((await creating).errorCode.kind).toBe('None');
    spu = await connectSpu(cluster.spus[0] ?? expect.fail());
    expect(await produceTo(spu, 'again', 0, batchOf('new'))).toEqual({ error: { kind: 'None' }, baseOffset: 0 });
    expect(existsSync(join(cluster.dataDir, 'spu-logs-5001/dropped-0'))).toBe(false);
  });

  it('follow one another as fast as clients like', async () => {
    const { cluster, sc } = await start({ spus: 2 });
    const spus = new Map(await Promise.all(cluster.spus.map(async (spu) => [spu.id, await connectSpu(spu)] as const)));
    for (let life = 0; life < 30; life++) {
      expect((await createTopic(sc, 'phoenix', computed(2))).errorCode.kind).toBe('None');
      for (const [partition, [leader]] of (await find(sc, 'phoenix')).status.replicaMap) {
        const spu = spus.get(leader ?? 0) ?? expect.fail();
        expect(await produceTo(spu, 'phoenix', partition, batchOf(`${life}`))).toEqual({
          error: { kind: 'None' },
          baseOffset: 0,
        });
      }
      expect((await deleteTopic(sc, 'phoenix')).errorCode.kind).toBe('None');
    }
  });
});

describe('the system topic', () => {
  it('is listed apart, and goes only by force', async () => {
    const { sc } = await start();
    expect(await sc.call(listOf.Topic, all)).toEqual([]);
    const { body } = await sc.call(List, { label: 'Topic', body: { ...all, system: true } });
    expect(body.map(({ name }) => name)).toEqual(['consumer-offset']);
    expect((await deleteTopic(sc, 'consumer-offset')).errorCode.kind).toBe('SystemSpecDeletionAttempt');
    expect((await deleteTopic(sc, 'consumer-offset', true)).errorCode.kind).toBe('None');
  });
});

describe('SPUs that operators register', () => {
  it('wait for their process, and are not let in any more when they are deleted', async () => {
    const refused: unknown[] = [];
    const log: Logger = (level, message) => {
      if (level === 'error') refused.push(message);
    };
    const { cluster, sc } = await start({ log });
    const publicEndpoint = { port: 1, ingress: [], encryption: 'PLAINTEXT' } as const;
    const privateEndpoint = { port: 2, host: 'x', encryption: 'PLAINTEXT' } as const;
    const spec = { id: 5002, publicEndpoint, privateEndpoint, rack: 'r1', publicEndpointLocal: undefined };
    await sc.call(Create, { label: 'CustomSpu', body: { name: 'mine', dryRun: false, timeout: undefined, spec } });
    const shown = async () => (await sc.call(listOf.SPU, all)).find(({ spec: { id } }) => id === 5002);
    expect((await shown())?.status.resolution).toBe('Init');
    const { address } = await cluster.addSpu(5002);
    expect(await shown()).toMatchObject({
      name: 'mine',
      status: { resolution: 'Online' },
      spec: { publicEndpoint: { port: address.port } },
    });
    const removed = await sc.call(Delete, {
      label: 'CustomSpu',
      body: { key: { kind: 'id', id: 5002 }, force: false },
    });
    expect(removed).toMatchObject({ name: 'mine', errorCode: { kind: 'None' } });
    await expect.poll(() => refused, { interval: 5 }).toContain('the SC refuses this SPU');
    expect(await shown()).toBeUndefined();
  });
});
