/** CRC-32 as gzip uses it (not the CRC-32C of record batches): four table look-ups per four bytes. */

const POLYNOMIAL = 0xedb8_8320;

const t0 = new Int32Array(256).map((_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});
const t1 = oneByteOn(t0);
const t2 = oneByteOn(t1);
const t3 = oneByteOn(t2);

/** Effect of each byte value with one more zero byte behind it than in `table`. */
function oneByteOn(table: Int32Array): Int32Array {
  return table.map((crc) => (crc >>> 8) ^ (t0[crc & 0xff] as number));
}

/** The checksum of `data` as an unsigned number. */
export function crc32(data: Uint8Array): number {
  const { length } = data;
  let crc = -1;
  let at = 0;
  for (; at <= length - 4; at += 4) {
    crc =
      (t3[(crc ^ (data[at] as number)) & 0xff] as number) ^
      (t2[((crc >>> 8) ^ (data[at + 1] as number)) & 0xff] as number) ^
      (t1[((crc >>> 16) ^ (data[at + 2] as number)) & 0xff] as number) ^
      (t0[(crc >>> 24) ^ (data[at + 3] as number)] as number);
  }
  for (; at < length; at++) crc = (crc >>> 8) ^ (t0[(crc ^ (data[at] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
