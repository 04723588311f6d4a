import { describe, expect, it } from 'vitest';
import { BatchBuilder } from './batch-builder.ts';
import type { BatchHeader } from './batch-header.ts';
import { readBatchHeader, scanBatches } from './batch-header.ts';
import { rewriteBatch } from './rewrite-batch.ts';

const now = 1_700_000_000_000;

/** Batches of 1, 2, 3 … records, back to back. */
function log(batchCount: number): { readonly bytes: Uint8Array; readonly headers: readonly BatchHeader[] } {
  const parts: Uint8Array[] = [];
  const headers: BatchHeader[] = [];
  let baseOffset = 1000n;
  let position = 0;
  for (let records = 1; records <= batchCount; records++) {
    const builder = new BatchBuilder({ firstTimestampMs: now });
    for (let i = 0; i < records; i++) builder.add(null, `record ${i}`, now + i);
    const part = builder.finish();
    rewriteBatch(part, { baseOffset, leaderEpoch: records });
    parts.push(part);
    headers.push({
      position,
      size: part.length,
      baseOffset,
      lastOffsetDelta: records - 1,
      nextOffset: baseOffset + BigInt(records),
      leaderEpoch: records,
      maxTimestamp: BigInt(now + records - 1),
      crc: new DataView(part.buffer, part.byteOffset).getUint32(17),
    });
    baseOffset += BigInt(records);
    position += part.length;
  }
  return { bytes: Uint8Array.from(parts.flatMap((part) => [...part])), headers };
}

describe('scanBatches', () => {
  const { bytes, headers } = log(4);

  it('visits every header, also of a view', () => {
    const shifted = new Uint8Array(bytes.length + 5).subarray(5);
    shifted.set(bytes);
    const seen: BatchHeader[] = [];
    expect(scanBatches(shifted, (header) => void seen.push(header))).toEqual({ end: bytes.length, missingBytes: 0 });
    expect(seen).toEqual(headers);
  });

  it('stops where it is told to', () => {
    const seen: BatchHeader[] = [];
    const { end } = scanBatches(bytes, (header) => seen.push(header) < 2);
    expect(seen).toEqual(headers.slice(0, 2));
    expect(end).toBe(headers[2]?.position);
  });

  it('reports an incomplete batch, wherever the bytes end', () => {
    for (let length = 0; length <= bytes.length; length++) {
      const whole = headers.filter(({ position, size }) => position + size <= length);
      const end = whole.reduce((sum, { size }) => sum + size, 0);
      let visited = 0;
      const scan = scanBatches(bytes.subarray(0, length), () => void visited++);
      const cut = length - end;
      const next = headers[whole.length]?.size ?? 0;
      const missingBytes = cut === 0 ? 0 : (cut < 12 ? 57 : next) - cut;
      expect([visited, scan]).toEqual([whole.length, { end, missingBytes }]);
    }
  });

  it.each([
    ['a negative length', 8, -1],
    ['a length below the header', 8, 44],
    ['a length of more than 128 MiB', 8, 0x0800_0000],
    ['a next offset before the first', 23, -2],
  ])('refuses %s and says where the batch begins', (_, at, value) => {
    const damaged = bytes.slice();
    const position = headers[2]?.position ?? 0;
    new DataView(damaged.buffer).setInt32(position + at, value);
    let visited = 0;
    expect(() => scanBatches(damaged, () => void visited++)).toThrow(
      expect.objectContaining({ code: 'wire/invalid', context: expect.objectContaining({ at: position }) }),
    );
    expect(visited).toBe(2);
  });

  it('refuses a schema id without room for it', () => {
    const header = bytes.slice(0, 60);
    const view = new DataView(header.buffer);
    view.setInt16(21, 0x10);
    view.setInt32(8, 48);
    expect(() => scanBatches(header, () => undefined)).toThrow(expect.objectContaining({ code: 'wire/invalid' }));
  });
});

describe('readBatchHeader', () => {
  const { bytes, headers } = log(3);

  it('walks a log by its headers, without payloads', () => {
    let at = 0;
    for (const header of headers) {
      expect(readBatchHeader(bytes.subarray(0, at + 57), at)).toEqual(header);
      expect(readBatchHeader(bytes.subarray(0, at + 56), at)).toBeUndefined();
      at += header.size;
    }
    expect(readBatchHeader(bytes, at)).toBeUndefined();
  });
});
