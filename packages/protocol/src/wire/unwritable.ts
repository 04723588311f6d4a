/** Errors of values that cannot be written: what is wrong, and where in the message. */
import type { ProtocolCodes } from '../errors.ts';
import { isFluvioError, protocolError } from '../errors.ts';

/** The error of writing a part of a value, with the place of the part in front of where it says it happened. */
export function unwritableAt(place: string, value: unknown, error: unknown): Error {
  if (isFluvioError(error, 'wire/unwritable')) {
    const { what, path = '' } = error.context as ProtocolCodes['wire/unwritable'];
    return protocolError('wire/unwritable', { what, path: place + path }, error.cause);
  }
  return protocolError('wire/unwritable', { what: `${typeof value} is not what the wire wants`, path: place }, error);
}

/** The error of a value of another type, or of none, which is often a forgotten field. */
export function wrongType(value: unknown, wanted: string): Error {
  const what = value === undefined ? `${wanted} is missing` : `${typeof value} where the wire wants ${wanted}`;
  return protocolError('wire/unwritable', { what });
}

/** What is no object at all is refused as a whole, so that the blame is not on its first field. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw wrongType(value, 'an object');
}
