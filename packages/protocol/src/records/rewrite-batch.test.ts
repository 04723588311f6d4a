import { describe, expect, it } from 'vitest';
import { readBatches } from './batch.ts';
import { BatchBuilder } from './batch-builder.ts';
import { rewriteBatch } from './rewrite-batch.ts';

const batch = (): Uint8Array => {
  const builder = new BatchBuilder();
  builder.add('key', 'value', 1_700_000_000_000);
  return builder.finish();
};

describe('rewriteBatch', () => {
  it('changes offset and epoch and nothing else', () => {
    const original = batch();
    const stored = batch();
    rewriteBatch(stored, { baseOffset: 2n ** 40n + 3n, leaderEpoch: 7 });
    const [read] = readBatches(stored).batches;
    read?.verifyCrc();
    expect([read?.baseOffset, read?.nextOffset, read?.leaderEpoch]).toEqual([2n ** 40n + 3n, 2n ** 40n + 4n, 7]);
    rewriteBatch(stored, { baseOffset: 0n, leaderEpoch: -1 });
    expect(stored).toEqual(original);
  });

  it('leaves the epoch unless told otherwise', () => {
    const stored = batch();
    rewriteBatch(stored, { baseOffset: 1n, leaderEpoch: 7 });
    rewriteBatch(stored, { baseOffset: 2n });
    expect(readBatches(stored).batches[0]?.leaderEpoch).toBe(7);
  });

  it('computes the checksum of a batch that came with a wrong one', () => {
    const stored = batch();
    new DataView(stored.buffer).setUint32(17, 1);
    rewriteBatch(stored, { baseOffset: 1n });
    expect(readBatches(stored).batches[0]?.crc).toBe(1);
    rewriteBatch(stored, { baseOffset: 1n, crc: 'compute' });
    readBatches(stored).batches[0]?.verifyCrc();
  });

  it.each([
    ['a cut batch', (bytes: Uint8Array) => bytes.subarray(0, -1)],
    ['less than a header', (bytes: Uint8Array) => bytes.subarray(0, 30)],
    ['two batches', (bytes: Uint8Array) => Uint8Array.from([...bytes, ...bytes])],
  ])('refuses %s and leaves it alone', (_, change) => {
    const bytes = change(batch());
    const before = bytes.slice();
    expect(() => rewriteBatch(bytes, { baseOffset: 1n })).toThrow(expect.objectContaining({ code: 'wire/invalid' }));
    expect(bytes).toEqual(before);
  });
});
