/** What becomes of a reader of uncommitted records when the next leader has others in their place, or none. */
import type { ErrorCode } from '@fluvio-ts/protocol';
import { rewriteBatch } from '@fluvio-ts/protocol';
import { describe, expect, test } from 'vitest';
import type { PartitionLog } from '../testing/broker.ts';
import { store, storeNumbers, withTopic } from '../testing/filled.ts';
import type { ConsumerOptions } from './options.ts';
import type { ConsumerGap } from './settings.ts';

interface Scene {
  readonly options?: ConsumerOptions;
  /** Batches of ten records each that the first leader has; the records are 0, 1, 2 … */
  readonly batches?: number;
  readonly highWatermark?: bigint;
  /** How many records are read of them. Default: all. */
  readonly read?: number;
}

/** A reader that has taken records of one leader. `lose` puts another in its place, whose log keeps so many batches. */
const reading = async ({ options = {}, batches = 3, highWatermark = 20n, read = batches * 10 }: Scene = {}) => {
  const { cluster, client } = await withTopic(1, 2);
  storeNumbers(cluster, 0, batches, 10);
  const log = cluster.log('t', 0);
  log.highWatermark = highWatermark;
  const gaps: ConsumerGap[] = [];
  const events: unknown[] = [];
  client.on('gap', (event) => events.push(event));
  let resumed = () => {};
  const resuming = new Promise<void>((resolve) => {
    resumed = resolve;
  });
  const onGap = (gap: ConsumerGap): void => {
    gaps.push(gap);
    resumed();
  };
  const consumer = client.consumer('t', { start: 'beginning', ...options, onGap });
  const reader = consumer[Symbol.asyncIterator]();
  const take = async (count: number): Promise<string[]> => {
    const seen: string[] = [];
    for (let i = 0; i < count; i++) seen.push((await reader.next()).value?.text() ?? 'the end');
    return seen;
  };
  expect(await take(read)).toEqual(Array.from({ length: read }, (_, i) => `${i}`));
  const lose = (kept: number, then: (log: PartitionLog) => void = () => {}): void => {
    log.batches.splice(kept);
    log.end = BigInt(kept * 10);
    then(log);
    log.highWatermark = log.end;
    cluster.moveLeader('t', 0, 2);
    cluster.cut(1);
  };
  /** The records of the next leader: 'new 0', 'new 1' …, in batches of three. */
  const anew = (count: number): void => {
    for (let i = 0; i < count; i += 3) {
      store(
        cluster,
        0,
        [0, 1, 2].map((n) => ({ value: `new ${i + n}` })),
      );
    }
  };
  return { cluster, client, consumer, take, gaps, events, resuming, lose, anew };
};
const news = (count: number): string[] => Array.from({ length: count }, (_, i) => `new ${i}`);
const told = { topic: 't', partition: 0, wanted: 30n, next: 20n, reason: 'truncated' } as const;

const policies = [undefined, 'earliest', 'latest'] as const;

describe('a reader of uncommitted records that the next leader does not have', () => {
  test.each(policies)('goes on where the logs part, and tells: whenEvicted %s', async (whenEvicted) => {
    const options = whenEvicted === undefined ? {} : { whenEvicted };
    const { take, gaps, events, lose, anew } = await reading({ options });
    lose(2, () => anew(60));
    expect(await take(60)).toEqual(news(60));
    expect(gaps).toEqual([told]);
    expect(events).toEqual([{ type: 'gap', ...told }]);
  });

  test('goes on at the end of a log that has not grown yet', async () => {
    const { cluster, take, gaps, resuming, lose, anew } = await reading();
    lose(2);
    const next = take(9);
    await resuming;
    anew(9);
    cluster.log('t', 0).highWatermark = undefined;
    cluster.cut(2);
    expect(await next).toEqual(news(9));
    expect(gaps).toEqual([told]);
  });

  test('loses no more than what was replaced', async () => {
    const { take, gaps, lose, anew } = await reading({ batches: 6 });
    lose(4, () => anew(30));
    expect(await take(30)).toEqual(news(30));
    expect(gaps).toEqual([{ ...told, wanted: 60n, next: 40n }]);
  });

  test('is not told of records in front of its start', async () => {
    const { take, gaps, lose, anew } = await reading({ batches: 3, highWatermark: 0n, read: 30 });
    lose(0, () => anew(60));
    expect(await take(3)).toEqual(['new 0', 'new 1', 'new 2']);
    expect(gaps).toEqual([{ ...told, next: 0n }]);
    const { cluster, client } = await withTopic(1, 2);
    storeNumbers(cluster, 0, 3, 10);
    const log = cluster.log('t', 0);
    log.highWatermark = 20n;
    const seen: ConsumerGap[] = [];
    const options = { start: { offset: 25n }, onGap: (gap: ConsumerGap) => seen.push(gap) };
    const reader = client.consumer('t', options)[Symbol.asyncIterator]();
    for (const text of ['25', '26', '27', '28', '29']) expect((await reader.next()).value?.text()).toBe(text);
    log.batches.splice(2);
    log.end = 20n;
    storeNumbers(cluster, 0, 4, 10);
    cluster.cut(1);
    expect((await reader.next()).value?.text()).toBe('5');
    expect(seen).toEqual([{ ...told, next: 25n }]);
  });

  test('does not get what waited to be read, be it of a batch in hand', async () => {
    const { take, gaps, resuming, lose, anew } = await reading({ batches: 5, read: 23 });
    lose(2, () => anew(60));
    await resuming;
    expect(await take(60)).toEqual(news(60));
    expect(gaps).toEqual([{ ...told, wanted: 50n }]);
  });

  test('nor where it reads by time', async () => {
    const { take, resuming, lose, anew } = await reading({ options: { order: 'time' }, batches: 5, read: 23 });
    lose(2, () => anew(60));
    await resuming;
    expect(await take(60)).toEqual(news(60));
  });

  test('stores where it is now, not where it was', async () => {
    const options = { consumerId: 'named', commitIntervalMs: 600_000 };
    const { cluster, consumer, take, resuming, lose, anew } = await reading({ options });
    await consumer.commit();
    expect(cluster.stored.get('named t-0')).toBe(28n);
    lose(2, () => anew(60));
    await resuming;
    expect(await take(1)).toEqual(['new 0']);
    await expect.poll(() => cluster.stored.get('named t-0')).toBe(19n);
    expect(await take(5)).toEqual(['new 1', 'new 2', 'new 3', 'new 4', 'new 5']);
    await consumer.close();
    expect(cluster.stored.get('named t-0')).toBe(24n);
  });

  test('goes back to the high watermark where the tail is longer than what is kept of it', async () => {
    const { take, gaps, lose, anew } = await reading({ batches: 1_200, highWatermark: 50n });
    lose(5, () => anew(30));
    expect(await take(30)).toEqual(news(30));
    expect(gaps).toEqual([{ ...told, wanted: 12_000n, next: 50n }]);
  });

  test('fails where a gap is to be a failure', async () => {
    const { take, gaps, lose, anew } = await reading({ options: { whenEvicted: 'fail' } });
    lose(2, () => anew(60));
    await expect(take(1)).rejects.toMatchObject({
      code: 'consume/truncated',
      context: { topic: 't', partition: 0, wanted: 30n, next: 20n },
    });
    expect(gaps).toEqual([]);
  });
});

describe('a reader of uncommitted records that the next leader has', () => {
  test.each([
    ['of one epoch', undefined],
    ['of an epoch of its own', 7],
  ])('goes on, and hears nothing: %s', async (_, leaderEpoch) => {
    const { take, gaps, lose, anew } = await reading({ batches: 6 });
    lose(6, ({ batches }) => {
      for (const [i, batch] of batches.entries()) {
        rewriteBatch(batch, { baseOffset: BigInt(10 * i), leaderEpoch: leaderEpoch ?? -1 });
      }
      anew(6);
    });
    expect(await take(6)).toEqual(news(6));
    expect(gaps).toEqual([]);
  });

  test('in batches that are larger than a glance', async () => {
    const { cluster, client } = await withTopic(1, 2);
    const big = 'x'.repeat(10_000);
    for (let i = 0; i < 3; i++) store(cluster, 0, [{ value: `${i}${big}` }]);
    cluster.log('t', 0).highWatermark = 1n;
    const gaps: ConsumerGap[] = [];
    const onGap = (gap: ConsumerGap): void => void gaps.push(gap);
    const reader = client.consumer('t', { start: 'beginning', onGap })[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i++) await reader.next();
    cluster.moveLeader('t', 0, 2);
    cluster.cut(1);
    store(cluster, 0, [{ value: 'new' }]);
    expect((await reader.next()).value?.text()).toBe('new');
    expect(gaps).toEqual([]);
  });
});

/** One that reads what SPUs said was committed, and is ahead all the same: SPUs that lost their disk do that. */
describe('a reader that is ahead of the log', () => {
  const ahead = async (options: ConsumerOptions, refusal?: ErrorCode) => {
    const scene = await reading({ options, highWatermark: 30n });
    if (refusal !== undefined) {
      scene.cluster.faults.stream = (_, { fetchOffset }) => (fetchOffset > 20n ? refusal : undefined);
    }
    scene.lose(2);
    return scene;
  };

  test.each([
    ['as an SPU says it', undefined],
    ['by its own name', { kind: 'OffsetOutOfRange' }],
  ] as const)('goes on at the end of the new log, and tells: %s', async (_, refusal) => {
    const { cluster, take, gaps, resuming, anew } = await ahead({}, refusal);
    const next = take(9);
    await resuming;
    anew(9);
    cluster.log('t', 0).highWatermark = undefined;
    cluster.cut(2);
    expect(await next).toEqual(news(9));
    expect(gaps).toEqual([told]);
  });

  test('fails where a gap is to be a failure', async () => {
    const { take, gaps } = await ahead({ whenEvicted: 'fail' });
    await expect(take(1)).rejects.toMatchObject({ code: 'consume/truncated', context: { wanted: 30n, next: 20n } });
    expect(gaps).toEqual([]);
  });

  test('fails with what else goes by the same kind', async () => {
    const { take, gaps } = await ahead({}, { kind: 'Other', message: 'the disk is on fire' });
    await expect(take(1)).rejects.toMatchObject({ code: 'server/error', context: { name: 'Other' } });
    expect(gaps).toEqual([]);
  });

  test('by an absolute start of its own is an error, not a gap', async () => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 1, 10);
    const reader = client.consumer('t', { start: { offset: 30n }, whenEvicted: 'latest' })[Symbol.asyncIterator]();
    await expect(reader.next()).rejects.toMatchObject({ code: 'offset/out-of-range' });
  });
});
