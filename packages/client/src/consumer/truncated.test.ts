/** What becomes of a reader that is ahead of the log of a new leader. */
import type { ErrorCode } from '@fluvio-ts/protocol';
import { describe, expect, test } from 'vitest';
import { storeNumbers, withTopic } from '../testing/filled.ts';
import type { ConsumerOptions } from './options.ts';
import type { ConsumerGap } from './settings.ts';

/** A reader that has taken 0 to 29, when another leader comes whose log ends at 20 and then gets 0 to 9 anew. */
const overtaken = async (options: ConsumerOptions = {}, refusal?: ErrorCode) => {
  const { cluster, client } = await withTopic(1, 2);
  storeNumbers(cluster, 0, 3, 10);
  const log = cluster.log('t', 0);
  log.highWatermark = 20n;
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
  const reader = client.consumer('t', { start: 'beginning', ...options, onGap })[Symbol.asyncIterator]();
  const seen: string[] = [];
  const take = async (count: number): Promise<string[]> => {
    for (let i = 0; i < count; i++) seen.push((await reader.next()).value?.text() ?? 'the end');
    return seen.splice(0);
  };
  expect(await take(30)).toHaveLength(30);
  log.batches.splice(2);
  log.end = 20n;
  if (refusal !== undefined) {
    cluster.faults.stream = (_, { fetchOffset }) => (fetchOffset > log.end ? refusal : undefined);
  }
  cluster.moveLeader('t', 0, 2);
  cluster.cut(1);
  return { cluster, take, gaps, events, resuming };
};
const told = { topic: 't', partition: 0, wanted: 30n, next: 20n, reason: 'truncated' };

describe('a reader of uncommitted records that the next leader does not have', () => {
  test.each([
    ['as an SPU says it', undefined, undefined],
    ['by its own name', { kind: 'OffsetOutOfRange' }, undefined],
    ['whatever becomes of evicted ones', undefined, 'earliest'],
    ['also where it would leave evicted ones', undefined, 'latest'],
  ] as const)('goes on at the end of the new log, and tells: %s', async (_, refusal, whenEvicted) => {
    const options = whenEvicted === undefined ? {} : { whenEvicted };
    const { cluster, take, gaps, events, resuming } = await overtaken(options, refusal);
    const next = take(10);
    await resuming;
    storeNumbers(cluster, 0, 1, 10);
    cluster.log('t', 0).highWatermark = undefined;
    cluster.cut(2);
    expect(await next).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(gaps).toEqual([told]);
    expect(events).toEqual([{ type: 'gap', ...told }]);
  });

  test('fails where a gap is to be a failure', async () => {
    const { take, gaps } = await overtaken({ whenEvicted: 'fail' });
    await expect(take(1)).rejects.toMatchObject({ code: 'offset/out-of-range' });
    expect(gaps).toEqual([]);
  });

  test('fails with what else goes by the same kind', async () => {
    const { take, gaps } = await overtaken({}, { kind: 'Other', message: 'the disk is on fire' });
    await expect(take(1)).rejects.toMatchObject({ code: 'server/error', context: { name: 'Other' } });
    expect(gaps).toEqual([]);
  });
});

test('an absolute start that is ahead of the log is an error, not a gap', async () => {
  const { cluster, client } = await withTopic();
  storeNumbers(cluster, 0, 1, 10);
  const reader = client.consumer('t', { start: { offset: 30n }, whenEvicted: 'latest' })[Symbol.asyncIterator]();
  await expect(reader.next()).rejects.toMatchObject({ code: 'offset/out-of-range' });
});
