/** Chance that can be repeated. */

/** Numbers and choices that follow from a seed. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, `below`). */
  below(below: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of the items. */
  of<T>(items: readonly T[]): T;
}

/** Mulberry32. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (below) => Math.floor(next() * below),
    chance: (probability) => next() < probability,
    of: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
  };
}
