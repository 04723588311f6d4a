/** What can be done to single servers, in both modes of a cluster. */
import { listOf, watchOf } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { startCluster } from '../cluster.ts';
import type { StartClusterOptions } from '../cluster-options.ts';
import { batchOf } from '../testing/batches.ts';
import { computed, connectSc, connectSpu, createTopic, produceTo } from '../testing/clients.ts';

let cluster: Cluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});
const start = async (options: StartClusterOptions): Promise<Cluster> => {
  cluster = await startCluster({ heartbeatMs: 50, spuTimeoutMs: 1_000, ...options });
  return cluster;
};

const everything = { nameFilters: [], summary: false, system: false };
const replicated = computed(1, {
  replicas: { kind: 'computed', partitions: 1, replicationFactor: 2, ignoreRackAssignment: false },
});

/** Waits until the metadata shows an SPU, or the leader of a partition, in some way. */
async function until<L extends 'SPU' | 'Partition'>(
  sc: Session,
  label: L,
  holds: (object: { name: string; spec: { leader?: number; id?: number }; status: { resolution: string } }) => boolean,
): Promise<void> {
  const updates = label === 'SPU' ? watchOf.SPU : watchOf.Partition;
  for await (const update of sc.open(updates as typeof watchOf.SPU, { epoch: 0n, summary: false })) {
    const shown = [...update.all, ...update.changes.map(({ content }) => content)];
    if (shown.some((object) => holds(object as unknown as Parameters<typeof holds>[0]))) return;
  }
}

describe.each(['inProcess', 'processes'] as const)('a server of a cluster in mode %s', (mode) => {
  it('is killed: its connections end, another leads, and it comes back on its port with what it had', async () => {
    const { endpoint, kill, restart, spus } = await start({ mode, spus: 2 });
    const sc = await connectSc(endpoint);
    expect((await createTopic(sc, 'twice', replicated)).errorCode.kind).toBe('None');
    const [partition] = (await sc.call(listOf.Partition, everything)).filter(({ name }) => name === 'twice-0');
    const leader = spus.find(({ id }) => id === partition?.spec.leader) ?? expect.fail();
    const other = spus.find(({ id }) => id !== leader.id) ?? expect.fail();
    let spu = await connectSpu(leader);
    expect((await produceTo(spu, 'twice', 0, batchOf('a', 'b'))).error.kind).toBe('None');
    await kill(leader.id);
    await spu.closed;
    expect(cluster?.spus.find(({ id }) => id === leader.id)?.state).toBe('ended');
    await until(sc, 'Partition', ({ name, spec, status }) => {
      return name === 'twice-0' && spec.leader === other.id && status.resolution === 'Online';
    });
    const again = await restart(leader.id);
    expect(again.address).toEqual(leader.address);
    await expect(restart(leader.id)).rejects.toMatchObject({ code: 'cluster/options' });
    spu = await connectSpu(other);
    expect((await produceTo(spu, 'twice', 0, batchOf('c'))).error.kind).toBe('None');
    spu.close();
    sc.close();
  });

  it('is frozen: connections stay and nothing moves on them, until it is thawed', async () => {
    const { endpoint, freeze, thaw, spus } = await start({ mode });
    const sc = await connectSc(endpoint);
    await createTopic(sc, 'cold');
    const spu = await connectSpu(spus[0] ?? expect.fail());
    await freeze(5001);
    expect(cluster?.spus[0]?.state).toBe('frozen');
    let answered = false;
    const held = produceTo(spu, 'cold', 0, batchOf('x')).finally(() => {
      answered = true;
    });
    await until(sc, 'SPU', ({ spec, status }) => spec.id === 5001 && status.resolution === 'Offline');
    expect(answered).toBe(false);
    await thaw(5001);
    expect((await held).error.kind).toBe('None');
    await until(sc, 'SPU', ({ spec, status }) => spec.id === 5001 && status.resolution === 'Online');
    spu.close();
    sc.close();
  });

  it('is not waited for longer than allowed when it cannot come back, and nothing of it is left', async () => {
    const { kill, restart, endpoint, freeze } = await start({ mode });
    await kill(5001);
    await expect(freeze(5001)).rejects.toMatchObject({ code: 'cluster/not-running' });
    await kill('sc');
    await expect(restart(5001, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'cluster/start-timeout',
      context: { waitedMs: 300, missing: 'spu-5001' },
    });
    await restart('sc');
    await restart(5001);
    const sc = await connectSc(endpoint);
    expect((await createTopic(sc, 'back')).errorCode.kind).toBe('None');
    sc.close();
  });

  it('is added', async () => {
    const { addSpu, endpoint } = await start({ mode });
    expect(await addSpu()).toMatchObject({ id: 5002, name: 'custom-spu-5002', state: 'running' });
    await expect(addSpu(5002)).rejects.toMatchObject({ code: 'cluster/options' });
    const sc = await connectSc(endpoint);
    expect((await createTopic(sc, 'twice', replicated)).errorCode.kind).toBe('None');
    sc.close();
  });
});
