/** A partition whose disk is full, as clients and the metadata see it. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchOf } from '@fluvio-ts/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster } from '../cluster.ts';
import { batchOf } from '../testing/batches.ts';
import { connectSc, connectSpu, createTopic, produceTo } from '../testing/clients.ts';
import type { SmallDisk } from '../testing/small-disk.ts';
import { mountSmallDisk } from '../testing/small-disk.ts';

let disk: SmallDisk;
beforeAll(() => {
  disk = mountSmallDisk(1024);
});
afterAll(() => {
  if ('dir' in disk) disk.unmount();
});

it('answers PartitionFull, shows it, and takes records again when there is room', async (context) => {
  if ('absent' in disk) return context.skip(disk.absent);
  await using cluster = await startCluster({ dataDir: join(disk.dir, 'data'), heartbeatMs: 20 });
  const sc = await connectSc(cluster.endpoint);
  await createTopic(sc, 'full');
  const spu = await connectSpu(cluster.spus[0] ?? expect.fail());
  const watch = sc.open(watchOf.Partition, { epoch: 0n, summary: false });
  const until = async (resolution: string): Promise<void> => {
    for (;;) {
      const update = (await watch.next()) ?? expect.fail();
      const shown = [...update.all, ...update.changes.map(({ content }) => content)];
      if (shown.some(({ name, status }) => name === 'full-0' && status.resolution === resolution)) return;
    }
  };
  await until('Online');
  const ballast = join(disk.dir, 'ballast');
  writeFileSync(ballast, Buffer.alloc(400 * 1024));

  let stored = 0;
  const produce = async (): Promise<string> => {
    const { error, baseOffset } = await produceTo(spu, 'full', 0, batchOf(`${stored}${'f'.repeat(30_000)}`));
    if (error.kind === 'None') {
      expect(baseOffset).toBe(stored);
      stored++;
    }
    return error.kind;
  };
  let answer = 'None';
  while (answer === 'None') answer = await produce();
  expect(answer).toBe('PartitionFull');
  expect(await produce()).toBe('PartitionFull');
  await until('OutOfStorage');
  rmSync(ballast);
  expect(await produce()).toBe('None');
  await until('Online');
  sc.close();
  spu.close();
});
