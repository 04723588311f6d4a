/**
 * CRC-32C (Castagnoli), the checksum of record batches.
 *
 * Slice-by-16: sixteen table look-ups per sixteen bytes. Short inputs are read byte by byte; long ones as aligned 32-bit
 * words, which pays for the two views it needs from about 256 bytes on. The sixteen tables are separate module constants
 * on purpose: the engine then knows their length and drops the bounds checks (packages/bench, `crc32c` rows). Inputs of a few
 * kilobytes go to the vectors of `crc32c-simd.ts` where there are any.
 */
import type { Crc32cKernel } from './crc32c-simd.ts';
import { crc32cKernel } from './crc32c-simd.ts';

/** Castagnoli's polynomial, bit-reflected. */
const POLYNOMIAL = 0x82f6_3b78;
/** From this many bytes on, word loads beat byte loads. */
const WORDS_FROM = 256;
/** From this many bytes on, vectors beat words. */
const VECTORS_FROM = 2_048;

/** Whether the machine stores the low byte of a word first, as the word loop assumes. */
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

const t0 = firstTable();
const t1 = nextTable(t0);
const t2 = nextTable(t1);
const t3 = nextTable(t2);
const t4 = nextTable(t3);
const t5 = nextTable(t4);
const t6 = nextTable(t5);
const t7 = nextTable(t6);
const t8 = nextTable(t7);
const t9 = nextTable(t8);
const t10 = nextTable(t9);
const t11 = nextTable(t10);
const t12 = nextTable(t11);
const t13 = nextTable(t12);
const t14 = nextTable(t13);
const t15 = nextTable(t14);

/** Effect of each byte value, zero bytes behind it. */
function firstTable(): Int32Array {
  const table = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    table[byte] = crc;
  }
  return table;
}

/** Effect of each byte value with one more zero byte behind it than in `table`. */
function nextTable(table: Int32Array): Int32Array {
  return table.map((crc) => (crc >>> 8) ^ (t0[crc & 0xff] as number));
}

/**
 * CRC-32C of `data`, or of its bytes from `from` up to, not including, `to`.
 *
 * @returns the checksum as an unsigned 32-bit number
 */
export function crc32c(data: Uint8Array, from = 0, to: number = data.length): number {
  if (to - from >= VECTORS_FROM) {
    kernel ??= crc32cKernel() ?? 'none';
    if (kernel !== 'none') {
      const { crc, at } = kernel(data, from, to, -1);
      return ~overBytes(data, at, to, crc) >>> 0;
    }
  }
  const crc = littleEndian && to - from >= WORDS_FROM ? overWords(data, from, to) : overBytes(data, from, to, -1);
  return ~crc >>> 0;
}

/** Made when it is first needed, since that takes a moment. */
let kernel: Crc32cKernel | 'none' | undefined;

function overWords(data: Uint8Array, from: number, to: number): number {
  const aligned = from + (-(data.byteOffset + from) & 3);
  const blocks = (to - aligned) >>> 4;
  let crc = overBytes(data, from, aligned, -1);
  const words = new Int32Array(data.buffer, data.byteOffset + aligned, blocks * 4);
  for (let i = 0; i < words.length; i += 4) {
    const a = crc ^ (words[i] as number);
    const b = words[i + 1] as number;
    const c = words[i + 2] as number;
    const d = words[i + 3] as number;
    crc =
      (t15[a & 0xff] as number) ^
      (t14[(a >>> 8) & 0xff] as number) ^
      (t13[(a >>> 16) & 0xff] as number) ^
      (t12[a >>> 24] as number) ^
      (t11[b & 0xff] as number) ^
      (t10[(b >>> 8) & 0xff] as number) ^
      (t9[(b >>> 16) & 0xff] as number) ^
      (t8[b >>> 24] as number) ^
      (t7[c & 0xff] as number) ^
      (t6[(c >>> 8) & 0xff] as number) ^
      (t5[(c >>> 16) & 0xff] as number) ^
      (t4[c >>> 24] as number) ^
      (t3[d & 0xff] as number) ^
      (t2[(d >>> 8) & 0xff] as number) ^
      (t1[(d >>> 16) & 0xff] as number) ^
      (t0[d >>> 24] as number);
  }
  return overBytes(data, aligned + blocks * 16, to, crc);
}

function overBytes(data: Uint8Array, from: number, to: number, start: number): number {
  let crc = start;
  let at = from;
  for (const last = to - 16; at <= last; at += 16) {
    crc =
      (t15[(crc ^ (data[at] as number)) & 0xff] as number) ^
      (t14[((crc >>> 8) ^ (data[at + 1] as number)) & 0xff] as number) ^
      (t13[((crc >>> 16) ^ (data[at + 2] as number)) & 0xff] as number) ^
      (t12[(crc >>> 24) ^ (data[at + 3] as number)] as number) ^
      (t11[data[at + 4] as number] as number) ^
      (t10[data[at + 5] as number] as number) ^
      (t9[data[at + 6] as number] as number) ^
      (t8[data[at + 7] as number] as number) ^
      (t7[data[at + 8] as number] as number) ^
      (t6[data[at + 9] as number] as number) ^
      (t5[data[at + 10] as number] as number) ^
      (t4[data[at + 11] as number] as number) ^
      (t3[data[at + 12] as number] as number) ^
      (t2[data[at + 13] as number] as number) ^
      (t1[data[at + 14] as number] as number) ^
      (t0[data[at + 15] as number] as number);
  }
  for (; at < to; at++) crc = (crc >>> 8) ^ (t0[(crc ^ (data[at] as number)) & 0xff] as number);
  return crc;
}
