/**
 * The one mapping between 64-bit integers and JSON: a number where JSON's readers keep it exact, digits in a string
 * beyond. Admin, CLI and REST all use it, so that an offset looks the same everywhere.
 */

const LARGEST_EXACT = BigInt(Number.MAX_SAFE_INTEGER);
const SMALLEST_I64 = -(2n ** 63n);
const LARGEST_U64 = 2n ** 64n - 1n;

/** A 64-bit integer for JSON: a number from −(2^53 − 1) to 2^53 − 1, else its decimal digits as a string. */
export function int64ToJson(value: bigint): number | string {
  return value >= -LARGEST_EXACT && value <= LARGEST_EXACT ? Number(value) : value.toString();
}

/**
 * For `JSON.stringify`, which throws at a bigint: `JSON.stringify(result, jsonReplacer)` writes offsets as {@link int64ToJson}
 * has them.
 */
export function jsonReplacer(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? int64ToJson(value) : value;
}

/**
 * Reads what {@link int64ToJson} writes; digits in a string are accepted at any size.
 *
 * @throws TypeError when the value is not a whole number, is a number that JSON's readers have rounded (beyond
 * 2^53 − 1), or lies outside −2^63 … 2^64 − 1
 */
export function int64FromJson(json: unknown): bigint {
  if (typeof json === 'number' && Number.isInteger(json)) {
    if (!Number.isSafeInteger(json)) {
      throw new TypeError(`${json} is beyond what a JSON number holds exactly: write its digits as a string`);
    }
    return BigInt(json);
  }
  if (typeof json === 'string' && /^-?\d{1,20}$/.test(json)) {
    const value = BigInt(json);
    if (value >= SMALLEST_I64 && value <= LARGEST_U64) return value;
    throw new TypeError(`${json} does not fit into 64 bits`);
  }
  const shown = typeof json === 'string' ? `'${json}'` : json === null ? 'null' : String(json);
  throw new TypeError(`${shown} is not a whole number, nor the digits of one`);
}
