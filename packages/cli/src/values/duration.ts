/** Durations as people write them (`150ms`, `7d`, `1h 30m`), in the units and the notation of the official command line. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 2_630_016 * SECOND;
const YEAR = 31_557_600 * SECOND;

const UNITS: ReadonlyMap<string, number> = new Map(
  (
    [
      ['ms msec millis millisecond milliseconds', 1],
      ['s sec secs second seconds', SECOND],
      ['m min mins minute minutes', MINUTE],
      ['h hr hrs hour hours', HOUR],
      ['d day days', DAY],
      ['w wk wks week weeks', 7 * DAY],
      ['M month months', MONTH],
      ['y yr yrs year years', YEAR],
    ] as const
  ).flatMap(([names, ms]) => names.split(' ').map((name) => [name, ms] as const)),
);

const PART = /\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)/y;

/** Reads a duration as milliseconds. A number needs its unit, except 0. */
export function duration(text: string): number {
  const given = text.trim();
  if (given === '0') return 0;
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < given.length) {
    const match = PART.exec(given);
    const unit = match?.[2] ?? '';
    const ms = UNITS.get(unit) ?? (unit === 'M' ? undefined : UNITS.get(unit.toLowerCase()));
    if (match === null || ms === undefined) throw new TypeError(reason(text));
    total += Number(match[1]) * ms;
  }
  if (given === '' || !Number.isFinite(total)) throw new TypeError(reason(text));
  return total;
}

const reason = (text: string): string =>
  `'${text}' is not a duration: write a number with a unit, such as 500ms, 10s, 5m, 1h 30m, 7d`;

/** Reads a duration in whole seconds. */
export function wholeSeconds(text: string): number {
  const ms = duration(text);
  if (ms % SECOND !== 0) throw new TypeError(`'${text}' is not a whole number of seconds`);
  return ms / SECOND;
}

const NAMES = [
  ['year', YEAR, 'years'],
  ['month', MONTH, 'months'],
  ['day', DAY, 'days'],
  ['h', HOUR, 'h'],
  ['m', MINUTE, 'm'],
  ['s', SECOND, 's'],
  ['ms', 1, 'ms'],
] as const;

/** Writes a duration exactly: `7days`, `1h 30m`, `0s`. */
export function formatDuration(ms: number): string {
  const parts: string[] = [];
  let rest = Math.round(ms);
  for (const [one, size, several] of NAMES) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${count === 1 ? one : several}`);
  }
  return parts.length === 0 ? '0s' : parts.join(' ');
}

/** Writes how long something took, roughly: `850 ms`, `12.3 s`, `4m 10s`. */
export function formatElapsed(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  return formatDuration(Math.round(ms / SECOND) * SECOND);
}
