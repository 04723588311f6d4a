/** Reads primitives from one message. Every step is bounds-checked once; views, not copies, come out. */
import { protocolError } from '../errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Below this many bytes a loop over ASCII beats the platform's decoder. */
const SHORT_TEXT = 32;

/**
 * A cursor over one message. Each method takes what it names from where the cursor stands and moves past it.
 *
 * They throw a FluvioError: `wire/truncated` where the message ends too soon, `wire/invalid` where its bytes mean nothing.
 */
export class Reader {
  /** What is read, from its first byte. */
  readonly data: Uint8Array;
  /** The same bytes, for numbers of several. */
  readonly view: DataView;
  /** Position of the next byte to read. */
  at: number;
  /** Where this reader ends; at most `data.length`. */
  end: number;

  constructor(data: Uint8Array, at = 0, end: number = data.length) {
    this.data = data;
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.at = at;
    this.end = end;
  }

  /** Bytes that are left. */
  get remaining(): number {
    return this.end - this.at;
  }

  /** An unsigned byte. */
  u8(): number {
    return this.data[this.step(1)] as number;
  }
  /** A signed byte. */
  i8(): number {
    return this.view.getInt8(this.step(1));
  }
  /** Unsigned, 2 bytes, big-endian. */
  u16(): number {
    return this.view.getUint16(this.step(2));
  }
  /** Signed, 2 bytes, big-endian. */
  i16(): number {
    return this.view.getInt16(this.step(2));
  }
  /** Unsigned, 4 bytes, big-endian. */
  u32(): number {
    return this.view.getUint32(this.step(4));
  }
  /** Signed, 4 bytes, big-endian. */
  i32(): number {
    return this.view.getInt32(this.step(4));
  }
  /** Unsigned, 8 bytes, big-endian. */
  u64(): bigint {
    return this.view.getBigUint64(this.step(8));
  }
  /** Signed, 8 bytes, big-endian. */
  i64(): bigint {
    return this.view.getBigInt64(this.step(8));
  }

  /** One byte that must be 0 or 1. */
  bool(): boolean {
    const byte = this.u8();
    if (byte > 1) throw this.invalid(`${byte} is not a boolean (0 or 1)`, this.at - 1);
    return byte === 1;
  }

  /** A u16 length that servers read as i16: zero or negative is the empty text. */
  string(): string {
    const length = this.i16();
    return length <= 0 ? '' : this.text(length);
  }

  /** `length` bytes of strict UTF-8. */
  text(length: number): string {
    const from = this.step(length);
    const { data } = this;
    if (length <= SHORT_TEXT) {
      let text = '';
      for (let i = from; i < from + length; i++) {
        const byte = data[i] as number;
        if (byte > 0x7f) return this.decode(from, length);
        text += String.fromCharCode(byte);
      }
      return text;
    }
    return this.decode(from, length);
  }

  /** A view of the next `length` bytes. */
  bytes(length: number): Uint8Array {
    const from = this.step(length);
    return this.data.subarray(from, from + length);
  }

  /** A zig-zag base-128 number within ±2³¹; longer encodings of up to ten bytes are read as far as a double is exact. */
  varint(): number {
    let shift = 1;
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      }
      shift *= 128;
    }
    throw this.invalid('a varint is longer than 53 bits', this.at - 1);
  }

  /** Narrows this reader to the next `length` bytes, runs `read`, and continues after them whatever was read. */
  within<T>(length: number, read: () => T): T {
    const from = this.step(length);
    const { end } = this;
    this.at = from;
    this.end = from + length;
    const value = read();
    this.at = from + length;
    this.end = end;
    return value;
  }

  /** An error that names what is wrong with the byte at `at`. */
  invalid(what: string, at: number = this.at): Error {
    return protocolError('wire/invalid', { what, at });
  }

  private decode(from: number, length: number): string {
    try {
      return utf8.decode(this.data.subarray(from, from + length));
    } catch {
      throw this.invalid('a text is not UTF-8', from);
    }
  }

  /** Moves past `count` bytes and returns where they began: the one bounds check of the reader. */
  private step(count: number): number {
    const from = this.at;
    if (count < 0 || from + count > this.end) {
      throw protocolError('wire/truncated', { at: from, wanted: count, size: this.end });
    }
    this.at = from + count;
    return from;
  }
}
