import { describe, expect, test } from 'vitest';
import { producers, stored } from '../testing/producing.ts';
import { until } from '../testing/until.ts';
import type { ProducerFailure } from './events.ts';

const producing = producers();
const numbered = (count: number): { value: string }[] => Array.from({ length: count }, (_, i) => ({ value: `${i}` }));

describe('sendAll', () => {
  test('resolves with the place of each record, in order, over partitions and batches', async () => {
    const { cluster, producer } = await producing({ batchBytes: 200 }, { partitions: 3, spus: 2 });
    const results = await producer.sendAll(numbered(100));
    expect(results).toHaveLength(100);
    for (const [i, { partition, offset, mayBeDuplicate }] of results.entries()) {
      expect(stored(cluster, partition)[Number(offset)]).toBe(`${i}`);
      expect(mayBeDuplicate).toBe(false);
    }
  });

  test('keeps its place in the order of calls while it waits for room', async () => {
    const { cluster, producer } = await producing({ bufferBytes: 2_000 });
    const first = producer.sendAll(numbered(50));
    const after = producer.send({ value: 'after' });
    expect(producer.stats().waiting).toBe(2);
    expect(await first).toHaveLength(50);
    expect((await after).offset).toBe(50n);
    expect(stored(cluster)).toEqual([...numbered(50).map(({ value }) => value), 'after']);
    expect(producer.bufferedBytes).toBe(0);
  });

  test('sends nothing when one of the records is none', async () => {
    const { cluster, producer } = await producing({ maxRequestBytes: 1_000 });
    await expect(producer.sendAll([{ value: 'a' }, { value: 'x'.repeat(2_000) }])).rejects.toMatchObject({
      code: 'produce/too-large',
    });
    await expect(producer.sendAll([{ value: 'a' }, { value: '', partition: 1 }])).rejects.toMatchObject({
      code: 'partition/not-found',
    });
    await expect(producer.sendAll([{ value: 'a' }, { value: 3 as never }])).rejects.toMatchObject({
      code: 'produce/invalid-record',
    });
    await producer.flush();
    expect(cluster.produced).toHaveLength(0);
    expect(producer.bufferedBytes).toBe(0);
    expect(await producer.sendAll([])).toEqual([]);
  });

  test('says which are stored when some are not', async () => {
    const { cluster, producer } = await producing({}, { partitions: 2, spus: 2 });
    cluster.faults.produce = (spu) => (spu === 1 ? { kind: 'MessageTooLarge' } : undefined);
    await expect(producer.sendAll(numbered(3))).rejects.toMatchObject({
      code: 'produce/partial',
      context: { acknowledged: 1, failed: 2, results: [undefined, { partition: 1, offset: 0n }, undefined] },
      cause: { code: 'batch/too-large' },
    });
  });

  test('rejects with the reason itself when none is stored', async () => {
    const { cluster, producer } = await producing();
    cluster.faults.produce = () => ({ kind: 'MessageTooLarge' });
    await expect(producer.sendAll(numbered(3))).rejects.toMatchObject({
      code: 'batch/too-large',
      context: { name: 'MessageTooLarge' },
    });
  });

  test('gives up waiting for room with its signal, and tells what was let in', async () => {
    const { cluster, producer } = await producing({ bufferBytes: 500 });
    cluster.faults.produce = () => 'silent';
    const controller = new AbortController();
    const sent = producer.sendAll(numbered(10), { signal: controller.signal });
    await until(() => cluster.produced.length === 1);
    controller.abort();
    delete cluster.faults.produce;
    cluster.cut(1);
    await expect(sent).rejects.toMatchObject({ code: 'produce/partial', cause: { code: 'request/aborted' } });
  });

  test('rejects what a full buffer has no room for, where it should not wait', async () => {
    const { producer } = await producing({ bufferBytes: 500, whenFull: 'reject' });
    await expect(producer.sendAll(numbered(10))).rejects.toMatchObject({
      code: 'produce/partial',
      cause: { code: 'produce/buffer-full' },
    });
    await expect(producer.send({ value: 'x' })).resolves.toMatchObject({ partition: 0 });
  });
});

describe('enqueue', () => {
  test('needs no promise while there is room, and gives one when there is none', async () => {
    const { cluster, producer } = await producing({ bufferBytes: 500 });
    let waited = 0;
    for (let i = 0; i < 100; i++) {
      const room = producer.enqueue({ value: `${i}` });
      if (room !== undefined) {
        waited++;
        await room;
      }
    }
    expect(waited).toBeGreaterThan(0);
    await producer.flush();
    expect(stored(cluster)).toEqual(numbered(100).map(({ value }) => value));
    expect(producer.stats()).toMatchObject({
      records: 100,
      failed: 0,
      bufferedRecords: 0,
      bufferedBytes: 0,
      waiting: 0,
    });
  });

  test('shares batches and order with the other ways to send', async () => {
    const { cluster, producer } = await producing();
    void producer.enqueue({ value: 'a' });
    const one = producer.send({ value: 'b' });
    void producer.enqueue({ value: 'c' });
    const all = producer.sendAll([{ value: 'd' }, { value: 'e' }]);
    void producer.enqueue({ value: 'f' });
    expect((await one).offset).toBe(1n);
    expect((await all).map(({ offset }) => offset)).toEqual([3n, 4n]);
    expect(stored(cluster)).toEqual([...'abcdef']);
    expect(cluster.produced).toHaveLength(1);
  });

  test('tells the hook what was not delivered, with the records', async () => {
    const failures: ProducerFailure[] = [];
    const { cluster, producer } = await producing({ onFailure: (failure) => failures.push(failure) });
    cluster.faults.produce = () => ({ kind: 'MessageTooLarge' });
    void producer.enqueue({ key: 'k', value: 'a', timestampMs: 7 });
    const sent = producer.send({ value: 'b' });
    void producer.enqueue({ value: 'c', timestampMs: 9 });
    await producer.flush();
    await expect(sent).rejects.toMatchObject({ code: 'batch/too-large' });
    const text = new TextDecoder();
    const told = await Promise.all(failures.map((failure) => failure.records()));
    expect(told.map((records) => records.map(({ value }) => text.decode(value as Uint8Array)))).toEqual([['a'], ['c']]);
    expect(told[0]?.[0]).toMatchObject({ partition: 0, timestampMs: 7, key: new TextEncoder().encode('k') });
    expect(failures[0]).toMatchObject({ topic: 't', count: 1, error: { code: 'batch/too-large' } });
    expect(producer.stats().failed).toBe(3);
    await producer.close();
  });

  test('without a hook makes the next flush reject, once, and the close', async () => {
    const { cluster, producer } = await producing();
    cluster.faults.produce = () => ({ kind: 'MessageTooLarge' });
    void producer.enqueue({ value: 'a' });
    void producer.enqueue({ value: 'b' });
    await expect(producer.flush()).rejects.toMatchObject({
      code: 'produce/undelivered',
      context: { records: 2 },
      cause: { code: 'batch/too-large' },
    });
    await producer.flush();
    void producer.enqueue({ value: 'c' });
    await expect(producer.close()).rejects.toMatchObject({ code: 'produce/undelivered', context: { records: 1 } });
    await expect(producer.close()).rejects.toMatchObject({ code: 'produce/undelivered' });
  });

  test('refuses at once what cannot be sent', async () => {
    const { producer } = await producing({ maxRequestBytes: 1_000 });
    expect(() => producer.enqueue({ value: 3 as never })).toThrow(
      expect.objectContaining({ code: 'produce/invalid-record' }),
    );
    expect(() => producer.enqueue({ value: 'x'.repeat(1_000) })).toThrow(
      expect.objectContaining({ code: 'produce/too-large' }),
    );
    expect(() => producer.enqueue({ value: '', partition: 9 })).toThrow(
      expect.objectContaining({ code: 'partition/not-found' }),
    );
    await producer.close();
    expect(() => producer.enqueue({ value: '' })).toThrow(expect.objectContaining({ code: 'produce/closed' }));
  });

  test('rejects at once where a full buffer should', async () => {
    const { cluster, producer } = await producing({ bufferBytes: 300, whenFull: 'reject' });
    cluster.faults.produce = () => 'silent';
    void producer.enqueue({ value: 'x'.repeat(200) });
    expect(() => producer.enqueue({ value: 'x'.repeat(200) })).toThrow(
      expect.objectContaining({ code: 'produce/buffer-full' }),
    );
    await expect(producer.send({ value: 'x'.repeat(200) })).rejects.toMatchObject({
      code: 'produce/buffer-full',
      message: expect.stringContaining('has no room'),
    });
    cluster.cut(1);
  });

  test('is bounded even when nobody waits', async () => {
    const failures: ProducerFailure[] = [];
    const { cluster, producer } = await producing({
      bufferBytes: 2_000,
      onFailure: (failure) => failures.push(failure),
    });
    cluster.faults.produce = () => 'silent';
    for (let i = 0; i < 1_000; i++) void producer.enqueue({ value: 'x'.repeat(100) });
    const { bufferedBytes, waiting } = producer.stats();
    expect(bufferedBytes).toBeLessThanOrEqual(2_000);
    expect(waiting * 100).toBeLessThanOrEqual(2_000);
    expect(failures.length).toBeGreaterThan(900);
    expect(failures[0]?.error).toMatchObject({ code: 'produce/buffer-full' });
    expect(await failures[0]?.records()).toEqual([{ value: 'x'.repeat(100) }]);
    await producer.close({ timeoutMs: 1 });
    expect(failures.reduce((sum, { count }) => sum + count, 0)).toBe(1_000);
  });
});

describe('a stream of records', () => {
  test('sends what is written, waits for room, and closes when all is acknowledged', async () => {
    const { cluster, producer } = await producing({ bufferBytes: 500 });
    const stream = new ReadableStream({
      start(controller) {
        for (const record of numbered(100)) controller.enqueue(record);
        controller.close();
      },
    });
    await stream.pipeTo(producer.writable());
    expect(stored(cluster)).toEqual(numbered(100).map(({ value }) => value));
    expect(await producer.send({ value: 'more' })).toMatchObject({ offset: 100n });
  });

  test('errors with the first record that fails, and so does what is piped into it', async () => {
    const { cluster, producer } = await producing();
    cluster.faults.produce = () => ({ kind: 'MessageTooLarge' });
    const writer = producer.writable().getWriter();
    await writer.write({ value: 'a' });
    await expect(writer.closed).rejects.toMatchObject({ code: 'batch/too-large' });
    await expect(writer.write({ value: 'b' })).rejects.toMatchObject({ code: 'batch/too-large' });
    await producer.flush();
  });

  test('errors at close when it had no time before', async () => {
    const { cluster, producer } = await producing({ lingerMs: 60_000 });
    cluster.faults.produce = () => ({ kind: 'MessageTooLarge' });
    const writer = producer.writable().getWriter();
    void writer.closed.catch(() => {});
    await writer.write({ value: 'a' });
    await expect(writer.close()).rejects.toMatchObject({ code: 'batch/too-large' });
  });
});

test('hooks that reject are no unhandled rejections, and change nothing', async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listener);
  try {
    let told = 0;
    const hook = (async (): Promise<void> => {
      told++;
      throw new Error('mine');
    }) as () => void;
    const { cluster, producer } = await producing({ onBatch: hook, onRetry: hook, onFailure: hook });
    let refusals = 1;
    cluster.faults.produce = () => ({ kind: refusals-- > 0 ? 'NotLeaderForPartition' : 'MessageTooLarge' });
    void producer.enqueue({ value: 'a' });
    await producer.flush();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(unhandled).toEqual([]);
    expect(told).toBe(3);
  } finally {
    process.off('unhandledRejection', listener);
  }
});

test('a failed send that nobody listens to is no unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listener);
  try {
    const { cluster, producer } = await producing();
    cluster.faults.produce = () => ({ kind: 'MessageTooLarge' });
    void producer.send({ value: 'a' });
    void producer.sendAll([{ value: 'b' }]);
    void producer.send({ value: 3 as never });
    await producer.flush();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(unhandled).toEqual([]);
    expect(producer.stats().failed).toBe(2);
  } finally {
    process.off('unhandledRejection', listener);
  }
});
