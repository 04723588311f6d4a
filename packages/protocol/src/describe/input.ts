/** Frames as people have them: hexadecimal digits, base64, a file of captured frames, or raw bytes. */
import type { ErrorFactory } from '../errors.ts';
import { defineErrors } from '../errors.ts';
import type { DescribeOptions, Server } from './frame.ts';

/** A frame without its length, and what its source says about it. */
export interface InputFrame {
  readonly frame: Uint8Array;
  readonly server?: Server;
  readonly direction?: DescribeOptions['direction'];
  /** Of a response: key and version of its request. */
  readonly answers?: { readonly apiKey: number; readonly apiVersion: number };
  /** What the source calls it. */
  readonly name?: string;
}

/** The codes that reading frames from a text raises. */
export interface InputCodes {
  /** The text is none of the forms that are known. */
  'input/unreadable': { readonly what: string };
}

const inputError: ErrorFactory<InputCodes> = defineErrors<InputCodes>({
  'input/unreadable': {
    text: (c) => `${c.what}; give hexadecimal digits, base64, or JSON with a "hex" or "base64" for each frame`,
  },
});

/**
 * Finds the frames in a text.
 *
 * Hexadecimal digits may be grouped by blanks, `|`, `:` and lines. JSON is `{ "frames": […] }`, a list, one frame, or one
 * frame a line; a frame is `{ "hex" }` or `{ "base64" }` with, if known, `role` or `server` (`sc`, `spu`), `dir` or
 * `direction` (`req`, `res`, `request`, `response`), `apiKey`, `apiVersion` and `name`. A length in front of a frame is
 * taken off.
 *
 * @throws `input/unreadable`
 */
export function framesInText(text: string): readonly InputFrame[] {
  const trimmed = text.trim();
  if (trimmed === '') throw inputError('input/unreadable', { what: 'the text is empty' });
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) return parseJson(trimmed).flatMap(framesOfEntry);
  return framesInBytes(bytesOf(trimmed)).map((frame) => ({ frame }));
}

/**
 * Finds the frames in bytes: one after another, each behind its length; or, where that does not come out even, one frame
 * without a length. An incomplete frame at the end is handed out as it is.
 */
export function framesInBytes(bytes: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Uint8Array[] = [];
  let at = 0;
  while (bytes.length - at >= 4) {
    const length = view.getInt32(at);
    if (length < 0 || length > bytes.length - at - 4) break;
    frames.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  if (frames.length === 0) return [bytes];
  return at === bytes.length ? frames : [...frames, bytes.subarray(Math.min(at + 4, bytes.length))];
}

function bytesOf(text: string): Uint8Array {
  const digits = text.replace(/0x|[\s|:,]/gi, '');
  if (/^[0-9a-f]+$/i.test(digits)) {
    if (digits.length % 2 !== 0) {
      throw inputError('input/unreadable', { what: `${digits.length} hexadecimal digits are an odd number` });
    }
    return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }
  const base64 = text.replace(/\s/g, '').replace(/-/g, '+').replace(/_/g, '/');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw inputError('input/unreadable', { what: `'${text.slice(0, 20)}' begins no frame` });
  }
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw inputError('input/unreadable', { what: 'the text is no base64' }, cause);
  }
}

/** A frame as a capture file holds it. */
interface Entry {
  readonly hex?: unknown;
  readonly base64?: unknown;
  readonly role?: unknown;
  readonly server?: unknown;
  readonly dir?: unknown;
  readonly direction?: unknown;
  readonly apiKey?: unknown;
  readonly apiVersion?: unknown;
  readonly name?: unknown;
}

function parseJson(text: string): readonly (Entry | null)[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length < 2) throw inputError('input/unreadable', { what: 'the text is no JSON' }, cause);
    return lines.flatMap((line) => parseJson(line));
  }
  const frames = (parsed as { readonly frames?: unknown } | null)?.frames ?? parsed;
  return Array.isArray(frames) ? frames : [frames as Entry];
}

function framesOfEntry(entry: Entry | null): readonly InputFrame[] {
  const { hex, base64, role, server = role, dir, direction = dir, apiKey, apiVersion, name } = entry ?? {};
  const text = hex ?? base64;
  if (typeof text !== 'string')
    throw inputError('input/unreadable', { what: 'a frame has neither "hex" nor "base64"' });
  const response = direction === 'res' || direction === 'response';
  const request = direction === 'req' || direction === 'request';
  const facts: Omit<InputFrame, 'frame'> = {
    ...(server === 'sc' || server === 'spu' ? { server } : {}),
    ...(response || request ? { direction: response ? 'response' : 'request' } : {}),
    ...(response && typeof apiKey === 'number' && typeof apiVersion === 'number'
      ? { answers: { apiKey, apiVersion } }
      : {}),
    ...(typeof name === 'string' ? { name } : {}),
  };
  return framesInBytes(bytesOf(text)).map((frame) => ({ frame, ...facts }));
}
