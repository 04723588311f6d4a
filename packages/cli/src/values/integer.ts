/** Whole numbers as options. */

/** Reads a whole number from `min` to `max`. */
export const integer =
  (min = 0, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new TypeError(`'${text}' is not a whole number ${range}`);
  };

const LARGEST_OFFSET = 2n ** 63n - 1n;

/** Reads an offset: a whole number of any size that fits into 63 bits. */
export function offset(text: string): bigint {
  if (/^\d{1,19}$/.test(text)) {
    const number = BigInt(text);
    if (number <= LARGEST_OFFSET) return number;
  }
  throw new TypeError(`'${text}' is not an offset: a whole number from 0`);
}
