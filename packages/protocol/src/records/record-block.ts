/** The decompressed payload of a batch: a record count and the records. */
import { protocolError } from '../errors.ts';
import { plain } from './bytes.ts';
import * as layout from './layout.ts';
import type { RecordOrigin } from './record.ts';
import { WireRecord } from './record.ts';
import { RecordCursor } from './record-cursor.ts';

const COUNT_BYTES = 4;

/**
 * The records of one batch, decoded as they are iterated.
 *
 * Iterating yields a {@link WireRecord} per record; {@link cursor} steps through them without making objects.
 */
export class RecordBlock {
  /** The record count and the records, not compressed. */
  readonly payload: Uint8Array;
  /** What places and times of the records are relative to. */
  readonly origin: RecordOrigin;
  /** How many records there are. */
  readonly length: number;

  /**
   * Wraps a payload, as it is found in a batch or handed to a SmartModule.
   *
   * @throws `wire/truncated` or `wire/invalid` if it is too short for the number of records that it announces
   */
  constructor(payload: Uint8Array, origin: RecordOrigin) {
    if (payload.length < COUNT_BYTES) {
      throw protocolError('wire/truncated', { at: 0, wanted: COUNT_BYTES, size: payload.length });
    }
    const length = new DataView(payload.buffer, payload.byteOffset, COUNT_BYTES).getUint32(0);
    const space = payload.length - COUNT_BYTES;
    if (length * layout.SMALLEST_RECORD_BYTES > space) {
      throw protocolError('wire/invalid', { what: `${length} records do not fit into ${space} bytes`, at: 0 });
    }
    this.payload = plain(payload);
    this.origin = origin;
    this.length = length;
  }

  /** A cursor before the first record. */
  cursor(): RecordCursor {
    return new RecordCursor(this.payload, COUNT_BYTES, this.length);
  }

  /**
   * The records in order. Damage is met when its record is: the ones before it have been handed out by then.
   *
   * @throws `wire/truncated` or `wire/invalid`
   */
  [Symbol.iterator](): Iterator<WireRecord, undefined> {
    const { payload, origin } = this;
    const cursor = this.cursor();
    // By hand, because a generator takes half as long again.
    return {
      next: () =>
        cursor.next()
          ? { done: false, value: new WireRecord(payload, origin, cursor) }
          : { done: true, value: undefined },
    };
  }
}
