/** For tests: frames to damage, and damage, the same for the same seed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Random numbers: a whole number from 0 up to, not including, `limit`. */
export type Dice = (limit: number) => number;

/** Numbers that only depend on `seed`. */
export function dice(seed: number): Dice {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** Damaged requests that the protocol's own fuzzer keeps, one for every kind of outcome, without their lengths. */
export function keptRequests(server: 'sc' | 'spu'): Uint8Array[] {
  const folder = join(import.meta.dirname, '../../../protocol/src/golden/corpus');
  return readdirSync(folder)
    .filter((file) => file.startsWith(`${server}-`) && file.endsWith('-request.txt'))
    .sort()
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'))
    .map((line) => new Uint8Array(Buffer.from(line.split(' ')[2] ?? '', 'hex')))
    .filter((frame) => frame.length >= 8);
}

/** Where the correlation id of a request stands. */
const ID_AT = 4;
const TELLING = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff];
const LONGEST = 4096;

/** A request after one to three damages, as a frame with its length; mostly behind its header, so that it is looked at. */
export function damaged(request: Uint8Array, others: readonly Uint8Array[], roll: Dice): Uint8Array {
  let bytes: Uint8Array = request.slice();
  for (let times = roll(4) === 0 ? 1 + roll(3) : 1; times > 0; times--) bytes = once(bytes, others, roll);
  if (bytes.length < ID_AT + 4) bytes = request.slice(0, 10 + roll(4));
  const frame = new Uint8Array(4 + Math.min(bytes.length, LONGEST));
  frame.set(bytes.subarray(0, LONGEST), 4);
  new DataView(frame.buffer).setInt32(0, frame.length - 4);
  return frame;
}

function once(bytes: Uint8Array, others: readonly Uint8Array[], roll: Dice): Uint8Array {
  const from = roll(8) === 0 ? 0 : Math.min(14, bytes.length - 1);
  const at = from + roll(Math.max(1, bytes.length - from));
  const other = others[roll(others.length)] ?? bytes;
  switch (roll(8)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << roll(8));
      return bytes;
    case 1:
    case 2:
      bytes[at] = TELLING[roll(TELLING.length)] ?? 0;
      return bytes;
    case 3:
      bytes.fill(roll(256), at, at + 1 + roll(8));
      return bytes;
    case 4:
      return bytes.slice(0, at);
    case 5:
      return joined(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + roll(8))));
    case 6:
      return joined(
        bytes.subarray(0, at),
        Uint8Array.from({ length: 1 + roll(8) }, () => roll(256)),
        bytes.subarray(at),
      );
    default:
      return joined(bytes.subarray(0, at), other.subarray(roll(other.length)));
  }
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}
