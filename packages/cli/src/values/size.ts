/** Sizes in bytes as people write them: `4096`, `10MiB`, `2 Ki`, `1.5GB`. */

const KILO = 1000;
const KIBI = 1024;

const POWERS: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** Reads a size: `kB`, `MB`, … (or `k`, `m`, …) count in thousands, `KiB`, `Ki`, `MiB`, … in 1024. */
export function size(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?)(b?)\s*$/i.exec(text);
  const power = POWERS[match?.[2]?.toLowerCase() ?? ''];
  const binary = match?.[3] !== undefined && match[3] !== '';
  const bytes = match === null || power === undefined ? Number.NaN : Number(match[1]) * (binary ? KIBI : KILO) ** power;
  const whole = Math.round(bytes);
  if (Number.isSafeInteger(whole) && !(binary && power === 0)) return whole;
  throw new TypeError(`'${text}' is not a size: write bytes, or a unit such as 64KiB, 10MB, 1GiB`);
}

/** Reads a size of at least `min` bytes. */
export const sizeFrom =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const bytes = size(text);
    if (bytes < min) throw new TypeError(`'${text}' is less than the least possible, ${min} bytes`);
    if (bytes > max) throw new TypeError(`'${text}' is more than the most possible, ${max} bytes`);
    return bytes;
  };

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** Writes a size with one decimal, in thousands: `0 B`, `296 B`, `1.2 KB`. */
export function formatSize(bytes: number): string {
  let unit = 0;
  let shown = bytes;
  while (shown >= KILO && unit < UNITS.length - 1) {
    shown /= KILO;
    unit++;
  }
  return unit === 0 ? `${shown} B` : `${shown.toFixed(1)} ${UNITS[unit]}`;
}
