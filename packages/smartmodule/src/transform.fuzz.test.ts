/** Whatever the batches, a module that keeps everything changes nothing, wherever a stream begins and answers end. */
import { type Batch, type RecordBlock, readBatches, rewriteBatch } from '@fluvio-ts/protocol';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { startChain } from './chain.ts';
import { batchAt, module } from './testing/modules.ts';
import { transformProduce, transformStream } from './transform.ts';

const DAY = 24 * 3_600_000;
const plan = fc.array(
  fc.record({
    gap: fc.nat(3),
    days: fc.constantFrom(-1, 0, 1, 20, 40, 1000),
    values: fc.array(fc.string({ maxLength: 40, unit: 'grapheme' }), { minLength: 1, maxLength: 12 }),
    dropped: fc.nat(2),
  }),
  { minLength: 1, maxLength: 12 },
);

type Row = readonly [offset: bigint, timestampMs: number, value: string];

/** Batches of a partition; behind some, offsets are taken that have no record. */
function built(parts: readonly { gap: number; days: number; values: readonly string[]; dropped: number }[]): {
  readonly batches: Batch[];
  readonly rows: Row[];
  readonly end: bigint;
} {
  const batches: Batch[] = [];
  const rows: Row[] = [];
  let at = 0n;
  for (const { gap, days, values, dropped } of parts) {
    at += BigInt(gap);
    const made = batchAt(at, values, { timestampMs: days < 0 ? -1 : 1_700_000_000_000 + days * DAY });
    const bytes = made.bytes.slice();
    new DataView(bytes.buffer).setInt32(23, values.length + dropped - 1);
    rewriteBatch(bytes, { baseOffset: at, crc: 'compute' });
    const batch = readBatches(bytes).batches[0] as Batch;
    batches.push(batch);
    rows.push(...rowsOf([batch]));
    at = batch.nextOffset;
  }
  return { batches, rows, end: at };
}

function rowsOf(batches: readonly Batch[]): Row[] {
  return batches.flatMap((batch) =>
    [...(batch.open() as RecordBlock)].map(
      (record): Row => [batch.baseOffset + BigInt(record.offsetDelta), record.timestampMs, record.text()],
    ),
  );
}

test('streams', async () => {
  const chain = await startChain([module('trap')]);
  await fc.assert(
    fc.asyncProperty(
      plan,
      fc.nat(20),
      fc.constantFrom(1, 100, 500, 1_000_000),
      fc.constantFrom('merged' as const, 'exact' as const),
      async (parts, skip, maxBytes, layout) => {
        const { batches, rows, end } = built(parts);
        const got: Row[] = [];
        let fromOffset = BigInt(skip);
        while (fromOffset < end) {
          const { records, nextOffset, error } = await transformStream(chain, batches, {
            fromOffset,
            maxBytes,
            layout,
          });
          expect(error).toBeUndefined();
          expect(nextOffset).toBeGreaterThan(fromOffset);
          const answer = readBatches(records);
          for (const batch of answer.batches) {
            batch.verifyCrc();
            expect(batch.nextOffset).toBeLessThanOrEqual(nextOffset);
            if (layout === 'exact') {
              for (const record of batch.open() as RecordBlock) expect(record.index).toBe(record.offsetDelta);
            }
          }
          if (answer.batches.length > 0) expect(answer.batches.at(-1)?.nextOffset).toBe(nextOffset);
          got.push(...rowsOf(answer.batches));
          fromOffset = nextOffset;
        }
        expect(got).toEqual(rows.filter(([offset]) => offset >= BigInt(skip)));
      },
    ),
    { numRuns: 300 },
  );
});

test('produce requests', async () => {
  const chain = await startChain([module('trap')]);
  await fc.assert(
    fc.asyncProperty(plan, async (parts) => {
      const { batches, rows } = built(parts);
      const { records, error } = await transformProduce(chain, batches);
      expect(error).toBeUndefined();
      const answer = readBatches(records).batches;
      const span = (of: readonly Batch[]): number => of.reduce((sum, batch) => sum + batch.lastOffsetDelta + 1, 0);
      expect(span(answer)).toBe(span(batches));
      expect(rowsOf(answer).map(([, ...row]) => row)).toEqual(rows.map(([, ...row]) => row));
    }),
    { numRuns: 150 },
  );
});
