/** Bytes, text and JSON. */
import { jsonReplacer } from '@fluvio-ts/protocol';
import { reasonOf, serdeError } from './errors.ts';
import type { Serde } from './serde.ts';

/** Bytes as they are. What is read is a view of the record: copy what you keep. */
export function bytes(): Serde<Uint8Array> {
  return { encode: (value) => value, decode: (view) => view };
}

/** UTF-8 text. @throws `serde/malformed` for bytes that are not UTF-8 */
export function text(): Serde<string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return {
    encode: (value) => value,
    decode(view) {
      try {
        return utf8.decode(view);
      } catch (error) {
        throw serdeError('serde/malformed', { format: 'UTF-8 text', reason: 'a byte does not belong there' }, error);
      }
    },
  };
}

/** How {@link json} reads and writes. */
export interface JsonOptions {
  /** As of `JSON.stringify`: changes values as they are written. Default: a bigint is written as a number if that is exact, else as text. */
  readonly replacer?: (this: unknown, key: string, value: unknown) => unknown;
  /** As of `JSON.parse`: changes values as they are read. Default none. */
  readonly reviver?: (this: unknown, key: string, value: unknown) => unknown;
}

/**
 * JSON. The type is your word for it, since nothing is checked: put {@link validated} around it where others produce, too.
 *
 * @throws `serde/unwritable` for what JSON has no form for, `serde/malformed`
 */
export function json<T = unknown>(options: JsonOptions = {}): Serde<T> {
  const { replacer = jsonReplacer, reviver } = options;
  const utf8 = text();
  return {
    encode(value) {
      let written: string | undefined;
      try {
        written = JSON.stringify(value, replacer);
      } catch (error) {
        throw serdeError('serde/unwritable', { format: 'JSON', reason: reasonOf(error) }, error);
      }
      if (written !== undefined) return written;
      throw serdeError('serde/unwritable', { format: 'JSON', reason: `it has no form for ${typeof value}` });
    },
    decode(view, place) {
      const read = utf8.decode(view, place);
      try {
        return JSON.parse(read, reviver) as T;
      } catch (error) {
        throw serdeError('serde/malformed', { format: 'JSON', reason: reasonOf(error) }, error);
      }
    },
  };
}
