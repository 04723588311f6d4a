/**
 * Where a key goes: the partitioner of the official clients, bit for bit, so that clients of all languages agree.
 *
 * Rust: `SiphashRoundRobinPartitioner`, fluvio/src/producer/partitioning.rs.
 */
import { protocolError } from './errors.ts';

/** Up to here products of two remainders stay exact in a double. */
const MOST_PARTITIONS = 2 ** 26;
/** Bytes of the length in front of the key, which count as hashed. */
const LENGTH_BYTES = 8;

/** A 64-bit number as two unsigned halves. */
export interface Hash64 {
  /** Upper 32 bits. */
  readonly hi: number;
  /** Lower 32 bits. */
  readonly lo: number;
}

/**
 * The partition of a keyed record.
 *
 * @param key - the key's bytes; an empty key is a key
 * @param partitionCount - of the topic as specified, partitions without a leader included; 1 to 2²⁶
 * @returns an index from 0 to `partitionCount − 1`
 * @throws `wire/unwritable` for another count
 */
export function partitionForKey(key: Uint8Array, partitionCount: number): number {
  if (!Number.isInteger(partitionCount) || partitionCount < 1 || partitionCount > MOST_PARTITIONS) {
    throw protocolError('wire/unwritable', { what: `a key cannot be placed among ${partitionCount} partitions` });
  }
  const { hi, lo } = hashKey(key);
  return ((hi % partitionCount) * (2 ** 32 % partitionCount) + (lo % partitionCount)) % partitionCount;
}

/**
 * SipHash-2-4 with a zero key over the key's length (64 bits, little-endian) and its bytes, which is what Rust's `Hash` of
 * a byte slice feeds to the hasher on 64-bit machines.
 *
 * The four 64-bit words of the state are kept in 32-bit halves, which is far faster than bigints.
 */
export function hashKey(key: Uint8Array): Hash64 {
  // "somepseudorandomlygeneratedbytes"
  let hi0 = 0x736f_6d65;
  let lo0 = 0x7073_6575;
  let hi1 = 0x646f_7261;
  let lo1 = 0x6e64_6f6d;
  let hi2 = 0x6c79_6765;
  let lo2 = 0x6e65_7261;
  let hi3 = 0x7465_6462;
  let lo3 = 0x7974_6573;

  // Each step takes in eight bytes: the length, the key's full words, its tail; the last one takes nothing and finishes.
  const fullWords = key.length >>> 3;
  const tailStep = fullWords + 1;
  const finalStep = fullWords + 2;
  for (let step = 0; step <= finalStep; step++) {
    let hi = 0;
    let lo = 0;
    if (step === 0) {
      hi = Math.floor(key.length / 2 ** 32);
      lo = key.length | 0;
    } else if (step < tailStep) {
      hi = word(key, step * 8 - 4);
      lo = word(key, step * 8 - 8);
    } else if (step === tailStep) {
      const at = fullWords * 8;
      hi = tail(key, at + 4) | ((LENGTH_BYTES + key.length) << 24);
      lo = tail(key, at);
    } else {
      lo2 ^= 0xff;
    }
    hi3 ^= hi;
    lo3 ^= lo;
    for (let round = step === finalStep ? 4 : 2; round > 0; round--) {
      let sum = (lo0 + lo1) | 0;
      hi0 = (hi0 + hi1 + carry(sum, lo0)) | 0;
      lo0 = sum;
      sum = (lo2 + lo3) | 0;
      hi2 = (hi2 + hi3 + carry(sum, lo2)) | 0;
      lo2 = sum;
      let turned = (hi1 << 13) | (lo1 >>> 19);
      lo1 = ((lo1 << 13) | (hi1 >>> 19)) ^ lo0;
      hi1 = turned ^ hi0;
      turned = (hi3 << 16) | (lo3 >>> 16);
      lo3 = ((lo3 << 16) | (hi3 >>> 16)) ^ lo2;
      hi3 = turned ^ hi2;
      turned = hi0;
      hi0 = lo0;
      lo0 = turned;

      sum = (lo2 + lo1) | 0;
      hi2 = (hi2 + hi1 + carry(sum, lo2)) | 0;
      lo2 = sum;
      sum = (lo0 + lo3) | 0;
      hi0 = (hi0 + hi3 + carry(sum, lo0)) | 0;
      lo0 = sum;
      turned = (hi1 << 17) | (lo1 >>> 15);
      lo1 = ((lo1 << 17) | (hi1 >>> 15)) ^ lo2;
      hi1 = turned ^ hi2;
      turned = (hi3 << 21) | (lo3 >>> 11);
      lo3 = ((lo3 << 21) | (hi3 >>> 11)) ^ lo0;
      hi3 = turned ^ hi0;
      turned = hi2;
      hi2 = lo2;
      lo2 = turned;
    }
    hi0 ^= hi;
    lo0 ^= lo;
  }
  return { hi: (hi0 ^ hi1 ^ hi2 ^ hi3) >>> 0, lo: (lo0 ^ lo1 ^ lo2 ^ lo3) >>> 0 };
}

/** What an addition of low halves adds to the high ones: 1 if `sum` wrapped below one of its `addend`s. */
function carry(sum: number, addend: number): number {
  return sum >>> 0 < addend >>> 0 ? 1 : 0;
}

/** Four bytes, little-endian. */
function word(key: Uint8Array, at: number): number {
  return (
    (key[at] as number) |
    ((key[at + 1] as number) << 8) |
    ((key[at + 2] as number) << 16) |
    ((key[at + 3] as number) << 24)
  );
}

/** Up to four bytes, little-endian, zeros behind the end of the key. */
function tail(key: Uint8Array, from: number): number {
  let word = 0;
  for (let at = from; at < key.length && at < from + 4; at++) {
    word |= (key[at] as number) << (8 * (at - from));
  }
  return word;
}
