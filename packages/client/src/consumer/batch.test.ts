import { inspect } from 'node:util';
import type { Batch, RecordBlock } from '@fluvio-ts/protocol';
import { BatchBuilder, readBatches, rewriteBatch } from '@fluvio-ts/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchWithDeltas } from '../testing/gaps.ts';
import type { ConsumerBatch, Cut } from './batch.ts';
import { cutBatch, headOf } from './batch.ts';

const NO_CUT: Cut = { from: 0n, until: undefined, sinceMs: undefined, untilMs: undefined, isTransformed: false };

const cut = (bytes: Uint8Array, how: Partial<Cut> = {}): ConsumerBatch => {
  const batch = readBatches(bytes).batches[0] as Batch;
  const origin = { topic: 't', partition: 0, highWatermark: 1000n };
  return cutBatch(origin, batch, batch.open() as RecordBlock, { ...NO_CUT, ...how }).batch;
};
const offsets = (batch: ConsumerBatch): bigint[] => [...batch].map((record) => record.offset);

test('a record is JSON, whatever its bytes and its offset are', () => {
  const builder = new BatchBuilder();
  builder.add('k', 'v', 1_700_000_000_000);
  builder.add(null, Uint8Array.of(0xff, 0), 1_700_000_000_001);
  const bytes = builder.finish();
  rewriteBatch(bytes, { baseOffset: 2n ** 53n - 1n });
  const place = { topic: 't', partition: 0 };
  const wanted = [
    { ...place, offset: 2 ** 53 - 1, timestampMs: 1_700_000_000_000, key: 'k', value: 'v' },
    { ...place, offset: '9007199254740992', timestampMs: 1_700_000_000_001, key: null, valueBase64: '/wA=' },
  ];
  const records = [...cut(bytes)];
  expect(JSON.parse(JSON.stringify(records))).toEqual(wanted);
  expect(inspect(records[0])).toBe(inspect(wanted[0]));
});

describe('offsets', () => {
  test('of a compacted batch come from its deltas, whatever is missing and wherever it is cut', () => {
    const deltas = fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 40 }).map((all) => all.sort((a, b) => a - b));
    const edge = fc.option(
      fc.nat(260).map((n) => BigInt(500 + n - 30)),
      { nil: undefined },
    );
    fc.assert(
      fc.property(deltas, fc.nat(20), edge, edge, (kept, behind, from, until) => {
        const bytes = batchWithDeltas(500n, kept, (kept.at(-1) ?? 0) + behind);
        const batch = cut(bytes, { from: from ?? 0n, until });
        const wanted = kept
          .map((delta) => 500n + BigInt(delta))
          .filter((offset) => offset >= (from ?? 0n) && (until === undefined || offset < until));
        expect(offsets(batch)).toEqual(wanted);
        expect(batch.length).toBe(wanted.length);
        if (wanted.length > 0) expect(batch.firstOffset).toBe(wanted[0]);
        const next = 500n + BigInt((kept.at(-1) ?? 0) + behind + 1);
        expect(batch.nextOffset).toBe(until !== undefined && until < next ? until : next);
        expect([...batch].every((record) => !record.isOffsetApproximate)).toBe(true);
      }),
    );
  });

  test('that a SmartModule shifted are counted from the beginning of the batch, and say so', () => {
    const batch = cut(batchWithDeltas(100n, [0, -2, -4], 4), { from: 103n, isTransformed: true });
    expect(offsets(batch)).toEqual([100n, 101n, 102n]);
    expect([...batch].map((record) => record.isOffsetApproximate)).toEqual([true, true, true]);
    expect(batch.nextOffset).toBe(105n);
  });

  test('survive a copy', () => {
    const [, second] = cut(batchWithDeltas(100n, [3, 7], 9));
    expect(second?.copy()).toMatchObject({ offset: 107n, partition: 0 });
  });
});

test('times cut a batch in front and behind', () => {
  const builder = new BatchBuilder({ firstTimestampMs: 1_000 });
  for (let i = 0; i < 10; i++) builder.add(null, `${i}`, 1_000 + i * 10);
  const bytes = builder.finish();
  const batch = cut(bytes, { sinceMs: 1_025, untilMs: 1_060 });
  expect(offsets(batch)).toEqual([3n, 4n, 5n]);
  expect([batch.length, batch.firstOffset, batch.nextOffset]).toEqual([3, 3n, 6n]);
});

test('the head of a batch ends behind its last record', () => {
  const batch = cut(batchWithDeltas(100n, [1, 5, 8], 9));
  const head = headOf(batch, 2);
  expect([offsets(head), head.length, head.nextOffset]).toEqual([[101n, 105n], 2, 106n]);
  expect(headOf(batch, 3)).toBe(batch);
});

test('a value that is no JSON is an error that names its place', () => {
  const builder = new BatchBuilder({ firstTimestampMs: 1_000 });
  builder.add(null, '{"a":1}', 1_000);
  builder.add(null, '{"a":', 1_000);
  const [good, bad] = cut(builder.finish());
  expect(good?.json()).toEqual({ a: 1 });
  expect(() => bad?.json()).toThrow(
    expect.objectContaining({ code: 'consume/undecodable', context: expect.objectContaining({ offset: 1n }) }),
  );
});
