/** UTF-8 for keys and values: measuring before writing, and strict reading. */
import { protocolError } from '../errors.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Up to this many bytes a loop over ASCII beats the platform's decoder. */
const SHORT_TEXT = 32;

/** Bytes that `text` takes as UTF-8; an unpaired surrogate takes the three of U+FFFD, as `TextEncoder` writes it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else {
      bytes += 2;
      // A pair is two units and four bytes.
      if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) i++;
    }
  }
  return bytes;
}

/**
 * Strict UTF-8 of the bytes between `from` and `to`.
 *
 * @throws `wire/invalid` where the bytes are not UTF-8
 */
export function decodeUtf8(data: Uint8Array, from: number, to: number, what: string): string {
  if (to - from <= SHORT_TEXT) {
    let text = '';
    for (let i = from; i < to; i++) {
      const byte = data[i] as number;
      if (byte > 0x7f) return decode(data, from, to, what);
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return decode(data, from, to, what);
}

function decode(data: Uint8Array, from: number, to: number, what: string): string {
  try {
    return decoder.decode(data.subarray(from, to));
  } catch {
    throw protocolError('wire/invalid', { what: `${what} is not UTF-8`, at: from });
  }
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
