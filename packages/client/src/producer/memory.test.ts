import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { producers } from '../testing/producing.ts';
import { until } from '../testing/until.ts';

const producing = producers();
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Heap and array buffers after a collection. */
async function usedBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const BUFFER_BYTES = 16_777_216;
/** The request in flight, on both sides of the wire that is in this process, and its frame. */
const AROUND_BYTES = 6_291_456;

test.each([
  ['enqueue', 100],
  ['enqueue', 2_000],
  ['send', 100],
  ['send', 2_000],
  ['sendAll', 100],
] as const)('a cluster that takes nothing leaves %s of %i bytes within the bound of the buffer', async (way, size) => {
  const { cluster, producer } = await producing({ bufferBytes: BUFFER_BYTES, whenFull: 'reject' });
  await producer.send({ value: 'warm' });
  cluster.faults.produce = () => 'silent';
  const value = 'x'.repeat(size);
  const before = await usedBytes();
  const refused: unknown[] = [];
  const kept: Promise<unknown>[] = [];
  while (refused.length === 0) {
    if (way === 'enqueue') {
      try {
        void producer.enqueue({ value });
      } catch (error) {
        refused.push(error);
      }
    } else {
      const sent =
        way === 'send' ? producer.send({ value }) : producer.sendAll(Array.from({ length: 100 }, () => ({ value })));
      kept.push(sent);
      if (kept.length % 64 === 0) await Promise.race([sent.catch((error: unknown) => refused.push(error)), null]);
    }
  }
  await until(() => cluster.produced.length >= 2);
  const grown = (await usedBytes()) - before;
  const { bufferedBytes } = producer.stats();
  expect(bufferedBytes).toBeGreaterThan(BUFFER_BYTES * 0.9);
  expect(bufferedBytes).toBeLessThanOrEqual(BUFFER_BYTES);
  expect(grown).toBeLessThan(BUFFER_BYTES + AROUND_BYTES);
  await producer.close({ timeoutMs: 1 }).catch(() => {});
});
