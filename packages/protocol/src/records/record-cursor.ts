/** Steps through encoded records without making objects: the consumer's hot path, by hand. */
import { protocolError } from '../errors.ts';

/** Bytes of a 64-bit number; none that ends later can be right. */
const LONGEST_VARINT = 10;

/** Where the parts of one record lie in its block's payload. */
export interface RecordPlace {
  /** Position in the batch, from 0. */
  readonly index: number;
  /** Milliseconds since the batch's first timestamp. */
  readonly timestampDelta: number;
  /** The offset delta as stored. Equals {@link index} but in batches that a SmartModule made. */
  readonly offsetDelta: number;
  /** Where the key begins; −1 for no key. */
  readonly keyStart: number;
  /** Where the key ends; −1 for no key. */
  readonly keyEnd: number;
  /** Where the value begins. */
  readonly valueStart: number;
  /** Where the value ends. */
  readonly valueEnd: number;
}

/**
 * A cursor over the records of a block, for readers that make their own record objects.
 *
 * ```ts
 * const cursor = block.cursor();
 * while (cursor.next()) use(block.payload.subarray(cursor.valueStart, cursor.valueEnd));
 * ```
 *
 * Its fields describe the current record and change with every {@link next}.
 */
export class RecordCursor implements RecordPlace {
  index = -1;
  timestampDelta = 0;
  offsetDelta = 0;
  keyStart = -1;
  keyEnd = -1;
  valueStart = 0;
  valueEnd = 0;
  private readonly data: Uint8Array;
  private readonly count: number;
  private at: number;
  /** Where the number that {@link varint} read last ends. */
  private after = 0;

  /** @internal `RecordBlock.cursor()` makes cursors. */
  constructor(data: Uint8Array, at: number, count: number) {
    this.data = data;
    this.at = at;
    this.count = count;
  }

  /**
   * Moves to the next record; false behind the last one.
   *
   * Every record must fill exactly the length it announces, and the records exactly the payload: anything else means
   * damage or loss, and then this and every later call throws.
   *
   * @throws `wire/truncated` or `wire/invalid`
   */
  next(): boolean {
    const { data } = this;
    const index = this.index + 1;
    let at = this.at;
    if (index >= this.count) {
      if (at !== data.length) {
        throw protocolError('wire/invalid', { what: `${data.length - at} bytes follow the last record`, at });
      }
      return false;
    }

    const length = this.varint(at, data.length);
    at = this.after;
    const end = at + length;
    if (length < 0) throw this.invalid('a record has a negative length', this.at);
    if (end > data.length) throw truncated(at, length, data.length);
    // The attributes say nothing.
    at += 1;

    // Deltas of one byte and the key's tag are read without asking whether the record goes on: the length of its value
    // follows, which asks, so no record gets by that ends too soon. Behind the payload `byte` is undefined, hence not
    // below 0x80.
    let byte = data[at] as number;
    let timestampDelta: number;
    if (byte < 0x80) {
      timestampDelta = (byte >>> 1) ^ -(byte & 1);
      at += 1;
    } else {
      timestampDelta = this.varint(at, end);
      at = this.after;
    }

    byte = data[at] as number;
    let offsetDelta: number;
    if (byte < 0x80) {
      offsetDelta = (byte >>> 1) ^ -(byte & 1);
      at += 1;
    } else {
      offsetDelta = this.varint(at, end);
      at = this.after;
    }

    const hasKey = data[at] as number;
    at += 1;
    let keyStart = -1;
    let keyEnd = -1;
    if (hasKey !== 0) {
      if (hasKey !== 1) throw this.invalid('a record does not say whether it has a key (0 or 1)', at - 1);
      keyEnd = this.content(at, end);
      keyStart = this.after;
      at = keyEnd;
    }
    const valueEnd = this.content(at, end);
    const valueStart = this.after;
    at = valueEnd;

    // The header count is a bare number, always 0.
    if (data[at] !== 0 || at + 1 !== end) {
      this.varint(at, end);
      at = this.after;
      if (at !== end) throw this.invalid(`a record ends ${end - at} bytes before its announced length`, at);
    }

    this.at = end;
    this.index = index;
    this.timestampDelta = timestampDelta;
    this.offsetDelta = offsetDelta;
    this.keyStart = keyStart;
    this.keyEnd = keyEnd;
    this.valueStart = valueStart;
    this.valueEnd = valueEnd;
    return true;
  }

  /** Reads the length of a key or value, leaves its start in `after`, and returns its end. */
  private content(at: number, end: number): number {
    const length = this.varint(at, end);
    if (length < 0) throw this.invalid('a key or value has a negative length', at);
    if (length > end - this.after) throw truncated(this.after, length, end);
    return this.after + length;
  }

  /** Reads a number that must end by `end` and leaves its own end in `after`; one or two bytes without a loop. */
  private varint(at: number, end: number): number {
    if (at + 1 < end) {
      const { data } = this;
      const low = data[at] as number;
      if (low < 0x80) {
        this.after = at + 1;
        return (low >>> 1) ^ -(low & 1);
      }
      const high = data[at + 1] as number;
      if (high < 0x80) {
        const zigzag = (low & 0x7f) | (high << 7);
        this.after = at + 2;
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
    }
    return this.longVarint(at, end);
  }

  private longVarint(at: number, end: number): number {
    let zigzag = 0;
    let scale = 1;
    for (let i = 0; i < LONGEST_VARINT; i++) {
      if (at + i >= end) throw truncated(at + i, 1, end);
      const byte = this.data[at + i] as number;
      zigzag += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (zigzag > Number.MAX_SAFE_INTEGER) break;
        this.after = at + i + 1;
        return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      }
      scale *= 128;
    }
    throw this.invalid('a number is longer than 53 bits', at);
  }

  private invalid(what: string, at: number): Error {
    return protocolError('wire/invalid', { what: `${what}, in record ${this.index + 1} of ${this.count}`, at });
  }
}

function truncated(at: number, wanted: number, size: number): Error {
  return protocolError('wire/truncated', { at, wanted, size });
}
