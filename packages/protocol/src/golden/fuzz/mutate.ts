/** Damage to frames: what a faulty disk, a hostile peer, or a program that speaks another version may do to them. */
import type { Random } from './random.ts';
import type { Head, Seed } from './seeds.ts';

/** Frames do not grow beyond this, so that a case stays quick. */
const LONGEST = 4096;

const lengths = [
  0, 1, 2, 4, 7, 0x10, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000,
];

type Damage = (frame: Uint8Array, random: Random, seed: Seed, others: readonly Seed[]) => Uint8Array;

const damages: readonly Damage[] = [
  // A bit.
  (frame, random) => changed(frame, (copy) => xor(copy, random.below(copy.length), 1 << random.below(8))),
  // A byte, or all from one byte on.
  (frame, random) => changed(frame, (copy) => copy.fill(random.pick([0, 1, 0x7f, 0xff]), random.below(copy.length))),
  (frame, random) =>
    changed(frame, (copy) => {
      copy[random.below(copy.length)] = random.pick([0, 1, 2, 0x7f, 0x80, 0xfe, 0xff]);
    }),
  // A length, a count, a flag or a tag, where the undamaged frame has one.
  editHead,
  editHead,
  editHead,
  // Any four bytes as a length.
  (frame, random) =>
    changed(frame, (copy) => put(copy, { at: random.below(copy.length), width: 4 }, random.pick(lengths))),
  // Less, more, twice.
  (frame, random) => frame.slice(0, random.below(frame.length + 1)),
  (frame, random) => {
    const from = random.below(frame.length + 1);
    return joined(frame.subarray(0, from), frame.subarray(Math.min(frame.length, from + 1 + random.below(8))));
  },
  (frame, random) => {
    const at = random.below(frame.length + 1);
    const noise = Uint8Array.from({ length: 1 + random.below(9) }, () => random.below(256));
    return joined(frame.subarray(0, at), noise, frame.subarray(at));
  },
  (frame, random) => {
    const from = random.below(frame.length + 1);
    const to = from + random.below(frame.length - from + 1);
    return joined(frame.subarray(0, to), frame.subarray(from));
  },
  // The beginning of one frame and the end of another.
  (frame, random, _seed, others) => {
    const other = random.pick(others).frame;
    return joined(frame.subarray(0, random.below(frame.length + 1)), other.subarray(random.below(other.length + 1)));
  },
];

/** The frame of `seed` after one to four damages. */
export function mutate(seed: Seed, random: Random, others: readonly Seed[]): Uint8Array {
  let { frame } = seed;
  const times = 1 + (random.below(3) === 0 ? random.below(4) : 0);
  for (let i = 0; i < times; i++) frame = random.pick(damages)(frame, random, seed, others);
  return frame.length > LONGEST ? frame.subarray(0, LONGEST) : frame;
}

function editHead(frame: Uint8Array, random: Random, { heads }: Seed): Uint8Array {
  if (heads.length === 0) return frame;
  const head = random.pick(heads);
  const near = random.below(2) === 0;
  return changed(frame, (copy) => put(copy, head, near ? get(copy, head) + random.below(9) - 4 : random.pick(lengths)));
}

function changed(frame: Uint8Array, change: (copy: Uint8Array) => unknown): Uint8Array {
  if (frame.length === 0) return frame;
  const copy = frame.slice();
  change(copy);
  return copy;
}

function xor(bytes: Uint8Array, at: number, mask: number): void {
  bytes[at] = (bytes[at] as number) ^ mask;
}

function get(bytes: Uint8Array, { at, width }: Head): number {
  let value = 0;
  for (let i = at; i < at + width; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}

function put(bytes: Uint8Array, { at, width }: Head, value: number): void {
  for (let i = 0; i < width; i++) {
    if (at + i < bytes.length) bytes[at + i] = Math.floor(value / 256 ** (width - 1 - i)) & 0xff;
  }
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
