/** Parts of frames, and how they are collected while a frame is read. */
import type { Codecs } from '../records/codec.ts';
import type { Reader } from '../wire/reader.ts';
import type { Json } from './json.ts';
import { toJson } from './json.ts';

/** Some bytes of a frame and what they say. */
export interface Part {
  /**
   * Name of the field, `[index]` of a list's item, the key of a map's value; or what the bytes are for: `present`,
   * `count`, `tag`, `label`, `size`, `key`, `length`.
   */
  readonly name: string;
  /** The schema's word for it: `u32`, `string`, `list`, `struct`, …; `raw` for bytes that say nothing. */
  readonly type: string;
  /** Position of the first byte in the frame, whose own length is not counted. */
  readonly from: number;
  /** Position behind the last byte. */
  readonly to: number;
  /** What the bytes say; absent where {@link parts} say it. */
  readonly value?: Json;
  /** What it consists of, in the order of the bytes. */
  readonly parts?: readonly Part[];
}

/** How much is shown of what may be large. */
export interface ShowOptions {
  /** Bytes of each field of bytes, and of each key and value. Default 64. */
  readonly maxBytes?: number;
  /** Records of each batch. Default 20. */
  readonly maxRecords?: number;
  /** Open compressed batches; one that answers with a promise cannot. Default none: such batches stay closed. */
  readonly codecs?: Codecs;
}

/** Where the next part goes. */
export interface Place {
  readonly reader: Reader;
  readonly parts: Part[];
  readonly show: Required<ShowOptions>;
  /** What record sets say, by the bytes that they were read as. */
  readonly recordSets: Map<Uint8Array, Json>;
}

/** Options with their defaults. */
export function shown({ maxBytes = 64, maxRecords = 20, codecs = {} }: ShowOptions = {}): Required<ShowOptions> {
  return { maxBytes, maxRecords, codecs };
}

/** Reads something that has no parts of its own. What cannot be read is left to be read. */
export function leaf<T>(
  place: Place,
  name: string,
  type: string,
  read: () => T,
  show: (value: T) => unknown = same,
): T {
  const { reader } = place;
  const from = reader.at;
  try {
    const value = read();
    place.parts.push({ name, type, from, to: reader.at, value: toJson(show(value), place.show.maxBytes) });
    return value;
  } catch (error) {
    reader.at = from;
    throw error;
  }
}

const same = (value: unknown): unknown => value;

/** Reads something that has parts. They are kept also when a later one cannot be read. */
export function group<T>(place: Place, name: string, type: string, read: (inner: Place) => T): T {
  const { reader } = place;
  const part = { name, type, from: reader.at, to: reader.at, parts: [] as Part[] };
  place.parts.push(part);
  try {
    return read({ ...place, parts: part.parts });
  } finally {
    part.to = reader.at;
  }
}
