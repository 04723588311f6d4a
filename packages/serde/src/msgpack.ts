/**
 * MessagePack that every library reads. Needs nothing else to be installed.
 *
 * @packageDocumentation
 */
import { type Options, Packr } from 'msgpackr';
import { reasonOf, serdeError } from './errors.ts';
import type { Serde } from './serde.ts';

/** How {@link msgpack} reads. */
export interface MsgpackOptions {
  /** How 64-bit integers are read. `auto` (default): as a number where that is exact, else as a bigint. */
  readonly int64?: 'auto' | 'bigint' | 'number';
}

/**
 * MessagePack, about twice as fast as JSON on small values, and with bytes and dates. Every library reads what it writes, since
 * msgpackr's own extensions are not used; fields that are undefined are left out, as in JSON.
 *
 * The type is your word for it, since nothing is checked: put `validated` around it where others produce, too.
 *
 * @throws `serde/unwritable`, `serde/malformed`
 */
export function msgpack<T = unknown>({ int64 = 'auto' }: MsgpackOptions = {}): Serde<T> {
  // Its types lack `auto` and `skipValues`, which it has.
  const settings: Options & { readonly skipValues: readonly unknown[] } = {
    useRecords: false,
    mapsAsObjects: true,
    variableMapSize: true,
    int64AsType: int64 as 'bigint',
    // MessagePack knows no undefined, and msgpackr's extension for it is read by nobody else: as in JSON, such fields are left out.
    skipValues: [undefined],
    encodeUndefinedAsNil: true,
  };
  const packr = new Packr(settings);
  return {
    encode(value) {
      try {
        // A view of a buffer that is used again for the next value.
        return packr.pack(value).slice();
      } catch (error) {
        throw serdeError('serde/unwritable', { format: 'MessagePack', reason: reasonOf(error) }, error);
      }
    },
    decode(view) {
      if (view.length === 0) throw serdeError('serde/malformed', { format: 'MessagePack', reason: 'there are none' });
      try {
        return packr.unpack(view) as T;
      } catch (error) {
        throw serdeError('serde/malformed', { format: 'MessagePack', reason: reasonOf(error) }, error);
      }
    },
  };
}
