/** Durations as texts, `5s 250ms`, in the grammar of the humantime library that makes Fluvio's JSON. */
import { type Shape, unexpected } from './shape.ts';

/** What the wire's durations are. */
interface Duration {
  readonly seconds: bigint;
  readonly nanos: number;
}

const SECOND = 1_000_000_000n;

/** Units in nanoseconds, as they are written. Years and months are Julian means, so that they are exact. */
const UNITS: readonly (readonly [name: string, nanos: bigint, plural: boolean])[] = [
  ['year', 31_557_600n * SECOND, true],
  ['month', 2_630_016n * SECOND, true],
  ['day', 86_400n * SECOND, true],
  ['h', 3_600n * SECOND, false],
  ['m', 60n * SECOND, false],
  ['s', SECOND, false],
  ['ms', 1_000_000n, false],
  ['us', 1_000n, false],
  ['ns', 1n, false],
];

/** Names of units that are read, by the unit as it is written. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  year: ['years', 'year', 'y'],
  month: ['months', 'month', 'M'],
  week: ['weeks', 'week', 'w'],
  day: ['days', 'day', 'd'],
  h: ['hours', 'hour', 'hrs', 'hr', 'h'],
  m: ['minutes', 'minute', 'mins', 'min', 'm'],
  s: ['seconds', 'second', 'secs', 'sec', 's'],
  ms: ['millis', 'msec', 'ms'],
  us: ['usec', 'us'],
  ns: ['nanos', 'nsec', 'ns'],
};

const NANOS = new Map<string, bigint>(
  Object.entries(NAMES).flatMap(([unit, names]) => {
    const nanos = UNITS.find(([name]) => name === unit)?.[1] ?? 7n * 86_400n * SECOND;
    return names.map((name): [string, bigint] => [name, nanos]);
  }),
);

const LARGEST = 2n ** 64n * SECOND - 1n;

/** A duration as text. */
export const humantime: Shape<Duration> = {
  to({ seconds, nanos }) {
    let rest = seconds * SECOND + BigInt(nanos);
    const parts: string[] = [];
    for (const [name, unit, plural] of UNITS) {
      const count = rest / unit;
      rest %= unit;
      if (count > 0n) parts.push(`${count}${name}${plural && count > 1n ? 's' : ''}`);
    }
    return parts.length === 0 ? '0s' : parts.join(' ');
  },
  from(json, path) {
    const fail = (): Error => unexpected(path, "a duration, such as '5s' or '2h 30m'", json);
    if (typeof json !== 'string' || !/^\s*(\d+\s*[A-Za-z]+\s*)+$/.test(json)) throw fail();
    let total = 0n;
    for (const [, count, name] of json.matchAll(/(\d+)\s*([A-Za-z]+)/g)) {
      const unit = NANOS.get(name ?? '');
      if (unit === undefined || count === undefined) throw fail();
      total += BigInt(count) * unit;
    }
    if (total > LARGEST) throw fail();
    return { seconds: total / SECOND, nanos: Number(total % SECOND) };
  },
};
