/** The table that is computed from the stream: places, inhabitants and the largest place of each country. */
import type { Place } from './cities.ts';

/** What is known of a country so far. */
interface Country {
  places: number;
  inhabitants: number;
  largest: Place | undefined;
}

/** Grows with every record. */
export interface Countries {
  add(country: string, place: Place): void;
  /** Lines of a table with the `count` countries that have most inhabitants. */
  table(count: number): string[];
}

const number = new Intl.NumberFormat('en-US');

/** Makes an empty table. */
export function countries(): Countries {
  const byCode = new Map<string, Country>();
  return {
    add(code, place) {
      let country = byCode.get(code);
      if (country === undefined) {
        country = { places: 0, inhabitants: 0, largest: undefined };
        byCode.set(code, country);
      }
      country.places++;
      country.inhabitants += place.population;
      if (place.population > (country.largest?.population ?? -1)) country.largest = place;
    },
    table(count) {
      const most = [...byCode].sort(([, a], [, b]) => b.inhabitants - a.inhabitants).slice(0, count);
      return [
        row('country', 'places', 'inhabitants', 'largest place'),
        ...most.map(([code, { places, inhabitants, largest }]) =>
          row(
            code,
            number.format(places),
            number.format(inhabitants),
            largest === undefined ? '' : `${largest.name} (${number.format(largest.population)})`,
          ),
        ),
      ];
    },
  };
}

const row = (country: string, places: string, inhabitants: string, largest: string): string =>
  `  ${country.padEnd(8)}${places.padStart(8)}${inhabitants.padStart(16)}   ${largest}`;
