/** Batches whose offset deltas are not 0, 1, 2 …: as compaction and SmartModules leave them. */
import { rewriteBatch } from '@fluvio-ts/protocol';

const zigzag = (value: number): number[] => {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  const bytes: number[] = [];
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
};

/** A batch of one record for each delta, its value being the delta; the batch takes `lastOffsetDelta + 1` offsets. */
export function batchWithDeltas(baseOffset: bigint, deltas: readonly number[], lastOffsetDelta: number): Uint8Array {
  const records = deltas.map((delta) => {
    const value = new TextEncoder().encode(`${delta}`);
    const body = [0, 0, ...zigzag(delta), 0, ...zigzag(value.length), ...value, 0];
    return [...zigzag(body.length), ...body];
  });
  const payload = records.flat();
  const bytes = new Uint8Array(61 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(8, bytes.length - 12);
  view.setInt8(16, 2);
  view.setInt32(23, lastOffsetDelta);
  view.setBigInt64(27, 1_700_000_000_000n);
  view.setBigInt64(35, 1_700_000_000_000n);
  view.setUint32(57, deltas.length);
  bytes.set(payload, 61);
  rewriteBatch(bytes, { baseOffset, crc: 'compute' });
  return bytes;
}
