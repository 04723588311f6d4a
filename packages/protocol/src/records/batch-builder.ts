/** Encodes records into one batch: the producer's hot path, by hand. */
import { protocolError } from '../errors.ts';
import type { Codec } from './codec.ts';
import { codecNames } from './codec.ts';
import { crc32c } from './crc32c.ts';
import * as layout from './layout.ts';
import { utf8Length } from './utf8.ts';
import { putVarint, varintSize } from './varint.ts';

const encoder = new TextEncoder();
/** Up to this many characters a loop over ASCII beats the platform's encoder. */
const SHORT_TEXT = 48;
/** Up to this many bytes a loop beats `Uint8Array.set`. */
const SHORT_BYTES = 12;
/** Room kept behind every key and value for what is written without asking: varints and single bytes. */
const SLACK = 24;
const LARGEST_BATCH = 0x7fff_ffff;

/** Settings of a {@link BatchBuilder}. */
export interface BatchBuilderOptions {
  /** Unix time that the records' times are stored relative to; −1 for a batch without times. Default: the first record's. */
  readonly firstTimestampMs?: number;
  /** Size of the first buffer, which grows as needed. Default 16,384. */
  readonly capacityBytes?: number;
  /** The first buffer itself, whatever is in it, instead of a fresh one. It is the builder's until {@link BatchBuilder.finish}. */
  readonly buffer?: Uint8Array;
}

/**
 * Collects records into one batch, encoding each as it comes.
 *
 * Keys and values are copied at once, so callers may reuse their buffers; texts become UTF-8 in place. A builder makes
 * one batch: after {@link finish} it takes nothing more.
 */
export class BatchBuilder {
  private data: Uint8Array;
  private at = layout.EMPTY_BATCH_BYTES;
  private records = 0;
  /** NaN until it is known, which makes the fast path of {@link delta} fail. */
  private firstTimestampMs: number;
  private lastDelta = 0;
  private finished = false;

  /** Throws `wire/unwritable` for a first timestamp that is not a whole number. */
  constructor(options: BatchBuilderOptions = {}) {
    const { firstTimestampMs, capacityBytes = 16_384 } = options;
    if (firstTimestampMs !== undefined && !Number.isSafeInteger(firstTimestampMs)) {
      throw unwritable(`${firstTimestampMs} is not a whole number of milliseconds`);
    }
    this.firstTimestampMs = firstTimestampMs ?? Number.NaN;
    const { buffer } = options;
    this.data =
      buffer !== undefined && buffer.length >= layout.EMPTY_BATCH_BYTES
        ? buffer
        : new Uint8Array(Math.max(capacityBytes, layout.EMPTY_BATCH_BYTES));
  }

  /** Records so far. */
  get count(): number {
    return this.records;
  }

  /** Bytes of the batch so far, not compressed, with its 61 bytes of header and record count. */
  get size(): number {
    return this.at;
  }

  /**
   * Adds one record and returns its index in the batch.
   *
   * @param key - `null` for none, which is not the same as an empty one
   * @param timestampMs - whole milliseconds, within ±2³¹ (24.8 days) of the batch's first, since servers misread larger
   *   distances; where records bring times of their own, ask {@link takesTimestamp} and begin a new batch
   * @throws `wire/unwritable` for such a timestamp, a batch over 2 GiB, a finished builder; the batch is then unchanged
   */
  add(key: Uint8Array | string | null, value: Uint8Array | string, timestampMs: number): number {
    const delta = this.delta(timestampMs);
    this.at = this.write(key, value, delta);
    this.lastDelta = delta;
    return this.records++;
  }

  /**
   * As {@link add}, but leaves the batch unchanged and returns −1 if it would grow over `limitBytes`.
   *
   * Cheaper than asking {@link sizeWith} first, which has to measure texts.
   */
  tryAdd(key: Uint8Array | string | null, value: Uint8Array | string, timestampMs: number, limitBytes: number): number {
    // A text has at least as many bytes as characters, so what is far too large is never encoded.
    if (this.at + value.length + layout.SMALLEST_RECORD_BYTES > limitBytes) return -1;
    const delta = this.delta(timestampMs);
    const end = this.write(key, value, delta);
    if (end > limitBytes) return -1;
    this.at = end;
    this.lastDelta = delta;
    return this.records++;
  }

  /** What {@link size} would be with one more record; its timestamp, by default the last one's, may take some of the bytes. */
  sizeWith(key: Uint8Array | string | null, value: Uint8Array | string, timestampMs?: number): number {
    const delta = timestampMs === undefined ? this.lastDelta : this.distance(timestampMs);
    return this.at + recordSize(key, value, delta, this.records);
  }

  /** Whether {@link add} accepts this timestamp. */
  takesTimestamp(timestampMs: number): boolean {
    const distance = this.distance(timestampMs);
    return Number.isSafeInteger(timestampMs) && distance === (distance | 0);
  }

  /**
   * Completes the batch and returns its bytes, a view of the builder's buffer when not compressed.
   *
   * Base offset 0 (servers assign it), no leader epoch, no producer id; the maximum timestamp is the last record's, as
   * other clients write it.
   *
   * @throws `wire/unwritable` for a batch without records, which would damage a server's log, or a second call
   */
  finish(): Uint8Array;
  /** Completes the batch with a compressed payload; a promise if the codec answers with one. */
  finish(codec: Codec | undefined): Uint8Array | Promise<Uint8Array>;
  finish(codec?: Codec): Uint8Array | Promise<Uint8Array> {
    if (this.finished) throw unwritable('this batch is already finished; make a new builder');
    if (this.records === 0) throw unwritable('a batch must have at least one record');
    const batch = this.data.subarray(0, this.at);
    // The buffer belongs to the caller now. Without one, a later add() has to ask for room and is refused there.
    this.data = new Uint8Array(0);
    this.finished = true;
    const view = new DataView(batch.buffer, batch.byteOffset, layout.EMPTY_BATCH_BYTES);
    view.setUint32(layout.BATCH_HEADER_BYTES, this.records);
    if (codec === undefined) return this.seal(batch, 0);

    const attributes = codecNames.indexOf(codec.name);
    const compressed = codec.compress(batch.subarray(layout.BATCH_HEADER_BYTES));
    return compressed instanceof Uint8Array
      ? this.sealCompressed(compressed, attributes)
      : compressed.then((payload) => this.sealCompressed(payload, attributes));
  }

  private sealCompressed(payload: Uint8Array, attributes: number): Uint8Array {
    const batch = new Uint8Array(layout.BATCH_HEADER_BYTES + payload.length);
    batch.set(payload, layout.BATCH_HEADER_BYTES);
    return this.seal(batch, attributes);
  }

  /** Writes the header in front of the payload that is in place. */
  private seal(batch: Uint8Array, attributes: number): Uint8Array {
    const view = new DataView(batch.buffer, batch.byteOffset, layout.BATCH_HEADER_BYTES);
    view.setBigInt64(layout.BASE_OFFSET_AT, 0n);
    view.setInt32(layout.BATCH_LENGTH_AT, batch.length - layout.UNCOUNTED_BYTES);
    view.setInt32(layout.LEADER_EPOCH_AT, -1);
    view.setInt8(layout.MAGIC_AT, 2);
    view.setInt16(layout.ATTRIBUTES_AT, attributes);
    view.setInt32(layout.LAST_OFFSET_DELTA_AT, this.records - 1);
    view.setBigInt64(layout.FIRST_TIMESTAMP_AT, BigInt(this.firstTimestampMs));
    view.setBigInt64(layout.MAX_TIMESTAMP_AT, BigInt(this.firstTimestampMs + this.lastDelta));
    view.setBigInt64(layout.PRODUCER_ID_AT, -1n);
    view.setInt16(layout.PRODUCER_EPOCH_AT, -1);
    view.setInt32(layout.FIRST_SEQUENCE_AT, -1);
    view.setUint32(layout.CRC_AT, crc32c(batch, layout.ATTRIBUTES_AT));
    return batch;
  }

  /** Milliseconds from the batch's first timestamp, which the first record sets if nothing else has. */
  private delta(timestampMs: number): number {
    const delta = timestampMs - this.firstTimestampMs;
    const whole = delta | 0;
    if (whole === delta) return whole;
    if (!this.takesTimestamp(timestampMs)) {
      throw unwritable(
        `the timestamp ${timestampMs} is not a whole number within 24 days of the batch's first, ${this.firstTimestampMs}; begin a new batch`,
      );
    }
    this.firstTimestampMs = timestampMs;
    return 0;
  }

  private distance(timestampMs: number): number {
    return Number.isNaN(this.firstTimestampMs) ? 0 : timestampMs - this.firstTimestampMs;
  }

  /**
   * Writes one record behind the others and returns where it ends.
   *
   * ```text
   * length varint | attributes i8 | timestampDelta varint | offsetDelta varint
   * key 0, or 1 and rdata | value rdata | headers varint 0          rdata: length varint and bytes
   * ```
   */
  private write(key: Uint8Array | string | null, value: Uint8Array | string, delta: number): number {
    const start = this.at;
    // Exact unless a text is not ASCII: that is the only case in which the body has to move.
    const expected = bodySize(key === null ? -1 : key.length, value.length, delta, this.records);
    this.reserve(start, start + expected);
    const body = start + varintSize(expected);
    const { data } = this;
    data[body] = 0;
    let at = putVarint(data, body + 1, delta);
    at = putVarint(data, at, this.records);
    if (key === null) {
      data[at++] = 0;
    } else {
      data[at++] = 1;
      at = this.put(key, at);
    }
    at = this.put(value, at);
    this.data[at++] = 0;
    const length = at - body;
    if (length === expected) {
      putVarint(this.data, start, length);
      return at;
    }
    const moved = start + varintSize(length) - body;
    if (moved > 0) {
      this.reserve(at, at + moved);
      this.data.copyWithin(body + moved, body, at);
    }
    putVarint(this.data, start, length);
    return at + moved;
  }

  /** Writes a key or a value with its length and returns the position behind it. */
  private put(content: Uint8Array | string, from: number): number {
    const { length } = content;
    this.reserve(from, from + length);
    const { data } = this;
    let at = putVarint(data, from, length);
    if (typeof content !== 'string') {
      if (length > SHORT_BYTES) {
        data.set(content, at);
        return at + length;
      }
      for (let i = 0; i < length; i++) data[at++] = content[i] as number;
      return at;
    }
    if (length <= SHORT_TEXT) {
      for (let i = 0; i < length; i++) {
        const unit = content.charCodeAt(i);
        if (unit > 0x7f) return this.putText(content, from);
        data[at++] = unit;
      }
      return at;
    }
    return this.putText(content, from);
  }

  /** Encodes a text behind the length it has if it is ASCII, and moves it if that takes another number of bytes. */
  private putText(text: string, from: number): number {
    const begin = from + varintSize(text.length);
    let { read, written } = encoder.encodeInto(text, this.data.subarray(begin));
    if (read < text.length) {
      const rest = text.slice(read);
      this.reserve(begin + written, begin + written + rest.length * 3);
      written += encoder.encodeInto(rest, this.data.subarray(begin + written)).written;
    }
    const moved = varintSize(written) - varintSize(text.length);
    this.reserve(begin + written, begin + written + moved);
    if (moved > 0) this.data.copyWithin(begin + moved, begin, begin + written);
    putVarint(this.data, from, written);
    return begin + moved + written;
  }

  /** Makes room up to `end` and a little more, keeping the first `used` bytes. */
  private reserve(used: number, end: number): void {
    if (end + SLACK > this.data.length) this.grow(used, end + SLACK);
  }

  private grow(used: number, needed: number): void {
    if (this.finished) throw unwritable('this batch is already finished; make a new builder');
    if (needed > LARGEST_BATCH) throw unwritable('a batch must stay under 2 GiB');
    const grown = new Uint8Array(Math.min(Math.max(needed, this.data.length * 2), LARGEST_BATCH));
    grown.set(this.data.subarray(0, used));
    this.data = grown;
  }
}

/** Encoded bytes of one record, its own length included; texts count as UTF-8. */
export function recordSize(
  key: Uint8Array | string | null,
  value: Uint8Array | string,
  timestampDelta = 0,
  index = 0,
): number {
  const body = bodySize(key === null ? -1 : byteLength(key), byteLength(value), timestampDelta, index);
  return varintSize(body) + body;
}

/** Bytes of a record behind its length: attributes, key tag and headers take one each. `keyLength` is −1 for no key. */
function bodySize(keyLength: number, valueLength: number, delta: number, index: number): number {
  const keySize = keyLength < 0 ? 0 : varintSize(keyLength) + keyLength;
  return 3 + varintSize(delta) + varintSize(index) + keySize + varintSize(valueLength) + valueLength;
}

function byteLength(content: Uint8Array | string): number {
  return typeof content === 'string' ? utf8Length(content) : content.length;
}

function unwritable(what: string): Error {
  return protocolError('wire/unwritable', { what });
}
