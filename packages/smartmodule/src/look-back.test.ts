/** Which part of the past a lookback asks for, and what a module is shown. */
import { describe, expect, test } from 'vitest';
import { startChain } from './chain.ts';
import { lookBackRange, lookBackRecords } from './look-back.ts';
import { recordBlock } from './record-block.ts';
import { batchAt, module, offsets, texts } from './testing/modules.ts';

const partition = { startOffset: 10n, highWatermark: 30n, nowMs: 1_000_000 };
const seconds = (seconds: bigint) => ({ seconds, nanos: 500_000_000 });

test.each([
  ['the last ones', { last: 5n, age: undefined }, { fromOffset: 25n, sinceMs: undefined }],
  ['more than there are', { last: 100n, age: undefined }, { fromOffset: 10n, sinceMs: undefined }],
  ['none', { last: 0n, age: undefined }, { fromOffset: 30n, sinceMs: undefined }],
  ['those of an age', { last: 0n, age: seconds(2n) }, { fromOffset: 10n, sinceMs: 997_500 }],
  ['the last ones of an age', { last: 5n, age: seconds(2n) }, { fromOffset: 25n, sinceMs: 997_500 }],
])('%s', (_, lookback, range) => {
  expect(lookBackRange(lookback, partition)).toEqual(range);
});

describe('records', () => {
  const batches = [
    batchAt(0n, ['1', '2'], { timestampMs: 1_000 }),
    batchAt(2n, ['3', '4'], { timestampMs: 5_000 }),
    batchAt(4n, ['5'], { timestampMs: -1 }),
    batchAt(5n, ['6'], { timestampMs: 9_000 }),
  ];

  test('keep their offsets and times', async () => {
    const block = await lookBackRecords(batches, { fromOffset: 1n, sinceMs: undefined });
    if (block === undefined) throw new Error('nothing');
    expect(texts(block)).toEqual(['2', '3', '4', '5', '6']);
    expect(offsets(block)).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect([...block].map((r) => r.timestampMs)).toEqual([1_001, 5_000, 5_001, 1_000, 9_000]);
  });

  test('of an age leave out what is older, or has no time', async () => {
    const block = await lookBackRecords(batches, { fromOffset: 0n, sinceMs: 5_001 });
    expect(texts(block ?? [])).toEqual(['4', '6']);
    expect(await lookBackRecords(batches, { fromOffset: 0n, sinceMs: 10_000 })).toBeUndefined();
    expect(await lookBackRecords([], { fromOffset: 0n, sinceMs: undefined })).toBeUndefined();
  });

  test('prime a module', async () => {
    const chain = await startChain([module('lookback-increasing', { lookback: { last: 3n, age: undefined } })]);
    await chain.lookBack((lookback) =>
      lookBackRecords(batches, lookBackRange(lookback, { startOffset: 0n, highWatermark: 6n, nowMs: 0 })),
    );
    expect(texts(chain.process(recordBlock(['6', '7'])).records)).toEqual(['7']);
  });
});
