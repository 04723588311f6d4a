/** Writes primitives into one growing buffer; large values are not copied into it but handed on as they are. */
import { protocolError } from '../errors.ts';
import { wrongType } from './unwritable.ts';

const utf8 = new TextEncoder();
const SHORT_TEXT = 32;
/** Servers read a text's length as i16, so longer ones come back empty and derail the rest. */
const LONGEST_TEXT = 32_767;

/** Room kept behind a large value, so that the few bytes after it do not make the buffer grow again. */
const SPARE = 128;

/** From this size on, bytes are handed on instead of copied: a chunk more costs less than moving them. */
const LARGE_BYTES = 4_096;

/** Bytes that stand between two parts of the buffer. */
interface Inset {
  /** Where in the buffer they belong. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * A cursor that writes; {@link Writer.finish} gives the bytes, {@link Writer.chunks} without copying large ones.
 *
 * A value that does not fit, or is of another type, is a FluvioError `wire/unwritable`.
 */
export class Writer {
  private data: Uint8Array;
  private view: DataView;
  private at = 0;
  private insets: Inset[] | undefined;
  private insetBytes = 0;

  constructor(capacity = 256) {
    this.data = new Uint8Array(capacity);
    this.view = new DataView(this.data.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.at + this.insetBytes;
  }

  /** An unsigned byte. */
  u8(value: number): void {
    const at = this.room(1);
    this.data[at] = this.integer(value, 0, 0xff, 'u8');
  }
  /** A signed byte. */
  i8(value: number): void {
    const at = this.room(1);
    this.view.setInt8(at, this.integer(value, -0x80, 0x7f, 'i8'));
  }
  /** Unsigned, 2 bytes, big-endian. */
  u16(value: number): void {
    const at = this.room(2);
    this.view.setUint16(at, this.integer(value, 0, 0xffff, 'u16'));
  }
  /** Signed, 2 bytes, big-endian. */
  i16(value: number): void {
    const at = this.room(2);
    this.view.setInt16(at, this.integer(value, -0x8000, 0x7fff, 'i16'));
  }
  /** Unsigned, 4 bytes, big-endian. */
  u32(value: number): void {
    const at = this.room(4);
    this.view.setUint32(at, this.integer(value, 0, 0xffff_ffff, 'u32'));
  }
  /** Signed, 4 bytes, big-endian. */
  i32(value: number): void {
    const at = this.room(4);
    this.view.setInt32(at, this.integer(value, -0x8000_0000, 0x7fff_ffff, 'i32'));
  }
  /** Unsigned, 8 bytes, big-endian. */
  u64(value: bigint): void {
    if (typeof value !== 'bigint') throw wrongType(value, 'a bigint');
    if (BigInt.asUintN(64, value) !== value) throw this.unwritable(`${value} does not fit into u64`);
    const at = this.room(8);
    this.view.setBigUint64(at, value);
  }
  /** Signed, 8 bytes, big-endian. */
  i64(value: bigint): void {
    if (typeof value !== 'bigint') throw wrongType(value, 'a bigint');
    if (BigInt.asIntN(64, value) !== value) throw this.unwritable(`${value} does not fit into i64`);
    const at = this.room(8);
    this.view.setBigInt64(at, value);
  }
  /** One byte, 0 or 1. Only a boolean is taken, since anything else may be a field that was forgotten. */
  bool(value: boolean): void {
    if (typeof value !== 'boolean') throw wrongType(value, 'a boolean');
    const at = this.room(1);
    this.data[at] = value ? 1 : 0;
  }

  /** A u16 byte length and UTF-8, at most 32,767 bytes. */
  string(value: string): void {
    if (typeof value !== 'string') throw wrongType(value, 'a text');
    const lengthAt = this.room(2);
    if (value.length <= SHORT_TEXT && this.ascii(value)) {
      this.view.setUint16(lengthAt, value.length);
      return;
    }
    if (/\p{Surrogate}/u.test(value)) throw this.unwritable('a text holds one half of a surrogate pair');
    const bytes = utf8.encode(value);
    if (bytes.length > LONGEST_TEXT) {
      throw this.unwritable(`a text of ${bytes.length} bytes is over the wire's limit of ${LONGEST_TEXT}`);
    }
    this.view.setUint16(lengthAt, bytes.length);
    this.bytes(bytes);
  }

  /** Raw bytes without a length. Leave large ones as they are until the message is on its way: they are not copied. */
  bytes(value: Uint8Array): void {
    if (value?.BYTES_PER_ELEMENT !== 1) throw wrongType(value, 'bytes');
    if (value.length >= LARGE_BYTES) {
      this.insets ??= [];
      this.insets.push({ at: this.at, bytes: value });
      this.insetBytes += value.length;
      return;
    }
    const at = this.room(value.length);
    this.data.set(value, at);
  }

  /** A zig-zag base-128 number within ±2³¹; servers misread anything larger. */
  varint(value: number): void {
    const whole = this.integer(value, -0x8000_0000, 0x7fff_ffff, 'varint');
    let zigzag = ((whole << 1) ^ (whole >> 31)) >>> 0;
    let at = this.room(5);
    while (zigzag > 0x7f) {
      this.data[at++] = (zigzag & 0x7f) | 0x80;
      zigzag >>>= 7;
    }
    this.data[at++] = zigzag;
    this.at = at;
  }

  /** Reserves an i32 or u32 and returns its place for {@link patchSize}. */
  reserveSize(): number {
    return this.room(4);
  }
  /** Writes the number of bytes that followed {@link reserveSize} into its place. */
  patchSize(place: number): void {
    let size = this.at - place - 4;
    for (const { at, bytes } of this.insets ?? []) if (at > place) size += bytes.length;
    this.view.setUint32(place, size);
  }

  /** What was written, in one piece; write no more afterwards. */
  finish(): Uint8Array {
    const [first = new Uint8Array(0), ...rest] = this.chunks();
    if (rest.length === 0) return first;
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of [first, ...rest]) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  /** What was written, in order, large values as they were given; write no more afterwards. */
  chunks(): Uint8Array[] {
    if (this.insets === undefined) return [this.data.subarray(0, this.at)];
    const chunks: Uint8Array[] = [];
    let from = 0;
    for (const { at, bytes } of this.insets) {
      if (at > from) chunks.push(this.data.subarray(from, at));
      chunks.push(bytes);
      from = at;
    }
    if (this.at > from) chunks.push(this.data.subarray(from, this.at));
    return chunks;
  }

  private ascii(value: string): boolean {
    const at = this.room(value.length);
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) {
        this.at = at;
        return false;
      }
      this.data[at + i] = unit;
    }
    return true;
  }

  private integer(value: number, min: number, max: number, type: string): number {
    if (!Number.isInteger(value) || value < min || value > max) {
      if (typeof value !== 'number') throw wrongType(value, 'a number');
      throw this.unwritable(`${value} does not fit into ${type}`);
    }
    return value;
  }

  private unwritable(what: string): Error {
    return protocolError('wire/unwritable', { what });
  }

  /**
   * Makes room for `count` bytes and returns where they start. Call it in a statement of its own: it may replace `data`
   * and `view`, and `this.view.setUint16(this.room(2), …)` would write into the old one.
   */
  private room(count: number): number {
    const from = this.at;
    const needed = from + count;
    if (needed > this.data.length) {
      const grown = new Uint8Array(Math.max(needed + SPARE, this.data.length * 2));
      grown.set(this.data.subarray(0, from));
      this.data = grown;
      this.view = new DataView(grown.buffer);
    }
    this.at = needed;
    return from;
  }
}
