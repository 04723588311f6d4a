/** Points in time as people write them: how long ago, or when. */
import { duration } from './duration.ts';

/** Reads `10m`, `2024-02-01`, `2024-02-01T12:30:00Z` as Unix milliseconds. A date without a zone is in the local one. */
export function moment(text: string): number {
  const given = text.trim();
  if (/^\d{4}-\d{2}-\d{2}/.test(given)) {
    // Without a time of day, the language takes a date for one of UTC.
    const time = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(given) ? `${given}T00:00` : given.replace(' ', 'T'));
    if (Number.isFinite(time)) return time;
    throw new TypeError(`'${text}' is no date: write it like 2024-02-01T12:30:00Z`);
  }
  try {
    return Date.now() - duration(given);
  } catch {
    throw new TypeError(`'${text}' is neither a duration such as 10m nor a date such as 2024-02-01T12:30:00Z`);
  }
}
