/** One record as a reader sees it: places in a payload, cut out only when asked. */
import type { RecordPlace } from './record-cursor.ts';
import { decodeUtf8 } from './utf8.ts';

/** What the records of one batch have in common. */
export interface RecordOrigin {
  /** Offset of the batch's first record. */
  readonly baseOffset: bigint;
  /** Unix milliseconds that timestamp deltas count from; 0 or less if the batch has no times. */
  readonly firstTimestampMs: number;
}

/**
 * One record, as a view over the payload it came in.
 *
 * {@link key} and {@link value} are made on every access and keep the whole payload in memory; {@link copy} gives a
 * record of its own to keepers.
 */
export class WireRecord {
  /** Position in the batch, from 0. */
  readonly index: number;
  /** The offset delta as stored; see {@link offset}. */
  readonly offsetDelta: number;
  private readonly data: Uint8Array;
  private readonly origin: RecordOrigin;
  private readonly timestampDelta: number;
  private readonly keyStart: number;
  private readonly keyEnd: number;
  private readonly valueStart: number;
  private readonly valueEnd: number;

  /** @internal `RecordBlock` makes records. */
  constructor(data: Uint8Array, origin: RecordOrigin, place: RecordPlace) {
    this.data = data;
    this.origin = origin;
    this.index = place.index;
    this.timestampDelta = place.timestampDelta;
    this.offsetDelta = place.offsetDelta;
    this.keyStart = place.keyStart;
    this.keyEnd = place.keyEnd;
    this.valueStart = place.valueStart;
    this.valueEnd = place.valueEnd;
  }

  /**
   * Offset in the partition: the batch's base offset plus {@link index}, as official clients report it.
   *
   * {@link offsetDelta} is the same number in every batch that a producer made. In one that a SmartModule made, records may
   * be missing in between, so that the index is too small, while the deltas of records from any but the first source batch
   * are shifted the wrong way, even below zero. Such offsets are approximate: resume from the next offset of the answer.
   */
  get offset(): bigint {
    return this.origin.baseOffset + BigInt(this.index);
  }

  /** Unix milliseconds; −1 if the batch has no times, as after a SmartModule. */
  get timestampMs(): number {
    const { firstTimestampMs } = this.origin;
    return firstTimestampMs > 0 ? firstTimestampMs + this.timestampDelta : -1;
  }

  /** A view of the key; `null` for a record without one, which is not the same as an empty key. */
  get key(): Uint8Array | null {
    return this.keyStart < 0 ? null : this.data.subarray(this.keyStart, this.keyEnd);
  }

  /** A view of the value. */
  get value(): Uint8Array {
    return this.data.subarray(this.valueStart, this.valueEnd);
  }

  /** Bytes of key and value. */
  get size(): number {
    return this.keyEnd - this.keyStart + this.valueEnd - this.valueStart;
  }

  /** The value as text. Throws `wire/invalid` if it is not UTF-8. */
  text(): string {
    return decodeUtf8(this.data, this.valueStart, this.valueEnd, 'the value of a record');
  }

  /** The key as text, `null` for none. Throws `wire/invalid` if it is not UTF-8. */
  keyText(): string | null {
    return this.keyStart < 0 ? null : decodeUtf8(this.data, this.keyStart, this.keyEnd, 'the key of a record');
  }

  /** The same record over bytes of its own, which keeps nothing else in memory. */
  copy(): WireRecord {
    const { index, timestampDelta, offsetDelta, keyStart, keyEnd, valueStart, valueEnd } = this;
    const keySize = keyEnd - keyStart;
    const data = new Uint8Array(this.size);
    if (keySize > 0) data.set(this.data.subarray(keyStart, keyEnd));
    data.set(this.data.subarray(valueStart, valueEnd), keySize);
    return new WireRecord(data, this.origin, {
      index,
      timestampDelta,
      offsetDelta,
      keyStart: keyStart < 0 ? -1 : 0,
      keyEnd: keyStart < 0 ? -1 : keySize,
      valueStart: keySize,
      valueEnd: data.length,
    });
  }
}
