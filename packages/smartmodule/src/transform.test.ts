/** Chains over batches: offsets, times, limits, errors, as streams and as produce requests have them. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Codec, readBatches } from '@fluvio-ts/protocol';
import { describe, expect, test } from 'vitest';
import { type LocalChain, startChain } from './chain.ts';
import { batchAt, module, seen } from './testing/modules.ts';
import { transformProduce, transformStream } from './transform.ts';

const T = 1_700_000_000_000;
const numbers = (): Promise<LocalChain> => startChain([module('filter-odd-fail')]);
const containing = (needle: string): Promise<LocalChain> =>
  startChain([module('filter-contains', { params: { needle } })]);

const gzip: Codec = {
  name: 'gzip',
  compress: (bytes) => new Uint8Array(gzipSync(bytes)),
  decompress: (bytes) => new Uint8Array(gunzipSync(bytes)),
};

/** A chain that notes how many records each call was given. */
function spied(chain: LocalChain): { readonly chain: LocalChain; readonly calls: number[] } {
  const calls: number[] = [];
  return {
    calls,
    chain: {
      ...chain,
      process(block) {
        calls.push(block.length);
        return chain.process(block);
      },
    },
  };
}

describe('a stream', () => {
  test('becomes one batch with true offsets and times', async () => {
    const batches = [batchAt(0n, ['1'], { timestampMs: T }), batchAt(1n, ['2']), batchAt(2n, ['4', '5', '7'])];
    const { records, nextOffset, error } = await transformStream(await numbers(), batches);
    expect({ nextOffset, error }).toEqual({ nextOffset: 5n, error: undefined });
    expect(seen(records)).toEqual([
      {
        base: 0n,
        next: 5n,
        records: [
          [0n, T, '1'],
          [3n, T + 1, '5'],
          [4n, T + 2, '7'],
        ],
      },
    ]);
  });

  test('begins at the source batch of the first record, as upstream', async () => {
    const batches = [batchAt(0n, ['2']), batchAt(1n, ['2', '3']), batchAt(3n, ['4'])];
    const { records } = await transformStream(await numbers(), batches);
    expect(seen(records)).toEqual([{ base: 1n, next: 4n, records: [[2n, T + 1, '3']] }]);
  });

  test('is nothing where nothing comes through, and still moves on', async () => {
    const { records, nextOffset } = await transformStream(await numbers(), [batchAt(8n, ['2', '4'])]);
    expect({ size: records.length, nextOffset }).toEqual({ size: 0, nextOffset: 10n });
    const none = await transformStream(await numbers(), [], { fromOffset: 3n });
    expect({ size: none.records.length, nextOffset: none.nextOffset }).toEqual({ size: 0, nextOffset: 3n });
  });

  test('can be cut at gaps, so that places give offsets', async () => {
    const batches = [batchAt(0n, ['2', '1', '3', '4', '5']), batchAt(5n, ['7']), batchAt(6n, ['8'])];
    const { records } = await transformStream(await numbers(), batches, { layout: 'exact' });
    const cut = seen(records);
    expect(cut.map(({ base, next, records }) => [base, next, records.map(([offset]) => offset)])).toEqual([
      [1n, 4n, [1n, 2n]],
      [4n, 7n, [4n, 5n]],
    ]);
    for (const batch of readBatches(records).batches) {
      for (const record of batch.open() as Iterable<{ offset: bigint; offsetDelta: number }>) {
        expect(record.offset).toBe(batch.baseOffset + BigInt(record.offsetDelta));
      }
    }
  });

  test('starts inside a batch: modules do not see what is before', async () => {
    const chain = await startChain([module('aggregate-count')]);
    const batches = [batchAt(0n, ['never']), batchAt(10n, ['a', 'b', 'c']), batchAt(13n, ['d'])];
    const { records, nextOffset } = await transformStream(chain, batches, { fromOffset: 11n });
    expect(nextOffset).toBe(14n);
    expect(seen(records)[0]?.records.map(([offset, , value]) => [offset, JSON.parse(value).count])).toEqual([
      [11n, 1],
      [12n, 2],
      [13n, 3],
    ]);
  });

  test('keeps times of batches that are far apart, and their absence', async () => {
    const far = 30 * 24 * 3_600_000;
    const batches = [
      batchAt(0n, ['1'], { timestampMs: T }),
      batchAt(1n, ['3'], { timestampMs: T + far }),
      batchAt(2n, ['5'], { timestampMs: -1 }),
      batchAt(3n, ['7'], { timestampMs: T + 2 * far }),
    ];
    const { records, nextOffset } = await transformStream(await numbers(), batches);
    expect(nextOffset).toBe(4n);
    expect(seen(records).flatMap((batch) => batch.records)).toEqual([
      [0n, T, '1'],
      [1n, T + far, '3'],
      [2n, -1, '5'],
      [3n, T + 2 * far, '7'],
    ]);
  });

  test('gives the records of an array-map the offset of their source, within its bounds', async () => {
    const chain = await startChain([module('array-map-words')]);
    const batches = [batchAt(5n, ['a b c'.repeat(9_000)]), batchAt(6n, ['d e'])];
    const { records, nextOffset } = await transformStream(chain, batches);
    const [batch] = seen(records);
    expect(nextOffset).toBe(7n);
    expect(batch).toMatchObject({ base: 5n, next: 7n });
    expect(new Set(batch?.records.map(([offset]) => offset))).toEqual(new Set([5n, 6n]));
    expect(batch?.records.at(-1)).toEqual([6n, T, 'e']);
  });

  test('ends behind maxBytes, and goes on without running a module twice', async () => {
    const count = await startChain([module('aggregate-count')]);
    const large = 'x'.repeat(40_000);
    const batches = [0n, 1n, 2n, 3n, 4n].map((offset) => batchAt(offset, [large, large].slice(0, 1)));
    const counts: number[] = [];
    let from = 0n;
    let answers = 0;
    while (from < 5n) {
      const { records, nextOffset } = await transformStream(count, batches, { fromOffset: from, maxBytes: 60 });
      counts.push(...seen(records).flatMap((b) => b.records.map(([, , value]) => JSON.parse(value).count as number)));
      expect(nextOffset).toBeGreaterThan(from);
      from = nextOffset;
      answers++;
    }
    expect(counts).toEqual([1, 2, 3, 4, 5]);
    expect(answers).toBe(5);
  });

  test('answers a first batch that is larger than maxBytes', async () => {
    const { records, nextOffset } = await transformStream(
      await startChain([module('map-upper')]),
      [batchAt(0n, ['x'.repeat(5_000)]), batchAt(1n, ['y'])],
      { maxBytes: 100 },
    );
    expect(nextOffset).toBe(1n);
    expect(seen(records)[0]?.records).toHaveLength(1);
  });

  test('puts small batches into one call, and leaves large ones alone', async () => {
    const small = Array.from({ length: 100 }, (_, i) => batchAt(BigInt(i), [String(i)]));
    const { chain, calls } = spied(await numbers());
    const { records } = await transformStream(chain, [...small, batchAt(100n, Array(9_000).fill('12345'))]);
    expect(calls).toEqual([100, 9_000]);
    expect(seen(records)[0]?.records).toHaveLength(50 + 9_000);
  });

  test('is compressed as its first batch is', async () => {
    const batches = [batchAt(0n, ['1', '3'], { codec: gzip }), batchAt(2n, ['5'])];
    const { records } = await transformStream(await numbers(), batches, { codecs: { gzip } });
    expect(readBatches(records).batches.map((batch) => batch.codec)).toEqual(['gzip']);
    expect(seen(records, { gzip })[0]?.records.map(([, , value]) => value)).toEqual(['1', '3', '5']);
    await expect(transformStream(await numbers(), batches)).rejects.toMatchObject({ code: 'codec/missing' });
  });

  test('goes on behind a record that was refused', async () => {
    const chain = await numbers();
    const batches = [batchAt(0n, ['1', '3']), batchAt(2n, ['5', 'bad', '7']), batchAt(5n, ['9'])];
    const first = await transformStream(chain, batches);
    expect(first.error).toMatchObject({ code: 'smartmodule/record-failed', context: { offset: 3n } });
    expect(first.nextOffset).toBe(4n);
    expect(seen(first.records)).toMatchObject([{ base: 0n, next: 4n, records: { length: 3 } }]);
    const second = await transformStream(chain, batches, { fromOffset: first.nextOffset });
    expect(second.error).toBeUndefined();
    expect(seen(second.records)[0]?.records.map(([offset]) => offset)).toEqual([4n, 5n]);
  });

  test('goes on behind the block where an array-map hides which record was refused', async () => {
    const chain = await startChain([module('array-map-words'), module('filter-odd-fail')]);
    const { error, nextOffset } = await transformStream(chain, [batchAt(4n, ['1 3', 'x y', '5'])]);
    expect(error?.code).toBe('smartmodule/record-failed');
    expect(nextOffset).toBe(7n);
  });

  test('keeps what came before a trap', async () => {
    const chain = await startChain([module('trap')]);
    const large = Array.from({ length: 400 }, () => 'x'.repeat(100));
    const { records, nextOffset, error } = await transformStream(chain, [batchAt(0n, large), batchAt(400n, ['boom'])]);
    expect(error?.code).toBe('smartmodule/trap');
    expect(nextOffset).toBe(400n);
    expect(seen(records)[0]?.records).toHaveLength(400);
  });
});

describe('a produce request', () => {
  test('becomes one batch that takes the offsets of all its records', async () => {
    const batches = [batchAt(99n, ['2', '1']), batchAt(0n, ['3', '4'])];
    const { records, error } = await transformProduce(await numbers(), batches);
    expect(error).toBeUndefined();
    expect(seen(records)).toEqual([
      {
        base: 0n,
        next: 4n,
        records: [
          [1n, T + 1, '1'],
          [2n, T, '3'],
        ],
      },
    ]);
  });

  test('takes more offsets where an array-map makes more records', async () => {
    const chain = await startChain([module('array-map-words')]);
    const { records } = await transformProduce(chain, [batchAt(0n, ['a b c']), batchAt(0n, ['d'])]);
    expect(seen(records)).toMatchObject([{ base: 0n, next: 4n }]);
    expect(seen(records)[0]?.records.map(([offset, , value]) => [offset, value])).toEqual([
      [0n, 'a'],
      [1n, 'b'],
      [2n, 'c'],
      [3n, 'd'],
    ]);
  });

  test('of which nothing is left stores nothing', async () => {
    const { records } = await transformProduce(await containing('z'), [batchAt(0n, ['a', 'b'])]);
    expect(records.length).toBe(0);
    expect((await transformProduce(await containing('z'), [])).records.length).toBe(0);
  });

  test('stores nothing after an error, which counts from the first record', async () => {
    const batches = [batchAt(7n, ['1']), batchAt(7n, ['3', 'bad'])];
    const { records, error } = await transformProduce(await numbers(), batches);
    expect(records.length).toBe(0);
    expect(error).toMatchObject({ code: 'smartmodule/record-failed', context: { offset: 2n } });
  });

  test('can go through a second chain, as deduplication does', async () => {
    const first = await transformProduce(await startChain([module('map-upper')]), [batchAt(0n, ['a', 'b', 'c'])]);
    const second = await transformProduce(await containing('B'), readBatches(first.records).batches);
    expect(seen(second.records)).toEqual([{ base: 0n, next: 3n, records: [[1n, T + 1, 'B']] }]);
  });
});
